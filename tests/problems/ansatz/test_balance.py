"""Weights make residuals comparable, whatever their units; a user's factor multiplies them."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from nas.problems import Box, Condition, Problem, load
from nas.problems.ansatz.balance import Pull


def rod(length: float, unit: float, **changes: Any) -> Problem:
    """-u'' = 1 on [0, 1], with another unit of length, and of u."""
    conditions = [
        Condition("x_min", lambda u: u / unit - 1),
        Condition("x_max", lambda u: u.x * length / unit),
    ]
    one = Problem("rod", Box(x=(0, length)), lambda u: u.xx * length**2 / unit + 1, conditions)
    return replace(one, **changes)


def weights(problem: Problem) -> list[float]:
    return [weight for term in problem.terms for weight in term.weights]


@pytest.mark.parametrize(("length", "unit"), [(1e-9, 1.0), (1.0, 1e6), (1e4, 1e-12)])
def test_units_do_not_matter(length: float, unit: float) -> None:
    assert weights(rod(length, unit)) == pytest.approx(weights(rod(1.0, 1.0)), rel=0.1)


def test_a_factor_of_a_residual_does_not_matter() -> None:
    plain = rod(1.0, 1.0)
    larger = replace(plain, residual=lambda u: 1e8 * (u.xx + 1))
    found, expected = weights(larger), weights(plain)
    assert found[0] == pytest.approx(1e-16 * expected[0], rel=0.1)
    assert found[1:] == expected[1:]


def test_a_weight_multiplies_and_as_written_nothing_does() -> None:
    def heavy(problem: Problem) -> list[Any]:
        return [
            replace(one, weight=10.0) for one in problem.conditions if isinstance(one, Condition)
        ]

    plain = rod(1.0, 1.0)
    found = weights(replace(plain, conditions=heavy(plain)))
    assert found[1:] == pytest.approx([10 * one for one in weights(plain)[1:]])
    assert weights(replace(plain, conditions=heavy(plain), balanced=False)) == [1.0, 10.0, 10.0]


def test_each_equation_of_a_term_has_its_own() -> None:
    pair = Problem(
        "pair",
        Box(t=(0, 1)),
        lambda u, v: (u.t + v, 1e4 * (v.t - u)),
        [Condition("t_min", lambda u, v: (u - 1, v - 1))],
        fields=("u", "v"),
    )
    first, second, *values = weights(pair)
    assert first == pytest.approx(1e8 * second, rel=0.5)
    assert values == pytest.approx([values[0]] * 2, rel=0.1)


def test_a_source_beyond_reach_lowers_the_weight() -> None:
    assert Pull(2.0, 0.0).weight == Pull(2.0, 2.0).weight == 0.25
    assert Pull(2.0, 50.0).weight == 0.01
    assert Pull(0.0, 0.0).weight == Pull(float("nan"), 0.0).weight == 1.0
    assert 0 < Pull(1e200, 0.0).weight < 1e-290


def test_what_no_field_of_a_known_size_reaches_is_said() -> None:
    mixed_up = Problem(
        "mixed up",
        Box(x=(0, 1)),
        lambda u: u.xx,
        [
            Condition(("x_min", "x_max"), lambda u, x: u - x),
            Condition("x_max", lambda u, x: 1e-9 * torch.tanh(u.x * u) + torch.cos(1e4 * x)),
        ],
    )
    assert any(line.startswith("condition on x_max: badly scaled") for line in mixed_up.warnings)
    assert not rod(1e-9, 1e6).warnings


def test_rows_say_what_is_demanded_and_how_much_it_counts() -> None:
    rows = load("burgers").describe_terms()
    assert rows[0]["words"] == "equations"
    assert [row["weight"] for row in rows] == weights(load("burgers"))
    assert [row["points"] for row in rows] == ["interior", "boundary", "boundary"]


def test_the_same_at_every_construction() -> None:
    assert weights(rod(1.0, 1.0)) == weights(rod(1.0, 1.0))
    assert rod(1.0, 1.0).fingerprint == rod(1.0, 1.0).fingerprint


def test_rare_states_beside_a_pole_do_not_take_an_equations_weight() -> None:
    burgers = load("burgers")
    beside = replace(burgers, residual=lambda u: u.t - 0.1 * u.xx + u / (0.6 + u))
    plain = replace(burgers, residual=lambda u: u.t - 0.1 * u.xx + u / (3 + u))
    assert 1e-3 < weights(beside)[0] / weights(plain)[0] < 1  # by the mean square 1e-6


def test_what_is_steep_and_bounded_keeps_its_mean_square() -> None:
    burgers = load("burgers")
    steep = replace(burgers, residual=lambda u: u.t - 0.1 * u.xx + torch.exp(30 * u))
    assert weights(steep)[0] < 1e-30


def test_the_size_of_a_field_beside_others_is_not_that_of_a_pole() -> None:
    pair = Problem(
        "pair",
        Box(x=(0, 1)),
        lambda s, p: (s.xx - s / (0.6 + s), p.x - s.x / (0.6 + s)),
        [Condition("x_min", lambda s, p: (s + 1, p)), Condition("x_max", lambda s: s - 5)],
        fields=("s", "p"),
    )
    assert 0.1 < pair.describe_fields()[1]["scale"] < 50  # by the mean square 7e5


def test_where_a_residual_has_no_value_at_zero_another_state_tells_whose_it_is() -> None:
    def attraction(x: Any, y: Any) -> Any:
        cube = (x**2 + y**2) ** 1.5
        return x.tt + x / cube, y.tt + y / cube

    start = Condition("t_min", lambda x, y: (x - 1, x.t, y, y.t - 0.9))
    kepler = Problem("kepler", Box(t=(0, 6)), attraction, [start], fields=("x", "y"))
    assert 0.1 < kepler.describe_fields()[1]["scale"] < 10  # y was thought to be 1.6e9
