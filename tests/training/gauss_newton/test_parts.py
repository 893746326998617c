"""The parts of a step by themselves: control of the damping, line search, acceleration."""

from typing import Any

import pytest
import torch
from torch import Tensor

from nas.training.gauss_newton import GainRatio, GeodesicAcceleration, LineSearch
from nas.training.gauss_newton.normal_equations import Steps

DOUBLE = torch.float64


@pytest.mark.parametrize(
    ("gain", "accepted", "expected"),
    [
        (0.9, True, 0.1 / 3),
        (0.76, True, 0.1 / 3),
        (0.75, True, 0.1),
        (0.25, True, 0.1),
        (0.24, True, 0.3),
        (0.9, False, 0.3),
        (float("nan"), False, 0.3),
    ],
)
def test_damping_follows_the_gain_ratio(gain: float, accepted: bool, expected: float) -> None:
    one = torch.tensor([0.1], dtype=DOUBLE)
    got = GainRatio().update(one, one.new_tensor([gain]), torch.tensor([accepted]), 1e-10)
    assert float(got) == pytest.approx(expected, rel=1e-6)


def test_damping_stays_within_its_bounds() -> None:
    rule = GainRatio(maximum=5.0, factor=10.0)
    damping = torch.tensor([1.0, 1.0], dtype=DOUBLE)
    gains, accepted = torch.tensor([0.0, 1.0], dtype=DOUBLE), torch.tensor([True, True])
    assert rule.update(damping, gains, accepted, 0.5).tolist() == [5.0, 0.5]


def test_the_line_search_takes_the_length_of_least_loss_for_each_system() -> None:
    """‖x + l d - goal‖² with goals at 0.5, 2 and 3 of the step; NaN is no loss."""
    goals = torch.tensor([[0.5], [2.0], [3.0], [0.25]], dtype=DOUBLE)
    broken = torch.tensor([[0.0], [0.0], [0.0], [torch.nan]], dtype=DOUBLE)

    def residuals(steps: Tensor) -> Tensor:
        return steps - goals + broken

    steps = Steps(torch.ones(4, 1, dtype=DOUBLE), torch.ones(4, 1, dtype=DOUBLE))
    chosen, losses = LineSearch((1.0, 0.5, 2.0, 0.25))(steps, residuals)
    assert chosen.steps[:, 0].tolist() == [0.5, 2.0, 2.0, 1.0]
    assert chosen.image[:, 0].tolist() == chosen.steps[:, 0].tolist()
    assert losses.tolist() == [0.0, 0.0, 1.0, torch.inf]


def test_of_a_factor_of_zero_nothing_is_left_not_even_nan() -> None:
    steps = Steps(torch.tensor([[torch.nan], [2.0]]), torch.tensor([[torch.inf], [3.0]]))
    got = steps.scaled(torch.tensor([0.0, 0.5]))
    assert got.steps[:, 0].tolist() == [0.0, 1.0]
    assert got.image[:, 0].tolist() == [0.0, 1.5]


def test_a_step_is_bent_no_further_than_the_published_bound() -> None:
    """Residuals d + c d² of one system: the acceleration is -2 c d², and counts by half."""

    class Plain:
        """(Jᵀ J)⁻¹ Jᵀ of J = 1."""

        residuals = torch.zeros(1, 1, dtype=DOUBLE)

        def solve(self, r: Tensor) -> Steps:
            return Steps(-r, -r)

    straight = Steps(torch.ones(1, 1, dtype=DOUBLE), torch.ones(1, 1, dtype=DOUBLE))
    for curvature, bent in ((0.1, -0.1), (0.3, -0.3), (100.0, -0.375)):

        def residuals(d: Tensor, c: float = curvature) -> Tensor:
            return d + c * d**2

        damped: Any = Plain()
        got = GeodesicAcceleration(probe=1e-3)(straight, damped, residuals)
        assert float(got.steps) - 1 == pytest.approx(bent, rel=1e-6)
