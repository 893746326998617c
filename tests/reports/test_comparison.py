"""Campaigns side by side: what is compared, and what is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from nas.reports import comparison, example, raced, report
from nas.reports.report import Report
from tests.reports.synthetic_campaign import Campaign, run_row


def made(folder: Path, *losses: float, **changes: object) -> Report:
    """A campaign with a run for each of ``losses``, all of one trial."""
    campaign = Campaign()
    campaign.tables["runs"] = [
        run_row(f"0000-{n}", repetition=n, held_out_loss=loss, **changes)
        for n, loss in enumerate(losses)
    ]
    return report.of(campaign.records(folder))


def test_seconds_and_evaluations_are_added_up() -> None:
    (row,) = comparison.table({"a": example.report()}).to_dict("records")
    assert row["seconds"] == 4 * 60
    assert row["evaluations"] == 4 * 90_000
    assert (row["trials"], row["runs"], row["failed"]) == (4, 4, 1)


def test_within_a_budget_the_time_is_the_budget() -> None:
    (row,) = comparison.table({"a": report.of(raced.records())}).to_dict("records")
    assert row["seconds"] == 60.0
    assert row["recommended"] == "race-0-1"
    assert row["trials"] == 4, "contestants are no trials"


def test_the_spread_is_that_of_the_recommended_trials_runs(tmp_path: Path) -> None:
    (row,) = comparison.table({"a": made(tmp_path, 3e-3, 1e-3, 2e-3)}).to_dict("records")
    assert (row["held_out_loss"], row["low"], row["high"]) == (1e-3, 1e-3, 3e-3)


def test_a_campaign_without_a_completed_run_has_gaps(tmp_path: Path) -> None:
    failed = made(tmp_path, 1e-3, status="failed")
    both = {"failed": failed, "b": example.report()}
    shown = comparison.side_by_side(comparison.table(both))
    cells = {row[0]: row[1] for row in shown.rows}
    assert cells["held-out loss"] == "–"
    assert cells["runs, of which failed"] == "1, 1"


def test_each_unknown_coefficient_has_a_row(tmp_path: Path) -> None:
    both = {"a": example.report(), "without": made(tmp_path, 1e-3)}
    found = comparison.table(both)
    assert found["found.k"].to_list()[0] == 1.02
    (row,) = [row for row in comparison.side_by_side(found).rows if row[0] == "k found"]
    assert row == ("k found", "1.02", "–")


def test_standard_errors_stand_beside_what_was_found(tmp_path: Path) -> None:
    told = []
    for error, doubt in ((0.012, ""), (None, "why")):
        records = example.records()
        known = records.unknowns.assign(standard_error=error, doubt=doubt)
        told.append(report.of(replace(records, unknowns=known)))
    found = comparison.table({"a": told[0], "b": told[1], "without": made(tmp_path, 1e-3)})
    assert found["standard_error.k"].to_list()[0] == 0.012
    assert found["doubt.k"].to_list()[:2] == ["", "why"]
    (row,) = [row for row in comparison.side_by_side(found).rows if row[0] == "k found"]
    assert row == ("k found", "1.02 ± 0.012", "1.02 (no ±: why)", "–")


def test_each_of_several_fields_has_a_row() -> None:
    one = example.report()
    fields = one.records.fields
    mine = fields[fields["run"] == "0001-0"]
    twice = pd.concat([fields, mine.assign(field="v", relative_l2=0.5)])
    both = {"a": replace(one, records=replace(one.records, fields=twice)), "b": one}
    found = comparison.table(both)
    assert found["relative_l2.v"].to_list()[0] == 0.5
    assert np.isnan(found["relative_l2.v"].to_list()[1])
    rows = comparison.side_by_side(found).rows
    assert ("relative L2 error of v", "0.5", "–") in rows


def test_the_least_error_comes_first(tmp_path: Path) -> None:
    both = {
        "a": made(tmp_path / "a", 1e-3, relative_l2=0.02),
        "b": made(tmp_path / "b", 2e-3, relative_l2=0.01),
    }
    said = comparison.sentences(both, comparison.table(both))
    assert "Relative L2 error, measured, the least first: b 0.01, a 0.02." in said
    assert "Held-out loss, the least first: a 1.00e-3, b 2.00e-3." in said
    assert "another seed may turn the order around" in said[-1]


def test_an_unfinished_campaign_is_told_with_what_it_has_chosen() -> None:
    begun = example.report()
    configuration = begun.records.campaign["configuration"] | {"trials": 6}
    campaign = begun.records.campaign | {"configuration": configuration}
    both = {"a": example.report(), "b": report.of(replace(begun.records, campaign=campaign))}
    found = comparison.table(both)
    assert comparison.sentences(both, found)[:2] == [
        "b is not finished: 4 of 6 runs have ended.",
        "All of these campaigns solve the same problem.",
    ]
    assert found["chosen"].to_list() == [
        "least held-out loss of 3 trials",
        "least held-out loss of 3 trials, so far",
    ]


def test_different_problems_are_not_compared(tmp_path: Path) -> None:
    both = {"a": made(tmp_path / "a", 1e-3), "b": example.report()}
    (sentence,) = comparison.sentences(both, comparison.table(both))
    assert "different problems, so neither their losses nor their errors compare" in sentence


def test_a_level_that_one_campaign_did_not_try_is_a_gap() -> None:
    one = example.report()
    rates = one.statistics.rates
    fewer = replace(one, statistics=replace(one.statistics, rates=rates[rates["level"] != "tanh"]))
    both = {"a": one, "b": fewer}
    shown = comparison.survivors(comparison.survival(both), list(both))
    assert shown is not None
    (row,) = [row for row in shown.rows if row[1] == "tanh"]
    assert row[2].startswith("0 of 6 (")
    assert row[3] == "–"


def test_levels_stand_in_their_own_order() -> None:
    rates = pd.DataFrame(
        [
            (name, "width", level, 2, 1, 0.5, 0.1, 0.9)
            for name, levels in {"a": ("16",), "b": ("8", "128")}.items()
            for level in levels
        ],
        columns=["campaign", "axis", "level", "experts", "survived", "rate", "low", "high"],
    )
    shown = comparison.survivors(rates, ["a", "b"])
    assert shown is not None
    assert [row[1] for row in shown.rows] == ["8", "16", "128"]


def test_of_different_problems_too_the_unfinished_are_told(tmp_path: Path) -> None:
    begun = example.report()
    configuration = begun.records.campaign["configuration"] | {"trials": 6}
    campaign = begun.records.campaign | {"configuration": configuration}
    other = report.of(replace(begun.records, campaign=campaign))
    both = {"a": made(tmp_path / "a", 1e-3), "b": other}
    first, second = comparison.sentences(both, comparison.table(both))
    assert first == "b is not finished: 4 of 6 runs have ended."
    assert "different problems" in second
