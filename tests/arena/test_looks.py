"""The clock stands still while errors are measured, and only a better network is looked at."""

import math

import numpy as np
import pytest

from experiments.arena.looks import Look, Looks, at
from experiments.arena.truth import Truth
from nas import problems


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def looks(clock: Clock) -> Looks:
    problem = problems.load("wave")
    return Looks(problem, Truth(problem), clock)


def test_the_clock_stands_still_in_pauses_however_deep(looks: Looks, clock: Clock) -> None:
    assert looks.seconds == 0.0
    clock.now += 3
    with looks.paused():
        clock.now += 10
        with looks.paused():
            clock.now += 100
        assert looks.seconds == 3.0
    clock.now += 1
    assert looks.seconds == 4.0


def test_the_clock_goes_on_where_a_measurement_fails(looks: Looks, clock: Clock) -> None:
    def fail(points: np.ndarray) -> np.ndarray:
        clock.now += 10
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        looks.look(0.5, fail)
    clock.now += 2
    assert looks.seconds == 2.0


def test_a_look_takes_no_time_and_only_the_better_counts(looks: Looks, clock: Clock) -> None:
    def zero(points: np.ndarray) -> np.ndarray:
        clock.now += 50
        return np.zeros((len(points), 1))

    assert looks.seconds == 0.0
    clock.now += 1
    looks.look(0.5, zero)
    clock.now += 1
    looks.look(0.7, zero)
    clock.now += 1
    looks.look(0.3, zero)
    assert looks.found == [Look(1.0, 0.5, 1.0), Look(3.0, 0.3, 1.0)]
    assert looks.best_loss == 0.3


def test_a_loss_that_is_no_number_is_worse_than_any(looks: Looks) -> None:
    looks.add(math.nan, 2.0)
    assert looks.best_loss == math.inf
    looks.look(5.0, lambda points: np.zeros((len(points), 1)))
    assert looks.best_loss == 5.0


def test_an_answer_may_be_a_little_late() -> None:
    found = [Look(62.9, 1.0, 0.5), Look(63.1, 0.5, 0.1)]
    assert at(found, 60) == found[0]
    assert at(found[1:], 60) is None
    assert at([], 60) is None
