"""What is kept of runs is read again, and a run that was cut off is none."""

import csv
from pathlib import Path

import pytest

from experiments.training import kept as tables
from experiments.training import settings
from experiments.training.kept import Kept
from experiments.training.runs import Run, WarmUp
from tests.training_experiments.made_up import burgers, run

FIRST = run(burgers(), [1.0, 0.5, 1e-4], [WarmUp(10.0, 24, 3, 0.75)])
SECOND = run(burgers(seed=2), [1.0, float("inf")], reason="diverged")


def test_runs_are_read_again_as_they_were(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.keep(FIRST)
    kept.keep(SECOND)
    assert Kept(tmp_path).runs == {FIRST.task: FIRST, SECOND.task: SECOND}


def test_the_tables_have_their_columns(tmp_path: Path) -> None:
    Kept(tmp_path).keep(FIRST)
    heads = {}
    for name in ("curves", "warm_up", "runs"):
        with (tmp_path / f"{name}.csv").open(newline="") as file:
            heads[name] = list(csv.reader(file))
    assert heads["curves"][0] == [
        "problem",
        "method",
        "seed",
        "seconds",
        "error",
        "parameters",
        "experts",
    ]
    assert heads["warm_up"][1] == ["burgers", settings.POOL, "0", "10", "24", "3", "0.75"]
    assert heads["runs"][0] == tables.RUNS
    budget = settings.BUDGETS["burgers"]
    end = [f"{budget + 0.5:g}", "0.0001", "1", "921", "time is up"]
    assert heads["runs"][1] == ["burgers", settings.POOL, "0", f"{budget:g}", *end]


def test_a_run_counts_once_its_row_of_runs_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: Kept) -> None:
        raise KeyboardInterrupt

    kept = Kept(tmp_path)
    kept.keep(SECOND)
    with monkeypatch.context() as patch:
        patch.setattr(Kept, "_write_runs", crash)
        with pytest.raises(KeyboardInterrupt):
            kept.keep(FIRST)
    assert Kept(tmp_path).runs == {SECOND.task: SECOND}


def test_forgotten_is_missing(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.keep(FIRST)
    kept.keep(SECOND)
    kept.forget({FIRST.task})
    again = Kept(tmp_path)
    assert again.runs == {SECOND.task: SECOND}
    assert again.missing([FIRST.task, SECOND.task]) == [FIRST.task]


def test_a_run_with_another_budget_is_missing_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path)
    kept.keep(FIRST)
    monkeypatch.setattr(settings, "BUDGETS", {"burgers": 60.0})
    assert kept.missing([FIRST.task]) == [FIRST.task]
    shorter = run(FIRST.task, [0.7])
    kept.keep(shorter)
    assert Kept(tmp_path).runs == {FIRST.task: shorter}


def test_a_run_travels_between_processes() -> None:
    for one in (FIRST, SECOND):
        assert Run.from_json(one.to_json()) == one
