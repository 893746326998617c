"""The noise of observations does not hide an error from its estimate."""

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.assessment.error_estimate import estimate
from nas.assessment.noise import beyond_noise
from nas.problems import Box, Condition, Observations, Problem
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Affine
from nas.training.least_squares.linearised import linearise
from tests.assessment import answers

X = np.linspace(0.05, 0.95, 40)
SIZE = 0.05 * np.random.default_rng(0).standard_normal(40)


def rod(noise: float) -> Problem:
    return Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.xx + 2,
        conditions=[
            Condition(("x_min", "x_max"), lambda u: u),
            Observations({"x": X, "u": X * (1 - X) + SIZE}, noise=noise),
        ],
        balanced=False,
    )


def test_an_error_below_the_noise_is_found() -> None:
    def wrong(x: Tensor) -> Tensor:
        return x * (1 - x) * (1 + 1e-4 * torch.sin(3 * x))

    x = torch.linspace(0, 1, 999).double()[:, None]
    true = (wrong(x) - x * (1 - x)).norm() / (x * (1 - x)).norm()
    found = estimate(rod(0.05), answers.of(wrong))
    assert found is not None
    assert found.relative == pytest.approx(float(true), rel=0.2)


@pytest.mark.parametrize(("noise", "share"), [(0.05, 0.0), (0.005, 0.85), (0.0, 1.0)])
def test_of_observations_what_exceeds_their_noise_is_left(noise: float, share: float) -> None:
    problem = rod(noise)
    points = Sampler(problem, PointCounts(8, 8), "sobol", 0).held_out(torch.device("cpu"))
    answer = answers.of(lambda x: x * (1 - x) + 0.01)
    rows = linearise(problem, answer, Affine([(0.0, 1.0)]), points)
    found = beyond_noise(problem, points, rows)
    torch.testing.assert_close(found.residuals[:-40], rows.residuals[:-40])
    left = float(found.residuals[-40:].norm() / rows.residuals[-40:].norm())
    assert left == pytest.approx(share, abs=0.05)
