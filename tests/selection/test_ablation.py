"""Levers truly change the search, and only for as long as they are pulled."""

import copy
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.selection import PROBLEMS, ablation
from experiments.selection.ablation import Row
from experiments.selection.levers import DEFAULT, LEVERS
from nas.training import descent, resampling
from nas.training.fine_tuning import FineTuning
from nas.training.search import WARM_UP
from nas.training.trainer import RunResult, Trainer
from tests.training.problems import POISSON, settings

# There is no fine-tuning here, and no drop that harms; what these change is tested by itself.
IDLE = {
    "fine-tuning on a quarter of the points",
    "240 iterations of fine-tuning instead of 60",
    "240 iterations of fine-tuning, each of a tenth of a second at most",
    "a drop refused where the held-out loss rises by 50 % (not 1000 %)",
    "drops neither refused nor undone",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "CANDIDATES", 256)


def ended(name: str, warmed: Trainer) -> RunResult:
    lever = LEVERS[name]
    with lever.pulled():
        trainer = Trainer(POISSON, lever.settings(settings(iterations=0)))
        ablation._begun(trainer, warmed.search)
        lever.begin(trainer)
        return trainer.run()


@pytest.fixture
def warmed() -> Trainer:
    trainer = Trainer(POISSON, settings())
    while trainer.search.phase == WARM_UP:
        trainer.search.advance()
    return trainer


def test_without_a_lever_the_search_is_another_and_with_all_the_same(warmed: Trainer) -> None:
    usual = ended(DEFAULT, warmed)
    for name in LEVERS.keys() - IDLE - {DEFAULT}:
        assert ended(name, warmed).history != usual.history, name
    assert ended(DEFAULT, warmed).history == usual.history


def test_the_warm_up_is_that_of_the_first_search(warmed: Trainer) -> None:
    """Then the search goes on as that one does itself."""
    whole = Trainer(POISSON, settings(iterations=0)).run()
    again = ended(DEFAULT, warmed)
    assert again.held_out_loss == pytest.approx(whole.held_out_loss, rel=1e-6)
    assert again.mixture.alive == whole.mixture.alive


def test_figures_are_over_the_defaults_of_the_same_seed() -> None:
    rows = [
        Row(problem, seed, name, 2, 1000 * factor, 0, 1e-5, 0.01 * seed * factor, 30.0)
        for problem in PROBLEMS
        for seed in ablation.SEEDS
        for name, factor in zip(LEVERS, (1, 2, *[1] * (len(LEVERS) - 2)), strict=True)
    ]
    lines = ablation.page(pd.DataFrame(rows)).splitlines()
    ones, twos = " | ".join(["1.00"] * 3), " | ".join(["2.00"] * 3)
    default = (
        f"| nothing (default) | 1.00 | 1.00 to 1.00 | {ones} | 0 of 9 | 1.00 | 1.00 | 2.0 | 0.0 |"
    )
    assert default in lines
    name = list(LEVERS)[1]
    assert f"| {name} | 2.00 | 2.00 to 2.00 | {twos} | 0 of 9 | 1.00 | 2.00 | 2.0 | 0.0 |" in lines
    rows[1] = replace(rows[1], relative_l2=8 * rows[1].relative_l2)  # of one problem
    logs = np.log([16, *[2] * 8])
    interval = stats.ttest_1samp(logs, 0).confidence_interval()
    low, high = math.exp(interval.low), math.exp(interval.high)
    expected = f"| {name} | 2.52 | {low:.2f} to {high:.2f} | 4.00 | 2.00 | 2.00 |"
    assert expected in ablation.page(pd.DataFrame(rows))


def test_levers_of_fine_tuning_and_dropping_change_these(warmed: Trainer) -> None:
    longer = LEVERS["240 iterations of fine-tuning instead of 60"].settings(settings(iterations=60))
    assert longer.fine_tuning == 240
    lever = LEVERS["fine-tuning on a quarter of the points"]
    usual = FineTuning(POISSON, copy.deepcopy(warmed.mixture), settings().sampler, 10)
    with lever.pulled():
        few = FineTuning(POISSON, copy.deepcopy(warmed.mixture), settings().sampler, 10)
    assert few.times == 0.25 < usual.times
    assert LEVERS[
        "240 iterations of fine-tuning, each of a tenth of a second at most"
    ].constants == {(descent, "MOST_PRODUCTS"): descent.FIRST_PRODUCTS}
    trainer = Trainer(POISSON, settings())
    for name, told in (
        ("drops neither refused nor undone", (1e9, 1e9)),
        ("a drop refused where the held-out loss rises by 50 % (not 1000 %)", (0.5, 1e9)),
    ):
        LEVERS[name].begin(trainer)
        rule = trainer.search.elimination.rule
        assert (rule.tolerance, rule.left) == told


def test_only_what_has_no_row_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "burgers.yaml").write_text(
        "{problem: burgers, space: full_grid, tune: {m: 2, p: 0.5, threshold: 0.1}, training: "
        "{points: {interior: 32, boundary: 12}, warm_up: {iterations: 2}, steps: 20, "
        "fine_tuning: {iterations: 1}}}"
    )
    monkeypatch.setattr(ablation, "HERE", tmp_path)
    path, levers = tmp_path / "kept" / "burgers-3.csv", dict(list(LEVERS.items())[:2])
    monkeypatch.setattr(ablation, "LEVERS", {DEFAULT: levers[DEFAULT]})
    ablation.measure("burgers", 3, path)
    first = pd.read_csv(path)
    assert list(first["lever"]) == [DEFAULT]
    monkeypatch.setattr(ablation, "LEVERS", levers)
    capsys.readouterr()
    ablation.measure("burgers", 3, path)
    assert capsys.readouterr().out.count("Row(") == 1
    both = pd.read_csv(path)
    assert list(both["lever"]) == list(levers)
    pd.testing.assert_frame_equal(both[:1], first)
    ablation.measure("burgers", 3, path)
    assert capsys.readouterr().out == ""
