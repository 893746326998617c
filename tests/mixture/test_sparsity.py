"""The sparsity term by hand, and its gradient by formula down to where it is clamped."""

import pytest
import torch
from torch import Tensor

from nas.mixture.sparsity import sparsity


def slope(importance: Tensor, p: float) -> Tensor:
    importance = importance.requires_grad_()
    (gradient,) = torch.autograd.grad(sparsity(importance, p), importance)
    return gradient


def test_sparsity_by_hand() -> None:
    # √0.25 + √0.25 + √0.5 with p = 1/2
    got = sparsity(torch.tensor([0.25, 0.25, 0.5], dtype=torch.float64), 0.5)
    assert float(got) == pytest.approx(0.5 + 0.5 + 0.5**0.5, abs=1e-15)


def test_it_is_stationary_where_all_are_equal() -> None:
    gradient = slope(torch.full((4,), 0.25, dtype=torch.float64), 0.5)
    assert torch.equal(gradient, gradient[0].expand(4))


def test_one_expert_costs_less_than_many_when_p_is_below_one() -> None:
    one = torch.tensor([1.0, 0.0, 0.0])
    many = torch.full((3,), 1 / 3)
    assert sparsity(one, 0.5) < sparsity(many, 0.5)
    assert sparsity(one, 2.0) > sparsity(many, 2.0)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_the_gradient_follows_the_formula_as_far_down_as_one_in_a_million(p: float) -> None:
    """p λ̄ᵖ⁻¹: the less an expert counts, the harder it is pushed out."""
    importance = torch.tensor([0.9, 1e-2, 1e-4, 2e-6], dtype=torch.float64)
    expected = p * importance ** (p - 1)
    torch.testing.assert_close(slope(importance.clone(), p), expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("least", [0.0, 9e-7])
def test_below_it_nothing_is_pushed_any_more(least: float) -> None:
    gradient = slope(torch.tensor([1.0, least], dtype=torch.float64), 0.2)
    assert gradient.tolist() == [pytest.approx(0.2), 0.0]
    value = sparsity(torch.tensor([1.0, least], dtype=torch.float64), 0.5)
    assert float(value) == pytest.approx(1 + 1e-3, abs=1e-15)
