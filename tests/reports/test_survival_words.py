"""What is claimed on survival and, more so, what is not."""

from pathlib import Path

import pandas as pd
import pytest

from nas.reports import survival, survival_words
from tests.reports.synthetic_campaign import Campaign, expert, run_row


def said(tmp_path: Path, runs: int, sine: int, tanh: int, of: int = 6) -> str:
    """What is said of ``runs`` alike runs with so many survivors of ``of`` experts each."""
    made = Campaign()
    for run in (f"r{i}" for i in range(runs)):
        made.tables["runs"].append(run_row(run))
        for i in range(of):
            outcomes = ["survived" if i < kept else "dropped" for kept in (sine, tanh)]
            made.tables["experts"].append(expert(run, 2 * i, outcomes[0], 50, activation="sine"))
            made.tables["experts"].append(expert(run, 2 * i + 1, outcomes[1], 50))
    records = made.records(tmp_path)
    rates = survival.survival_rates(records.experts, records.runs)
    chance = survival.chance(records.experts, records.runs)
    sentences = survival_words.survival(rates, chance, runs) + survival_words.article(
        rates, chance, runs
    )
    return "\n".join(sentences)


def test_a_clear_difference_over_several_runs_is_claimed(tmp_path: Path) -> None:
    text = said(tmp_path, runs=5, sine=5, tanh=1)
    assert "sine (25 of 30) survives more often than tanh (5 of 30)" in text
    assert "sine over tanh: confirmed here" in text
    assert "Depth: only one level was tried" in text


def test_the_opposite_is_said_as_plainly(tmp_path: Path) -> None:
    assert "sine over tanh: contradicted here" in said(tmp_path, runs=5, sine=1, tanh=5)


def test_overlapping_intervals_claim_nothing(tmp_path: Path) -> None:
    text = said(tmp_path, runs=5, sine=3, tanh=2)
    assert "Activation: no claim. All 95 % intervals overlap" in text
    assert "sine over tanh: undecided here" in text


def test_two_runs_claim_nothing_however_clear(tmp_path: Path) -> None:
    text = said(tmp_path, runs=2, sine=6, tanh=0)
    assert "survives more often" not in text
    assert "Fewer than 3 runs" in text


def test_intervals_apart_are_not_enough_against_chance() -> None:
    rates = pd.DataFrame(
        [("depth", "2", 90, 80, 0.89, 0.81, 0.94, 0), ("depth", "3", 90, 40, 0.44, 0.35, 0.55, 0)],
        columns=["axis", "level", "experts", "survived", "rate", "low", "high", "cut"],
    )
    other = rates.assign(axis="activation")
    text = survival_words.survival(
        pd.concat([other, rates]), dict.fromkeys(("activation", "depth", "width"), 0.2), 9
    )
    assert any(s.startswith("Depth: no claim. Some intervals do not overlap") for s in text)


@pytest.mark.parametrize(
    ("kept", "sentence"), [(6, "No expert was dropped"), (0, "No expert survived")]
)
def test_one_outcome_for_all_says_nothing(tmp_path: Path, kept: int, sentence: str) -> None:
    assert sentence in said(tmp_path, runs=3, sine=kept, tanh=kept)
