"""Hindsight: by the other seeds alone, and only where all ten have been tried."""

import math

import pytest

from experiments.arena import hindsight
from experiments.arena.entrants import HINDSIGHT_SEEDS, SHORT
from tests.arena.made_up import row, rows


def test_errors_are_geometric_means_over_both_seeds() -> None:
    name = hindsight.SLUGS[1]
    found = hindsight.errors(
        [
            row("wave", name, SHORT, HINDSIGHT_SEEDS[0], 1e-2),
            row("wave", name, SHORT, HINDSIGHT_SEEDS[1], 1e-4),
            row("wave", name, SHORT, 0, 1e-9),  # a seed of the measurement
            row("wave", name, 300, HINDSIGHT_SEEDS[0], 1e-9),
            row("burgers", name, SHORT, HINDSIGHT_SEEDS[0], 1e-2),  # one seed is missing
        ]
    )
    assert found == {"wave": {name: pytest.approx(1e-3)}}


def test_the_best_are_chosen_by_problem_and_over_all() -> None:
    found = hindsight.errors(rows(lambda *key: 1.0))
    each = hindsight.best_each(found)
    assert each["burgers"] == "sine_3x20"
    assert {name for problem, name in each.items() if problem != "burgers"} == {"swish_3x20"}
    assert hindsight.best_fixed(found) == "swish_3x20"


def test_nothing_is_chosen_before_all_are_tried() -> None:
    everything = rows(lambda *key: 1.0)
    without = [
        one for one in everything if (one.problem, one.column) != ("wave", hindsight.SLUGS[3])
    ]
    found = hindsight.errors(without)
    assert hindsight.best_fixed(found) is None
    assert "wave" not in hindsight.best_each(found)
    assert "burgers" in hindsight.best_each(found)


def test_a_failure_counts_as_nothing_learnt() -> None:
    assert hindsight.mean([math.inf, 1e-1]) == pytest.approx(1.0)
    assert hindsight.mean([0.0, 1.0]) < 1e-100
