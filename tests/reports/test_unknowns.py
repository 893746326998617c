"""Unknown coefficients: estimates by hand."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from nas.reports import example, report, run_tables
from nas.reports.figures import unknowns as drawn
from nas.reports.recommended import Recommended
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


def test_the_interval_is_over_the_runs_of_the_trial_and_no_others(tmp_path: Path) -> None:
    content = report.of(campaign().records(tmp_path))
    first, second = content.unknowns
    assert (first.name, first.value, first.basis) == ("D", 1.0, "2 runs of trial 0")
    assert [first.low, first.high] == pytest.approx([-1.927, 4.427], abs=1e-3)
    assert (second.name, second.sentence) == ("k", "k = 2.")  # another trial is no other seed


def test_runs_in_doubt_have_no_part_in_the_interval(tmp_path: Path) -> None:
    made = campaign()
    made.tables["runs"].append(run_row("e", repetition=3))
    made.tables["unknowns"].append(unknown_row("e", 50, 99.0, repetition=3, doubt="why"))
    first, _ = report.of(made.records(tmp_path / "one")).unknowns
    assert first.basis == "2 of 3 runs of trial 0, the others being in doubt"
    assert [first.low, first.high] == pytest.approx([-1.927, 4.427], abs=1e-3)
    for row in made.tables["unknowns"]:
        row["doubt"] = "why" if row["run"] == "a" else ""
    first, _ = report.of(made.records(tmp_path / "two")).unknowns
    assert first.sentence == "D = 1 (no ±: why)."


def races(*won: float) -> tuple[Unknown, ...]:
    """What is told of the winner of the first of some races, each of another seed; beside each
    winner stands a contestant that was cut."""
    rows, race = list[dict[str, object]](), list[dict[str, object]]()
    for repetition, value in enumerate(won):
        for name, of, first in (("a", value, True), ("b", 99.0, False)):
            run = f"race-{repetition}-{name}"
            race.append({"run": run, "repetition": repetition, "won": first})
            rows.append(unknown_row(run, 9, of, trial=1000 + len(rows), repetition=repetition))
    of_run = pd.Series({"run": "race-0-a", "stage": "race", "repetition": 0, "trial": 1000})
    best = Recommended(of_run, None, pd.DataFrame(), by_rule=True)
    return unknowns(pd.DataFrame(rows), best, pd.DataFrame(race))


def test_within_a_budget_it_is_over_the_winners_of_the_races() -> None:
    (one,) = races(1.0, 1.5)
    assert one.basis == "2 races"
    assert [one.low, one.high] == pytest.approx([-1.927, 4.427], abs=1e-3)
    (alone,) = races(1.0)
    assert alone.sentence == "D = 1."


def test_the_panel_is_that_of_the_paths_and_not_of_the_interval(tmp_path: Path) -> None:
    made = campaign()
    for row in made.tables["unknowns"]:
        row["standard_error"] = 0.25 if (row["run"], row["step"]) == ("a", 50) else None
    content = report.of(made.records(tmp_path))
    figure = Figure()
    data = drawn.summarise(content)
    assert data is not None
    drawn.draw(data, figure)
    low, high = figure.axes[0].get_ylim()
    assert low < 1.0  # where the path is
    assert high > 7.0
    assert low > data.estimates[0].low
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["run a", "other runs", "± by noise", "interval over seeds"]
    (picture,) = drawn.pictures(content)
    assert "interval over seeds, which may reach beyond the panel" in picture.reading


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
    found = Unknown("k", 2.49981, truth=2.5)
    assert found.sentence == "k = 2.4998; the truth is 2.5."
    table = run_tables.unknowns([found])
    assert table is not None
    assert table.rows[0][:3] == ("k", "2.4998", "–")


@pytest.mark.parametrize(("value", "truth", "error"), [(1.02, 1.0, 0.02), (-3.0, -2.0, 0.5)])
def test_the_error_is_relative(value: float, truth: float, error: float) -> None:
    assert Unknown("k", value, truth=truth).error == pytest.approx(error)


def test_a_problem_without_unknowns_shows_none(tmp_path: Path) -> None:
    made = campaign()
    made.tables["unknowns"] = []
    content = report.of(made.records(tmp_path))
    assert content.unknowns == ()
    assert drawn.pictures(content) == []
    assert unknowns(estimates(example.records()), None, example.records().race) == ()
