"""What a campaign needs at least is known before it begins; nothing that runs is refused."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from nas import problems
from nas.campaign import config, memory_need
from nas.campaign.folder import opened
from nas.errors import UserError

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "experiments").rglob("*.yaml"))
CPU = (torch.device("cpu"),)
BURGERS = problems.load("burgers")
SMALL = 4e9  # bytes of a small machine, which every campaign of this repository has to suit


def pages(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    """Let this machine have ``size`` bytes of memory."""

    def sysconf(name: str) -> int:
        if size is None:
            raise ValueError("unrecognized configuration name")
        return {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": size}[name]

    monkeypatch.setattr(os, "sysconf", sysconf)


def needed(**settings: Any) -> dict[str, int]:
    return memory_need.of_worker(config.build(problem="burgers", **settings), BURGERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_campaign_of_this_repository_suits_a_small_machine(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = yaml.safe_load(path.read_text())
    if "problem" not in written:
        pytest.skip("no campaign file")
    campaign = config.load(path)
    pages(monkeypatch, int(SMALL))
    memory_need.check(campaign, problems.load(campaign.problem), CPU)


def test_each_part_is_that_of_the_formula() -> None:
    """Worked by hand for one candidate: 2 inputs, 10 units, 1 output; 41 parameters."""
    parts = needed(
        space={"activations": ["tanh"], "depths": [1], "widths": [10]},
        tune={"m": 3},
        training={"points": {"interior": 60, "boundary": 40}, "dtype": "float64"},
    )
    derivatives = len(BURGERS.derivatives)
    assert parts["weights"] == 4 * 8 * 3 * 41
    assert parts["matrices"] == 16 * 3 * 41**2
    assert parts["evaluation"] == 8 * derivatives * 30 * 100
    assert parts["points"] == 8 * 2 * 100 * 5


def test_a_chunk_bounds_the_evaluation_until_even_the_smallest_is_too_large() -> None:
    narrow = needed(space={"depths": [1], "widths": [100]}, tune={"m": 50})["evaluation"]
    many = needed(
        space={"depths": [1], "widths": [100]},
        tune={"m": 50},
        training={"points": {"interior": 1_000_000}},
    )["evaluation"]
    assert narrow < many <= 2**28
    assert needed(space={"widths": [10_000]}, tune={"m": 4000})["evaluation"] > 2**32


@pytest.mark.parametrize(
    ("settings", "smaller"),
    [
        ({"training": {"warm_up": {"method": "adam"}}}, 0),
        ({"budget": 60, "seeds": 1}, 0),
        ({"space": {"learning": ["output"], "depths": [1]}}, 0),
    ],
)
def test_where_nothing_is_solved_there_are_no_matrices(
    settings: dict[str, Any], smaller: int
) -> None:
    assert needed()["matrices"] > 0
    assert needed(**settings)["matrices"] == smaller


@pytest.mark.parametrize(
    ("settings", "busy"),
    [
        ({"parallel": {"workers": 1000}}, 8),
        ({"parallel": {"workers": 1000}, "seeds": 3}, 24),
        ({"parallel": {"workers": 1000}, "trials": 2}, 2),
        ({"parallel": {"workers": 1000, "engine": "serial"}}, 1),
        ({"parallel": {"workers": 1000}, "budget": 60, "seeds": 5}, 5),
        ({"parallel": {"workers": 3}}, 3),
    ],
)
def test_workers_without_anything_to_do_need_nothing(settings: dict[str, Any], busy: int) -> None:
    assert memory_need.workers_busy(config.build(problem="burgers", **settings)) == busy


def test_too_much_is_told_in_one_line_before_anything_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages(monkeypatch, 10**9)
    campaign = config.build(problem="burgers", parallel={"workers": 16}, trials=16)
    told = (
        r"^memory: expected a campaign that fits into the 1\.0 GB of this machine, got one that "
        r"needs at least \d\.\d GB, 8 workers of 0\.\d GB, most of it for \w+; lower tune\.m, "
        r"space\.widths, training\.points, training\.warm_up\.points or parallel\.workers$"
    )
    with pytest.raises(UserError, match=told), opened(campaign, tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_system_that_does_not_say_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = config.build(problem="burgers", space={"widths": [10_000]}, tune={"m": 4000})
    pages(monkeypatch, None)
    memory_need.check(wide, BURGERS, CPU)


@pytest.mark.parametrize(
    ("mine", "limits", "size"),
    [
        ("0::/job", {"job/memory.max": "1000\n"}, 1000),
        ("0::/job/step", {"memory.max": "max\n", "job/memory.max": "1000\n"}, 1000),
        ("0::/job", {"memory.max": "500", "job/memory.max": "1000"}, 500),
        ("0::/of/the/host", {"memory.max": "1000"}, 1000),
        ("0::/../job", {}, 10**9),
        ("4:cpu:/job\n5:memory:/job", {"memory/job/memory.limit_in_bytes": "1000"}, 1000),
        ("5:cpu,memory:/job", {"memory/memory.limit_in_bytes": "1000"}, 1000),
        ("0::/", {"memory.max": "max\n"}, 10**9),
        ("0::/", {"memory.max": "9" * 20}, 10**9),
        (None, {"memory.max": "1000"}, 10**9),
    ],
)
def test_a_container_or_a_batch_system_may_give_less_than_there_is(
    mine: str | None,
    limits: dict[str, str],
    size: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if mine is not None:
        (tmp_path / "mine").write_text(mine)
    for name, text in limits.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(memory_need, "MINE", tmp_path / "mine")
    monkeypatch.setattr(memory_need, "CGROUPS", tmp_path / "groups")
    monkeypatch.setattr(os, "sysconf", lambda name: 10**9 if name == "SC_PHYS_PAGES" else 1)
    assert memory_need._of_machine() == size
