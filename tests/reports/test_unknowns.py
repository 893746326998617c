"""Unknown coefficients: estimates by hand."""

from pathlib import Path

import pytest

from nas.reports import example, report, run_tables
from nas.reports.figures import unknowns as drawn
from nas.reports.unknowns import Unknown, estimates, unknowns
from tests.reports.synthetic_campaign import Campaign, run_row, unknown_row


def campaign() -> Campaign:
    """Two runs of the recommended trial, one of another, and one that failed."""
    made = Campaign()
    other = {"trial": 1, "repetition": 0}
    made.tables["runs"] = [
        run_row("a", held_out_loss=1e-4), run_row("b", repetition=1), run_row("c", **other),
        run_row("d", status="diverged", repetition=2),
    ]  # fmt: skip
    made.tables["unknowns"] = [
        unknown_row("a", 50, 1.0), unknown_row("a", 9, 7.0), unknown_row("a", 50, 2.0, name="k"),
        unknown_row("b", 50, 1.5, repetition=1), unknown_row("c", 50, 9.0, **other),
        unknown_row("d", 50, 99.0, repetition=2), unknown_row("c", 50, 4.0, name="k", **other),
    ]  # fmt: skip
    return made


def test_the_last_value_is_the_estimate(tmp_path: Path) -> None:
    table = estimates(campaign().records(tmp_path))
    assert table[["run", "name", "value"]].to_numpy().tolist() == [
        ["a", "D", 1.0], ["a", "k", 2.0], ["b", "D", 1.5], ["c", "D", 9.0], ["c", "k", 4.0],
    ]  # fmt: skip


def test_the_interval_is_over_the_runs_of_the_trial_else_over_all(tmp_path: Path) -> None:
    content = report.of(campaign().records(tmp_path))
    first, second = content.unknowns
    assert (first.name, first.value, first.basis) == ("D", 1.0, "2 runs of trial 0")
    assert [first.low, first.high] == pytest.approx([-1.927, 4.427], abs=1e-3)
    assert (second.name, second.value, second.basis) == ("k", 2.0, "2 completed runs")


def test_of_a_single_run_there_is_no_interval(tmp_path: Path) -> None:
    made = campaign()
    made.tables["runs"] = made.tables["runs"][:1]
    found = report.of(made.records(tmp_path)).unknowns
    assert [one.sentence for one in found] == ["D = 1.", "k = 2."]
    data = drawn.summarise(report.of(made.records(tmp_path)))
    assert data is not None
    assert data.others.empty


def test_the_standard_error_of_the_last_row_is_told(tmp_path: Path) -> None:
    made = campaign()
    made.tables["unknowns"] = [
        unknown_row("a", 9, 7.0), unknown_row("a", 50, 1.0, standard_error=0.034),
    ]  # fmt: skip
    (one,) = report.of(made.records(tmp_path)).unknowns
    assert one.sentence == "D = 1 ± 0.034 by the noise of the observations."
    table = run_tables.unknowns([one])
    assert table is not None
    assert table.rows[0][:3] == ("D", "1", "± 0.034")


def test_an_estimate_keeps_the_digits_that_tell_it_from_the_truth() -> None:
    nan = float("nan")
    found = Unknown("k", 2.49981, nan, nan, "", 2.5)
    assert found.sentence == "k = 2.4998; the truth is 2.5."
    table = run_tables.unknowns([found])
    assert table is not None
    assert table.rows[0][:3] == ("k", "2.4998", "–")


@pytest.mark.parametrize(("value", "truth", "error"), [(1.02, 1.0, 0.02), (-3.0, -2.0, 0.5)])
def test_the_error_is_relative(value: float, truth: float, error: float) -> None:
    assert Unknown("k", value, 0, 0, "", truth).error == pytest.approx(error)


def test_a_problem_without_unknowns_shows_none(tmp_path: Path) -> None:
    made = campaign()
    made.tables["unknowns"] = []
    content = report.of(made.records(tmp_path))
    assert content.unknowns == ()
    assert drawn.pictures(content) == []
    assert unknowns(estimates(example.records()), None) == ()
