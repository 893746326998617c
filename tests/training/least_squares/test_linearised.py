"""The derivative of residuals by what is added to an answer, against differences."""

import numpy as np
import pytest
import torch

from nas.assessment.shifts import Shifts
from nas.problems import Box, Condition, Integral, Problem, Unknown
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Affine, Waves, with_added
from nas.training.least_squares.linearised import linearise
from nas.training.physics_loss import physics_loss
from tests.assessment import answers

CPU = torch.device("cpu")
PROBLEM = Problem(
    name="all kinds",
    domain=Box(x=(0, 2), y=(0, 1)),
    fields=("u", "v"),
    unknown={"k": Unknown(start=2.0, low=0)},
    residual=lambda u, v, k, x: (k * u.xx + v * u.y - x, v.y + u**2),
    conditions=[
        Condition(("x_min", "x_max"), lambda u, v: u.n - v**3, weight=3.0),
        Condition("y_min", lambda v: v - 1),
        Integral(lambda u: u**2, equals=1.0),
    ],
)
ANSWER = answers.of(
    lambda x: torch.stack([torch.sin(x[:, 0]) + x[:, 1] ** 2, x.prod(1), 0.3 + 0 * x[:, 0]], -1)
)
POINTS = Sampler(PROBLEM, PointCounts(20, 12), "sobol", seed=0).draw(0, CPU)


def test_the_matrix_is_the_slope_of_the_residuals() -> None:
    affine = Affine(PROBLEM.domain.bounds)
    shifts = Shifts(ANSWER, 2, Waves.drawn(PROBLEM.domain.bounds, [2.0, 2.0], 3, seed=0))
    rows = linearise(PROBLEM, ANSWER, affine, POINTS, shifts)
    direction = torch.from_numpy(np.random.default_rng(0).normal(size=rows.matrix.shape[1]))
    by_features, by_shifts = direction.tensor_split([2 * len(affine) + 1])

    def residuals(step: float) -> torch.Tensor:
        changed = with_added(ANSWER, affine, step * by_features)
        changed = shifts.added(changed, step * by_shifts)
        return linearise(PROBLEM, changed, affine, POINTS).residuals

    difference = (residuals(1e-5) - residuals(-1e-5)) / 2e-5
    torch.testing.assert_close(rows.matrix @ direction, difference, rtol=1e-6, atol=1e-7)


def test_the_sum_of_squares_is_the_physics_loss() -> None:
    rows = linearise(PROBLEM, ANSWER, Affine(PROBLEM.domain.bounds), POINTS)
    loss = physics_loss(PROBLEM, POINTS, ANSWER).item()
    assert rows.residuals.square().sum().item() == pytest.approx(loss)
