"""Who learns on, by hand."""

import math

import pytest

from nas.search_spaces import Candidate
from nas.training.pool import leaders

SINE, TANH, SWISH = (Candidate(name, 2, 16) for name in ("sine", "tanh", "swish"))


def test_half_are_the_best_and_the_others_the_best_of_other_kinds() -> None:
    pool = [SINE, SINE, SINE, SINE, TANH, SWISH]
    losses = {0: 1e-6, 1: 2e-6, 2: 3e-6, 3: 4e-6, 4: 1e-2, 5: 1.0}
    assert leaders(losses, pool, 4) == [0, 1, 4, 5]


def test_of_an_odd_number_more_than_half_are_the_best() -> None:
    pool = [SINE, SINE, TANH, SWISH]
    assert leaders({0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0}, pool, 3) == [0, 1, 2]


def test_places_that_no_other_kind_takes_go_to_the_best() -> None:
    pool = [SINE, TANH, SINE, SINE, TANH]
    assert leaders({0: 5.0, 1: 4.0, 2: 3.0, 3: 2.0, 4: 1.0}, pool, 4) == [4, 3, 2, 1]


def test_of_another_kind_the_best_goes_on() -> None:
    pool = [SINE, SINE, TANH, TANH]
    assert leaders({0: 1.0, 1: 2.0, 2: 9.0, 3: 8.0}, pool, 2) == [0, 3]


@pytest.mark.parametrize(
    "other",
    [
        Candidate("sine", 3, 16),
        Candidate("sine", 2, 32),
        Candidate("sine", 2, 16, scale=3.0),
        Candidate("sine", 2, 16, encoding="fourier 2"),
    ],
    ids=str,
)
def test_a_level_of_any_axis_makes_a_kind(other: Candidate) -> None:
    pool = [SINE, SINE, SINE, other]
    assert leaders({0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0}, pool, 2) == [0, 3]


def test_a_kind_that_came_by_another_axis_has_its_place() -> None:
    """Once tanh 3×16 is in, neither tanh nor depth 3 is new."""
    pool = [SINE, Candidate("tanh", 3, 16), TANH, Candidate("sine", 3, 16), SINE, SWISH]
    losses = {0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0, 4: 1.5, 5: 9.0}
    assert leaders(losses, pool, 4) == [0, 4, 1, 5]


def test_of_equal_losses_the_first_goes_on() -> None:
    pool = [SINE] * 4
    assert leaders({3: 1.0, 1: 1.0, 2: 1.0, 0: 2.0}, pool, 2) == [1, 2]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_loss_comes_last(bad: float) -> None:
    pool = [TANH, SINE, SINE, SINE]
    losses = {0: bad, 1: 3.0, 2: 2.0, 3: 1.0}
    assert leaders(losses, pool, 1) == [3]
    assert leaders(losses, pool, 4) == [3, 2, 1, 0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_no_place_is_kept_for_a_kind_without_a_loss(bad: float) -> None:
    """A network that has diverged is no second look worth: others may still learn."""
    pool = [TANH, SINE, SINE]
    assert leaders({0: bad, 1: 2.0, 2: 1.0}, pool, 2) == [2, 1]


def test_without_any_loss_somebody_goes_on() -> None:
    assert leaders({4: math.nan, 2: math.inf}, [SINE] * 5, 1) == [2]


@pytest.mark.parametrize("keep", [4, 5, 100])
def test_more_places_than_candidates_are_for_all(keep: int) -> None:
    pool = [SINE, TANH, SINE, SWISH]
    assert leaders({0: 4.0, 1: 3.0, 2: 2.0, 3: 1.0}, pool, keep) == [3, 2, 1, 0]


def test_only_those_with_a_loss_are_asked() -> None:
    """Of a later round: the pool holds more than those that took part."""
    pool = [SINE, TANH, SWISH, SINE]
    assert leaders({3: 2.0, 1: 1.0}, pool, 8) == [1, 3]


def test_each_level_is_there_as_far_as_there_is_room() -> None:
    pool = [
        Candidate(activation, depth, 16)
        for activation in ("tanh", "sine", "swish")
        for depth in (1, 2, 3)
    ]
    losses = {index: 10.0**index for index in range(len(pool))}  # all tanh before all sine
    chosen = [pool[index] for index in leaders(losses, pool, 6)]
    assert {one.activation for one in chosen} == {"tanh", "sine", "swish"}
    assert {one.depth for one in chosen} == {1, 2, 3}
