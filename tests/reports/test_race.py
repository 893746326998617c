"""The race as the page tells it."""

from dataclasses import replace
from pathlib import Path

import pytest

from nas.reports import (
    answer,
    example,
    page,
    race,
    raced,
    report,
    survival_words,
    validation_summary,
)
from nas.reports.figures import front
from tests.reports.solved_campaign import solved


def test_contestants_stand_in_the_order_in_which_they_went_far() -> None:
    table = race.table(raced.records())
    assert table is not None
    assert [row[0] for row in table.rows] == ["race-0-1", "race-0-0", "race-0-2"]
    assert [row[5] for row in table.rows] == ["won", "after heat 1", "before heat 1"]
    assert table.marked == {0}


def test_the_answer_names_the_contestant_and_of_whom_it_was_chosen() -> None:
    said = answer.answer(report.of(raced.records()))
    assert said[0] == "Contestant race-0-1 is recommended: least held-out loss of 3 contestants."
    assert said[1] == "Chosen among 1 team that a gate chose and 2 single networks in 1 race."
    assert said[2].startswith("It is a single network, of 4 candidates that learnt: sine 2×16")


def test_where_nobody_learnt_on_no_race_is_named() -> None:
    records = raced.records()
    over = replace(records, race=records.race.assign(iterations=0))
    assert race.among(over) == "1 team that a gate chose and 2 single networks without a race"


def test_a_search_is_over_once_each_seed_has_raced() -> None:
    records = raced.records()
    assert page.state(records) == ""
    records.campaign["configuration"]["seeds"] = 2
    assert page.state(records).startswith("This campaign is not finished: 1 of 2 races have ended")


def test_the_front_is_that_of_the_contestants() -> None:
    data = front.summarise(report.of(raced.records()))
    assert data is not None
    assert (data.things, sorted(data.trials["label"])) == ("contestant", list(raced.NAMES))


def test_cuts_before_the_gate_are_told_apart_from_its_drops() -> None:
    records = example.records()
    outcomes = records.experts["outcome"].mask(
        (records.experts["candidate"] == 3) & (records.experts["outcome"] == "dropped"), "cut"
    )
    found = report.of(replace(records, experts=records.experts.assign(outcome=outcomes)))
    numbers = found.statistics
    said = survival_words.survival(numbers.rates, numbers.chance, numbers.completed_runs)[0]
    assert said.endswith("; 3 were cut before the gate was asked, and it dropped 3.")


def test_where_no_network_learnt_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = solved()
    assert race.is_solved(records)
    (sentence,) = validation_summary.summary(records)
    assert sentence.startswith("There is nothing to compare it with: random waves were solved for")
    content = report.of(records)
    assert "a single network of random waves" in " ".join(answer.answer(content))
    monkeypatch.setattr("nas.reports.page.campaign_records.read", lambda folder: records)
    written = page.build(tmp_path / "out", tmp_path / "page").read_text(encoding="utf-8")
    assert "no network learnt, so the gate was not asked" in written
    assert "teams and single networks had equal time" not in written


def test_with_a_trial_or_an_iteration_somebody_learnt() -> None:
    records = solved()
    assert not race.is_solved(replace(records, race=records.race.assign(iterations=1)))
    assert not race.is_solved(replace(records, runs=raced.records().runs))
    assert not race.is_solved(example.records())


def test_where_the_budget_was_over_before_that_is_said() -> None:
    before = raced.records()
    records = replace(before, race=before.race.assign(iterations=0))
    assert not race.is_run(records)
    assert race.told(records).startswith("Nobody learnt on in the race: the budget was over")
    empty = replace(records, subsets=records.subsets.iloc[:0])
    (sentence,) = validation_summary.summary(empty)
    assert "the budget was over before a race" in sentence
    assert "with a larger budget" in sentence
    good = replace(empty, runs=empty.runs.assign(error_estimate=1e-9))
    (sentence,) = validation_summary.summary(good)
    assert "hardly needs one" in sentence
    drawn = race.table(records)
    assert drawn is not None
    assert {row[5] for row in drawn.rows} == {"–"}
    assert race.is_run(before)
    assert not race.is_run(example.records())
