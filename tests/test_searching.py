"""Campaigns begun from Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nas
from nas.campaign import campaign, config
from nas.campaign.records import Records
from nas.named_problem import worded
from nas.reports import example
from nas.result import Result
from nas.search_spaces import Candidate, SearchSpace
from tests.test_result import SETTINGS, bend, space


def test_its_choice_is_validated_and_its_candidates_are_measured_alone(
    tmp_path: Path,
) -> None:
    out = tmp_path / "bend"
    alone = nas.baseline(bend, space, out=out, **SETTINGS)
    assert sorted(zip(alone.activation, alone.depth, alone.width, strict=True)) == [
        ("sine", 1, 4),
        ("tanh", 1, 4),
    ]
    validated = nas.search(bend, space, out=out, **SETTINGS).validate(problem=bend)
    assert set(validated.records.subsets.kind) >= {"selected", "all", "longest"}
    assert validated.records.singles.relative_l2.tolist() == alone.relative_l2.tolist()


def test_a_space_that_is_no_grid_is_refused(tmp_path: Path) -> None:
    odd = SearchSpace((Candidate("sine", 1, 4), Candidate("tanh", 2, 8)))
    with pytest.raises(
        nas.UserError, match="space: expected a full grid, got a list of candidates"
    ):
        nas.search(bend, odd, out=tmp_path / "out")


def test_a_wrong_setting_is_told(tmp_path: Path) -> None:
    with pytest.raises(nas.UserError, match="trails: unknown key; did you mean trials"):
        nas.search(bend, out=tmp_path / "out", trails=3)


def test_a_budget_may_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[config.Campaign] = []

    def search(built: config.Campaign, *rest: object) -> Records:
        begun.append(built)
        return example.records()

    monkeypatch.setattr(campaign, "search", search)
    nas.search(bend, out=tmp_path, budget="5m")
    nas.search("burgers", out=tmp_path, budget=20.0, parallel={"workers": 3})
    nas.search("burgers", out=tmp_path)
    assert [(one.budget, one.seeds) for one in begun] == [(300, 2), (20, 3), (None, 1)]
    with pytest.raises(nas.UserError, match="budget: expected at least 10 s"):
        nas.search(bend, out=tmp_path, budget=0)


@pytest.mark.parametrize("none", [None, 5, b"model"])
@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("nas.load", nas.load),
        ("nas.open_campaign", nas.open_campaign),
        ("nas.read_mesh", nas.read_mesh),
        ("out", lambda none: nas.search("burgers", out=none)),
        ("out", lambda none: nas.baseline("burgers", out=none)),
        ("out", lambda none: nas.Searcher(out=none).fit("burgers")),
        ("export", Result(example.records()).export),
    ],
)
def test_what_is_no_path_is_refused(what: str, call: Callable[[Any], Any], none: Any) -> None:
    with pytest.raises(nas.UserError, match=f"^{what}: expected a path, as a text or a pathlib"):
        call(none)


def test_what_is_no_watcher_or_no_problem_is_refused(tmp_path: Path) -> None:
    wrong: Any = 5
    with pytest.raises(nas.UserError, match=r"^watch: expected a function of the campaign's state"):
        nas.search(bend, out=tmp_path, watch=wrong)
    with pytest.raises(nas.UserError, match=r"^problem: expected a nas.Problem, got 5"):
        worded(wrong)
    with pytest.raises(nas.UserError, match=r"^5: no such picture of this campaign"):
        Result(example.records()).plot(wrong)


def test_a_file_is_no_exported_network(tmp_path: Path) -> None:
    file = tmp_path / "heat.py"
    file.write_text("")
    with pytest.raises(nas.UserError, match=r"heat.py: expected a folder that `nas export` wrote"):
        nas.load(file)
