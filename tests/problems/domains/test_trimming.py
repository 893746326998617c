"""Distances from pieces of lines."""

import numpy as np
import pytest
import torch

from nas.problems.domains.trimming import trimmed


def segment(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """From the x-axis between -1 and 1."""
    return trimmed(y, [(1 - x**2 - y**2) / 2])


def test_it_is_zero_on_the_segment_alone() -> None:
    x = torch.linspace(-2, 2, 41, dtype=torch.float64)
    zero = segment(x, torch.zeros_like(x)) == 0
    assert zero.tolist() == (x.abs() <= 1).tolist()
    assert segment(x, torch.full_like(x, 0.3)).min() > 0.2
    assert segment(x, torch.full_like(x, -0.3)).min() > 0.2


def test_near_the_segment_it_is_the_distance_to_the_third_order() -> None:
    y = torch.tensor([1e-1, 1e-2], dtype=torch.float64)
    errors = (segment(torch.zeros_like(y), y) - y).abs().numpy()
    assert np.log10(errors[0] / errors[1]) > 4


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_rounding_does_not_turn_the_slope(side: float) -> None:
    y = torch.tensor([side * 1e-17], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(segment(torch.zeros(1, dtype=torch.float64), y).sum(), y)
    assert slope.item() == pytest.approx(1)


def test_of_several_extents_all_have_to_be_positive() -> None:
    """A square in a plane of space."""
    x, y = torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 2.0]], dtype=torch.float64)
    found = trimmed(torch.zeros(3, dtype=torch.float64), [(1 - x**2) / 2, (1 - y**2) / 2])
    assert found[0] == 0
    assert (found[1:] > 0.5).all()
