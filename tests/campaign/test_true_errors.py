"""Errors of mixtures that are zero, which are wrong by all that there is."""

from dataclasses import replace

import pytest

from nas.campaign.true_errors import UNKNOWN, measure, relative_l2
from nas.problems import Box, Condition, Problem, load
from tests.campaign.untrained import mixture


def test_relative_error_of_a_mixture_that_is_zero_is_one() -> None:
    problem = load("burgers")
    made = mixture(problem)
    for parameter in made.parameters():
        parameter.data.zero_()
    assert relative_l2(problem, made) == pytest.approx(1.0, abs=1e-12)


def test_the_error_of_each_field_is_its_own() -> None:
    """Of a mixture that is zero each field is wrong by all of it, and a zero field by nothing."""
    two = Problem(
        name="two",
        domain=Box(x=(0.0, 1.0)),
        fields=("u", "v"),
        residual=lambda u, v: (u.x, v.x),
        conditions=[Condition("x_min", lambda u: u)],
        solution=lambda x: (100 * x, 0 * x),
    )
    made = mixture(two)
    for parameter in made.parameters():
        parameter.data.zero_()
    errors = measure(two, made)
    assert errors.by_field == {"u": pytest.approx(1.0), "v": None}
    assert errors.together == pytest.approx(1.0)
    assert measure(replace(two, solution=None), made) == UNKNOWN
