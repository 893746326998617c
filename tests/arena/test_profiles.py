"""Performance profiles with numbers that were worked out by hand."""

import math

import pytest

from experiments.arena import picture
from experiments.arena.profiles import factors, share

ERRORS = {
    "a": {"p": 1e-3, "q": 2e-2, "r": 5e-1},
    "b": {"p": 4e-3, "q": 1e-2, "r": math.inf},
    "c": {"p": 1e-3},
}


def test_factors_are_over_the_best_of_each_problem() -> None:
    found = factors(ERRORS, ["p", "q", "r", "s"])  # nobody has an answer to s
    assert found["a"] == pytest.approx([1, 1, 2])
    assert found["b"] == pytest.approx([1, 4, math.inf])
    assert found["c"] == [1, math.inf, math.inf]


def test_shares_are_steps() -> None:
    found = [1.0, 2.0, 2.0, math.inf]
    assert [share(found, at) for at in (0.5, 1, 1.9, 2, 1e9)] == [0, 0.25, 0.25, 0.75, 0.75]
    assert share([], 2.0) == 0.0


def test_there_is_nothing_of_nobody() -> None:
    assert factors({}, ["p"]) == {}


def test_a_column_that_was_not_tried_on_all_problems_is_not_drawn() -> None:
    """It would look as if it had failed on the others; one that has failed there is drawn."""
    errors = {"halving": {"wave": 0.1}, "search": {"wave": 0.1, "heat": math.inf}}
    assert list(picture.tried_on_all(errors, ["wave", "heat"])) == ["search"]
    assert list(picture.tried_on_all(errors, ["wave"])) == ["search", "halving"]
