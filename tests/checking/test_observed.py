"""Observations without noise that contradict one another, or a condition."""

import pytest

from nas.checking import check
from nas.checking.observed import disagreements
from nas.problems import Box, Condition, Observations, Problem

WALLS = Condition(("x_min", "x_max"), lambda u: u)


def rod(*seen: Observations) -> Problem:
    return Problem("rod", Box(x=(0, 1)), lambda u: u.xx + 1, [WALLS, *seen])


def at(x: list[float], u: list[float], noise: float = 0.0) -> Observations:
    return Observations({"x": x, "u": u}, noise=noise)


@pytest.mark.parametrize(
    "seen",
    [
        [at([0.5, 0.2, 0.5], [0.5, 0.1, 0.7])],
        [at([0.5], [0.7]), at([0.5, 0.9], [0.5, 0.1])],
    ],
)
def test_two_values_at_one_place_are_told(seen: list[Observations]) -> None:
    (line,) = disagreements(rod(*seen))
    assert line.startswith("u is observed as 0.5 and 0.7 at x=0.5, without noise; give one value")
    assert line in check(rod(*seen)).warnings


def test_a_value_that_a_condition_denies_is_told() -> None:
    (line,) = disagreements(rod(at([0.5, 1.0], [0.1, 0.3])))
    assert line == (
        "u is observed as 0.3 at x=1, without noise, where the condition on x_max demands 0"
    )


@pytest.mark.parametrize(
    "seen",
    [
        at([0.5, 0.5], [0.5, 0.505]),  # a repeated measurement
        at([0.5, 0.5], [0.5, 0.7], noise=0.1),
        at([0.0, 0.5], [0.0, 0.7]),
        at([0.4, 0.5], [0.5, 0.7]),
    ],
)
def test_what_agrees_or_is_noisy_is_left_alone(seen: Observations) -> None:
    assert disagreements(rod(seen)) == []


def test_of_two_fields_each_has_its_own_values() -> None:
    both = Observations({"t": [0.5], "u": [1.0], "v": [2.0]})
    start = Condition("t_min", lambda u, v: (u - 1, v))
    problem = Problem(
        "swing", Box(t=(0, 1)), lambda u, v: (u.t - v, v.t + u), [start, both], fields=("u", "v")
    )
    assert disagreements(problem) == []


def test_what_is_observed_of_a_flux_is_no_value_of_a_field() -> None:
    flux = Observations({"x": [0.5, 0.5], "q": [0.5, 0.7]}, {"q": lambda u: -u.x})
    assert disagreements(rod(flux)) == []
