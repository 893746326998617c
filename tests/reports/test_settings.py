"""Which settings mattered, as far as the trials can tell."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nas.reports import settings


def trials(count: int, by: str = "p", **changes: Any) -> pd.DataFrame:
    """Trials whose loss follows one setting alone."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "stage": "selection",
            "m": rng.integers(8, 25, count),
            "p": rng.uniform(0.2, 0.9, count),
            "threshold": rng.uniform(0.05, 0.5, count),
        }
    )
    return table.assign(held_out_loss=0.01 * table[by] ** 2, **changes)


@pytest.mark.parametrize("by", settings.SETTINGS)
def test_the_setting_that_the_loss_follows_is_found(by: str) -> None:
    table = trials(14, by)
    found = settings.importance(table)
    assert found["setting"][0] == by
    assert found["share"].sum() == pytest.approx(1)
    assert found["p_value"][0] < 0.05 / 3
    assert settings.sentence(table, found).startswith(f"For the held-out loss {by} (")


def test_of_losses_by_chance_nothing_is_said_to_matter() -> None:
    table = trials(14)
    table["held_out_loss"] = np.random.default_rng(5).uniform(1e-4, 1e-3, 14)
    found = settings.importance(table)
    assert len(found) == 3
    assert "No setting can be said to matter" in settings.sentence(table, found)


def test_a_setting_that_was_fixed_is_left_out() -> None:
    assert set(settings.importance(trials(14, threshold=0.3))["setting"]) == {"m", "p"}


def test_contestants_and_failed_trials_do_not_count() -> None:
    table = trials(settings.LEAST)
    assert len(settings.importance(table)) == 3
    for column, value in (("stage", "race"), ("held_out_loss", np.nan)):
        one_less = table.copy()
        one_less.loc[0, column] = value
        found = settings.importance(one_less)
        assert found.empty
        assert settings.sentence(one_less, found).startswith("Too few trials: 9 were completed")


def test_where_all_losses_are_alike_there_is_nothing_to_compare() -> None:
    table = trials(14).assign(held_out_loss=1e-3)
    found = settings.importance(table)
    assert found.empty
    assert "there is nothing to compare" in settings.sentence(table, found)
