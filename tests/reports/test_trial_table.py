from dataclasses import replace

import pandas as pd
import pytest

from nas.reports import example, raced, trial_table


def test_a_row_for_each_trial() -> None:
    table = trial_table.of(example.records())
    assert table.index.to_list() == [0, 1, 2, 3]
    assert table.status.to_list() == ["completed"] * 3 + ["failed"]
    assert table.seconds.to_list() == [60.0] * 4
    assert table.recommended.to_list() == [False, True, False, False]
    assert table.parameters[:3].to_list() == [420, 500, 640]
    assert table["found.k"][:3].to_list() == pytest.approx([1.06, 1.02, 0.98])
    assert pd.isna(table.loc[3, ["run", "experts", "held_out_loss", "found.k"]]).all()
    assert not [name for name in map(str, table.columns) if name.startswith("relative_l2.")]


def test_numbers_are_medians_over_the_completed_runs_of_a_trial() -> None:
    records = example.records()
    runs = records.runs.assign(trial=[0, 0, 0, 0], error_estimate=[0.1, 0.3, 0.2, float("nan")])
    fields = pd.concat(
        [records.fields.assign(trial=0, field=f, relative_l2=[a, 5 * a, 3 * a])
        for f, a in (("u", 1.0), ("v", 2.0))]
    )  # fmt: skip
    unknowns = records.unknowns.assign(trial=0)
    tables = replace(records, runs=runs, fields=fields, unknowns=unknowns)
    row = trial_table.of(tables).loc[0]
    assert row["error_estimate"] == 0.2
    assert (row["relative_l2.u"], row["relative_l2.v"]) == (3.0, 6.0)
    assert row["found.k"] == pytest.approx(1.02)


def test_contestants_of_a_race_are_rows_too() -> None:
    table = trial_table.of(raced.records())
    assert table[table.stage == "race"].experts.to_list() == [
        "sine 1×8, sine 2×16", "sine 2×16", "sine 1×8",
    ]  # fmt: skip
    assert table[table.recommended].run.to_list() == ["race-0-1"]


def test_tables_without_runs_are_no_mistake() -> None:
    records = example.records()
    none = replace(
        records,
        runs=records.runs[:0],
        experts=records.experts[:0],
        fields=records.fields[:0],
        unknowns=records.unknowns[:0],
        attempts=records.attempts[:0],
    )
    assert len(trial_table.of(none)) == 4
