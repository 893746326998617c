"""Statistics against hand-worked numbers, other formulas and brute force."""

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nas.reports import survival
from tests.reports.statistic_tables import rows, tables
from tests.reports.synthetic_campaign import expert, realistic, run_row


def test_wilson_interval_by_hand(tmp_path: Path) -> None:
    """8 of 10: centre (p + z²/2n) / (1 + z²/n), worked by hand with z = 1.959964."""
    outcomes = ["survived"] * 8 + ["dropped"] * 2
    experts = [expert("a", i, outcome, 50) for i, outcome in enumerate(outcomes)]
    row = rows(survival.survival_rates(*tables(tmp_path, experts, [run_row("a")])), "depth", "2")
    assert row.loc[0, "rate"] == pytest.approx(0.8)
    assert row.loc[0, "low"] == pytest.approx(0.4901625, abs=1e-6)
    assert row.loc[0, "high"] == pytest.approx(0.9433178, abs=1e-6)


@pytest.mark.parametrize(
    ("outcome", "low", "high"), [("survived", 0.2065, 1), ("dropped", 0, 0.7935)]
)
def test_wilson_interval_of_a_single_expert(
    tmp_path: Path, outcome: str, low: float, high: float
) -> None:
    """n = 1: the inner bound is 1 / (1 + z²) from the outer one."""
    both = tables(tmp_path, [expert("a", 0, outcome, 50)], [run_row("a")])
    row = rows(survival.survival_rates(*both), "activation", "tanh")
    assert row.loc[0, "low"] == pytest.approx(low, abs=1e-4)
    assert row.loc[0, "high"] == pytest.approx(high, abs=1e-4)


def test_rates_leave_out_runs_that_broke_off(tmp_path: Path) -> None:
    experts = [
        expert("a", 0, "survived", 50),
        expert("a", 1, "dropped", 20),
        expert("b", 0, "dropped", 10),
        expert("b", 1, "censored", 30),
    ]
    runs = [run_row("a"), run_row("b", status="diverged", reason="loss was not finite")]
    row = rows(survival.survival_rates(*tables(tmp_path, experts, runs)), "width", "16")
    assert (row.loc[0, "survived"], row.loc[0, "experts"]) == (1, 2)


def test_kaplan_meier_by_hand(tmp_path: Path) -> None:
    """Drops at 10, 20, 30; one expert censored at 20, one at 40.

    S(10) = 4/5, S(20) = 4/5 · 3/4 = 3/5, S(30) = 3/5 · 1/2 = 3/10, and it stays till 40.
    Greenwood at 10: S² · 1/(5·4) = 0.032, so the log-log interval is 0.8^exp(±z·√0.032 / …).
    """
    ended = [(10, "dropped"), (20, "dropped"), (20, "censored"), (30, "dropped"), (40, "survived")]
    experts = [expert("a", i, outcome, step) for i, (step, outcome) in enumerate(ended)]
    curve = rows(survival.kaplan_meier(tables(tmp_path, experts, [])[0]), "activation", "tanh")
    assert list(curve["step"]) == [0, 10, 20, 30, 40]
    assert list(curve["at_risk"]) == [5, 5, 4, 2, 1]
    assert list(curve["dropped"]) == [0, 1, 1, 1, 0]
    assert list(curve["alive"]) == pytest.approx([1, 0.8, 0.6, 0.3, 0.3])
    width = stats.norm.ppf(0.975) * np.sqrt(0.032) / (0.8 * abs(np.log(0.8)))
    assert curve.loc[1, "low"] == pytest.approx(0.8 ** np.exp(width))
    assert curve.loc[1, "high"] == pytest.approx(0.8 ** np.exp(-width))


def test_kaplan_meier_counts_steps_from_birth(tmp_path: Path) -> None:
    experts = [expert("a", 0, "dropped", 30, born=20), expert("a", 1, "survived", 50)]
    curve = rows(survival.kaplan_meier(tables(tmp_path, experts, [])[0]), "depth", "2")
    assert list(curve["step"]) == [0, 10, 50]


@pytest.mark.parametrize(
    ("outcome", "alive"), [("dropped", 0.0), ("survived", 1.0), ("censored", 1.0)]
)
def test_kaplan_meier_where_all_share_one_outcome(
    tmp_path: Path, outcome: str, alive: float
) -> None:
    experts = [expert("a", i, outcome, 30) for i in range(3)]
    curve = rows(survival.kaplan_meier(tables(tmp_path, experts, [])[0]), "depth", "2")
    assert list(curve["step"]) == [0, 30]
    assert list(curve["alive"]) == [1.0, alive]
    assert curve[["low", "high"]].notna().all(axis=None)


def test_kaplan_meier_is_the_share_alive_where_no_one_is_censored(tmp_path: Path) -> None:
    """Without censoring the estimate is the empirical share, for any drops."""
    ends = np.random.default_rng(0).integers(1, 30, size=40)
    experts = [expert("a", i, "dropped", int(end)) for i, end in enumerate(ends)]
    curve = rows(survival.kaplan_meier(tables(tmp_path, experts, [])[0]), "depth", "2")
    assert list(curve["alive"]) == pytest.approx([(ends > s).mean() for s in curve["step"]])


def test_importance_by_hand(tmp_path: Path) -> None:
    """Two runs, pools of 4 and 2. Relative shares of tanh: (0.75·4 + 0)/2 and 0.5·2.

    Means 1.5 and 1.0; Student's interval with one degree of freedom (t = 12.7062) is
    1.25 ± 12.7062 · 0.25, cut at 0.
    """
    experts = [
        expert("a", 0, "survived", 50, importance=0.75),
        expert("a", 1, "dropped", 20, importance=0.07),
        expert("a", 2, "survived", 50, importance=0.25, activation="sine"),
        expert("a", 3, "dropped", 10, importance=0.05, activation="sine"),
        expert("b", 0, "survived", 50, importance=0.5),
        expert("b", 1, "survived", 50, importance=0.5, activation="sine"),
    ]
    runs = [run_row("a", experts_before=4), run_row("b", experts_before=2)]
    table = survival.importance(*tables(tmp_path, experts, runs))
    row = rows(table, "activation", "tanh")
    assert row.loc[0, "relative"] == pytest.approx(1.25)
    assert row.loc[0, "low"] == 0
    assert row.loc[0, "high"] == pytest.approx(1.25 + 12.7062047 * 0.25)
    whole = rows(table, "depth", "2")
    assert whole.loc[0, "relative"] == pytest.approx(1), "weights add up to 1 in each run"


def test_importance_without_numbers_or_with_one_run(tmp_path: Path) -> None:
    experts = [
        expert("a", 0, "survived", 50, importance=None),
        expert("a", 1, "survived", 50, importance=0.5, activation="sine"),
    ]
    both = tables(tmp_path, experts, [run_row("a", experts_before=2)])
    table = survival.importance(*both)
    assert rows(table, "activation", "tanh").empty
    assert rows(table, "activation", "sine").loc[0, "relative"] == pytest.approx(1.0)
    assert table[["low", "high"]].isna().all(axis=None)


def test_chance_against_all_deals(tmp_path: Path) -> None:
    """Brute force: all 6! orders of outcomes in one run, of which a share parts as far."""
    outcomes = np.array([1, 1, 1, 0, 0, 0])
    level = np.array([0, 0, 1, 1, 1, 1])
    experts = [
        expert("a", i, "survived" if f else "dropped", 9, depth=int(d))
        for i, (f, d) in enumerate(zip(outcomes, level, strict=True))
    ]

    def spread(dealt: Any) -> float:
        parts = [(dealt[level == k].mean() - 0.5) ** 2 * (level == k).sum() for k in (0, 1)]
        return float(sum(parts))

    deals = [spread(np.array(d)) >= spread(outcomes) - 1e-12 for d in permutations(outcomes)]
    p_values = survival.chance(*tables(tmp_path, experts, [run_row("a")]))
    assert p_values["depth"] == pytest.approx(np.mean(deals), abs=0.015)
    assert np.isnan(p_values["width"]), "one level is nothing to compare"


def test_chance_deals_within_runs_only(tmp_path: Path) -> None:
    """A level that was in a lucky run only has no advantage over its own run's fellows."""
    experts = [expert("a", i, "survived", 9, width=8) for i in range(5)]
    experts += [expert("b", i, "dropped", 9, width=16) for i in range(5)]
    p_values = survival.chance(*tables(tmp_path, experts, [run_row("a"), run_row("b")]))
    assert p_values["width"] == 1.0


def test_every_statistic_stands_an_empty_table(tmp_path: Path) -> None:
    both = tables(tmp_path, [], [])
    for table in (
        survival.survival_rates(*both),
        survival.kaplan_meier(both[0]),
        survival.importance(*both),
    ):
        assert table.empty
    assert all(np.isnan(p) for p in survival.chance(*both).values())


def test_statistics_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    records = realistic(trials=3, broken=()).records(tmp_path)
    mixed = records.experts.sample(frac=1, random_state=1)
    for of in (survival.survival_rates, survival.importance):
        pd.testing.assert_frame_equal(of(mixed, records.runs), of(records.experts, records.runs))
    assert survival.chance(mixed, records.runs) == survival.chance(records.experts, records.runs)
