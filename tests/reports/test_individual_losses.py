"""Ranks of single networks against hand-worked numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nas.reports import individual_losses, words
from tests.reports.statistic_tables import rows, tables
from tests.reports.synthetic_campaign import expert, realistic, run_row


def test_individual_losses_rank_within_the_run(tmp_path: Path) -> None:
    losses = {"a": (1e-3, 2e-3, None), "b": (5.0, float("inf"), 7.0)}
    experts = [
        expert(run, i, "survived", 50, individual_loss=value, width=2**i)
        for run, values in losses.items()
        for i, value in enumerate(values)
    ]
    table = individual_losses.individual_rank(
        *tables(tmp_path, experts, [run_row("a"), run_row("b")])
    )
    assert rows(table, "width", "1").loc[0, "rank"] == 0
    assert rows(table, "width", "2").loc[0, "rank"] == 1, "an infinite loss is the worst"
    assert rows(table, "width", "4").loc[0, "rank"] == 0.5


def test_agreement_is_one_where_the_worst_go_first(tmp_path: Path) -> None:
    ends = [("dropped", 10), ("dropped", 20), ("dropped", 30), ("survived", 50)]
    experts = [expert("a", i, f, s, individual_loss=1.0 / (i + 1)) for i, (f, s) in enumerate(ends)]
    experts += [expert("b", i, f, s, individual_loss=1.0 + i) for i, (f, s) in enumerate(ends)]
    experts += [expert("c", i, "survived", 50, individual_loss=1.0 + i) for i in range(4)]
    runs = [run_row(name) for name in "abc"]
    table = individual_losses.agreement(*tables(tmp_path, experts, runs))
    assert dict(zip(table["run"], table["tau"], strict=True)) == pytest.approx({"a": 1, "b": -1})


def test_experts_that_share_levels_are_evidence_on_each_other() -> None:
    """Worked with the means of a balanced grid, which are its least-squares fit."""
    made = [
        expert("a", index, "dropped", 10, activation=activation, width=width, individual_loss=loss)
        for index, (activation, width, loss) in enumerate(
            [("sine", 16, 1.0), ("sine", 32, 0.1), ("tanh", 16, 0.01), ("tanh", 32, 1e-6)]
        )
    ]
    experts = pd.DataFrame(made)
    own = np.log([1.0, 0.1, 0.01, 1e-6]).reshape(2, 2)
    fit = own.mean(0, keepdims=True) + own.mean(1, keepdims=True) - own.mean()
    expected = ((own + fit) / 2).ravel()
    np.testing.assert_allclose(individual_losses.main_effects(experts), expected)
    experts.loc[0, "individual_loss"] = np.nan
    shrunk = individual_losses.main_effects(experts)
    assert np.isnan(shrunk[0])
    assert shrunk[1:].notna().all()
    experts["individual_loss"] = np.inf
    assert individual_losses.main_effects(experts).isna().all()


def test_the_best_single_are_ranked_over_the_completed_runs() -> None:
    rows, runs = [], []
    for name, losses in (
        ("a", (1e-4, 1e-2, 1.0)),
        ("b", (1e-3, 1e-4, 1.0)),
        ("c", (1.0, 0.1, 0.1)),
    ):
        status = "diverged" if name == "c" else "completed"
        runs.append(run_row(name, status=status))
        for index, (activation, loss) in enumerate(
            zip(("sine", "tanh", "swish"), losses, strict=True)
        ):
            row = expert(name, index, "dropped", 10, activation=activation, individual_loss=loss)
            rows.append(row)
    table = individual_losses.best_single(pd.DataFrame(rows), pd.DataFrame(runs))
    assert list(table["activation"]) == ["sine", "tanh", "swish"]
    assert list(table["rank"]) == pytest.approx([0.25, 0.25, 1.0])
    assert set(table["runs"]) == {2}
    nobody = individual_losses.best_single(
        pd.DataFrame(rows), pd.DataFrame(runs).assign(status="failed")
    )
    assert nobody.empty
    assert "sine 2×16 (0.25), tanh 2×16 (0.25), swish 2×16 (1.00)" in words.best_single(table)
    assert words.best_single(nobody) == ""


def test_every_statistic_stands_an_empty_table(tmp_path: Path) -> None:
    both = tables(tmp_path, [], [])
    assert individual_losses.individual_rank(*both).empty
    assert individual_losses.best_single(*both).empty
    assert individual_losses.agreement(*both).empty


def test_ranks_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    records = realistic(trials=3, broken=()).records(tmp_path)
    mixed = records.experts.sample(frac=1, random_state=1)
    for of in (individual_losses.individual_rank, individual_losses.agreement):
        pd.testing.assert_frame_equal(of(mixed, records.runs), of(records.experts, records.runs))
