"""What a campaign's folder tells of its problem."""

import errno
import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from nas.campaign import config, records
from nas.campaign.folder import MOST_OBSERVED, opened
from nas.errors import UserError
from nas.problems import Box, Condition, Observations, Problem, load

FILE = """
from nas.problems import Box, Condition, Problem

problem = Problem(
    name="rod",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.xx,
    conditions=[Condition("x_min", lambda u: u - 3)],
)
"""


@pytest.mark.parametrize("given", [True, False])
def test_the_problem_itself_is_in_the_record(tmp_path: Path, given: bool) -> None:
    path = tmp_path / "rod.py"
    path.write_text(FILE)
    campaign = config.build(problem="rod" if given else str(path))
    for _ in range(2):  # begun, and gone on with
        with opened(campaign, tmp_path / "out", load(path) if given else None):
            pass
    facts = records.read_campaign(tmp_path / "out")["problem"]
    assert facts["source"] == FILE
    assert facts["conditions"] == ["on x_min: u - 3 = 0"]
    assert facts["equations"] == ["u.xx = 0"]
    assert facts["domain"] == "Box: x from 0 to 1; parts x_min, x_max"
    assert facts["unknown"] == []


def test_the_record_tells_the_piece_of_each_field(tmp_path: Path) -> None:
    with opened(config.build(problem="two_materials"), tmp_path / "out"):
        pass
    assert records.read_campaign(tmp_path / "out")["problem"]["pieces"] == [
        {"field": "u", "piece": "glass", "bounds": [[0.0, 1.0], [0.0, 0.5]]},
        {"field": "v", "piece": "copper", "bounds": [[0.0, 1.0], [0.5, 1.0]]},
    ]


def test_the_record_tells_what_was_observed_of_fields(tmp_path: Path) -> None:
    slope = {"flux": lambda u: u.x}
    x = np.linspace(0, 1, 2 * MOST_OBSERVED)
    problem = Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.xx,
        conditions=[
            Condition("x_min", lambda u: u),
            Observations({"x": [0.5, 1.0], "u": [2.0, 4.0], "flux": [4.0, 4.0]}, slope),
            Observations({"x": [0.5], "flux": [4.0]}, slope),
            Observations({"x": x, "u": 4 * x}),
        ],
    )
    with opened(config.build(problem="rod"), tmp_path / "out", problem):
        pass
    first, many = records.read_campaign(tmp_path / "out")["problem"]["observed"]
    assert first == {"x": [0.5, 1.0], "u": [2.0, 4.0]}
    assert many["x"] == x[::2].tolist()


def test_a_record_of_an_earlier_version_is_completed(tmp_path: Path) -> None:
    campaign = config.build(problem="burgers")
    with opened(campaign, tmp_path / "out"):
        pass
    file = tmp_path / "out" / "campaign.json"
    known = records.read_campaign(tmp_path / "out")
    text = file.read_text()
    for name in ("source", "conditions", "domain", "unknown"):
        del known["problem"][name]
    file.write_text(json.dumps(known))
    with opened(campaign, tmp_path / "out"):
        pass
    assert file.read_text() == text


def test_a_larger_or_smaller_budget_goes_on_with_the_seeds_that_there_are(tmp_path: Path) -> None:
    with opened(config.build(problem="burgers", budget=60), tmp_path / "out"):
        pass
    for budget in (300, 30):
        more = config.build(problem="burgers", budget=budget, parallel={"workers": 4})
        with opened(more, tmp_path / "out") as home:
            assert (home.campaign.budget, home.campaign.seeds) == (budget, 2)
        kept = records.read_campaign(tmp_path / "out")["configuration"]
        assert (kept["budget"], kept["seeds"]) == (300, 2)  # as long as it took
    given = config.build(problem="burgers", budget=60, seeds=4)
    with (
        pytest.raises(UserError, match="seeds is 2 there and 4 here"),
        opened(given, tmp_path / "out"),
    ):
        pass


def test_with_and_without_a_budget_are_two_campaigns(tmp_path: Path) -> None:
    with opened(config.build(problem="burgers"), tmp_path / "out"):
        pass
    timed = config.build(problem="burgers", budget=60, seeds=1)
    told = r"different campaign \(it has no budget, and one was given: leave it out\)"
    with pytest.raises(UserError, match=told), opened(timed, tmp_path / "out"):
        pass


def test_a_folder_of_other_things_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / ".download.part").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    with (
        pytest.raises(UserError, match="got a folder with other files; choose another --out"),
        opened(config.build(problem="burgers"), tmp_path),
    ):
        raise AssertionError("it was let in")
    there = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert there == ["notes.txt", "sub", "sub/.download.part"]


@pytest.mark.parametrize("files", [{"campaign.json": '{"game": 1}'}, {".profile": "mine"}])
def test_nothing_of_others_is_swept_away(tmp_path: Path, files: dict[str, str]) -> None:
    """Be the folder refused, or free for a campaign since all that it has is hidden."""
    mine = {".big.part": "", ".git/.pack.part": "", ".git/.x.abcdefgh.part": ""} | files
    for name, text in mine.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with suppress(UserError), opened(config.build(problem="burgers"), tmp_path):
        pass
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} - {".git"}
    assert there >= mine.keys()
    if "campaign.json" in mine:
        assert there == mine.keys()


def test_a_folder_that_nobody_may_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read all folders, so that here the system refuses by hand."""

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with (
        pytest.raises(UserError, match="expected a folder that can be read, got Permission denied"),
        opened(config.build(problem="burgers"), tmp_path),
    ):
        raise AssertionError("it was let in")


def test_a_smaller_budget_and_none_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for budget in (60, 20, 60):
        with opened(config.build(problem="burgers", budget=budget), tmp_path):
            pass
    (message,) = caplog.messages
    assert message.endswith(
        "was searched within 60 s, and 20 s are no more; give a larger budget to go on"
    )
    with (
        pytest.raises(UserError, match=r"it has a budget, and none was given: add --budget 60s"),
        opened(config.build(problem="burgers"), tmp_path),
    ):
        raise AssertionError("it was let in")
