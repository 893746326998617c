"""What noise leaves open where equations amplify it, beside what can be had by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.assessment.noise_amplified import amplified
from nas.assessment.noise_spread import DRAWS
from nas.problems import Box, Condition, Observations, Problem
from tests.assessment import answers

DECAY, NOISE = 5.0, 1e-3


def decay(at: float, noise: float = NOISE) -> Problem:
    """u' = -5 u, seen once."""
    seen = Observations({"t": [at], "u": [np.exp(-DECAY * at)]}, noise=noise)
    return Problem("decay", Box(t=(0, 1)), lambda u: u.t + DECAY * u, [seen], balanced=False)


SOLUTION = answers.of(lambda t: torch.exp(-DECAY * t))


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_an_error_grows_from_where_it_was_made_as_the_solution_does(at: float) -> None:
    """All solutions are multiples of e^(-5 t): so the share is that of the one value, σ e^(5 t)."""
    found = amplified(decay(at), SOLUTION)
    assert found == pytest.approx(NOISE * np.exp(DECAY * at), rel=3 / np.sqrt(2 * DRAWS))


def test_noise_twice_as_large_leaves_twice_as_much() -> None:
    one, two = (amplified(decay(1.0, noise), SOLUTION) for noise in (NOISE, 2 * NOISE))
    assert one is not None
    assert two == pytest.approx(2 * one, rel=0.01)


def test_a_condition_where_little_was_known_settles_it() -> None:
    open_ = decay(1.0)
    settled = replace(open_, conditions=[*open_.conditions, Condition("t_min", lambda u: u - 1)])
    found = amplified(settled, SOLUTION)
    assert found is not None
    assert found < NOISE


def test_without_noise_nothing_is_said() -> None:
    assert amplified(decay(1.0, noise=0.0), SOLUTION) is None


def test_slopes_without_a_value_say_nothing() -> None:
    rooted = replace(decay(1.0), residual=lambda u: u.t + (u - 2) ** 0.5)
    assert amplified(rooted, SOLUTION) is None


def test_of_one_side_of_a_plate_the_other_stays_open() -> None:
    """Cauchy's problem for Laplace's equation: cosh(5 y) grows from 1 to 74."""
    x = np.linspace(-0.9, 0.9, 10)

    def plate(*conditions: Condition) -> Problem:
        seen = Observations({"x": x, "y": 0 * x, "u": 1 + 0 * x}, noise=0.01)
        insulated = Condition(("x_min", "x_max"), lambda u: u.n)
        return Problem(
            "plate",
            Box(x=(-1, 1), y=(0, 1)),
            lambda u: u.xx + u.yy,
            [insulated, seen, *conditions],
            balanced=False,
        )

    def flat(points: Tensor) -> Tensor:
        return 0 * points[:, :1] + 1

    near = Condition("y_min", lambda u: u.n)
    far = Condition("y_max", lambda u: u - 1)
    lost, known = (amplified(plate(one), answers.of(flat)) for one in (near, far))
    assert lost is not None
    assert known is not None
    assert known < 0.02 < 0.2 < lost
