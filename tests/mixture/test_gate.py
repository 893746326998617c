"""The gate's start, its preference, and the sparsity term by hand."""

import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.mixture.gate import Gate, GateShape, sparsity

STREAMS = DerivativeSet([(1,)], 1)


def coordinates() -> torch.Tensor:
    value = torch.linspace(-1, 1, 5, dtype=torch.float64).unsqueeze(-1)
    return torch.stack([value, torch.ones_like(value)])


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_weights_start_uniform(depth: int) -> None:
    logits = Gate(GateShape(depth, 4), 1, 3, seed=0)(coordinates(), STREAMS)
    assert logits.shape == (2, 5, 3)
    assert logits.abs().max() == 0


def test_preference_becomes_the_softmax_of_the_scores() -> None:
    gate = Gate(GateShape(1, 4), 1, 3, seed=0)
    gate.prefer(-torch.log(torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)))
    expected = torch.tensor([4 / 7, 2 / 7, 1 / 7], dtype=torch.float64)
    weights = gate(coordinates(), STREAMS)[0].softmax(-1)
    torch.testing.assert_close(weights, expected.expand(5, 3))


def test_sparsity_by_hand() -> None:
    # √0.25 + √0.25 + √0.5 with p = 1/2
    got = sparsity(torch.tensor([0.25, 0.25, 0.5], dtype=torch.float64), 0.5)
    assert float(got) == pytest.approx(0.5 + 0.5 + 0.5**0.5, abs=1e-15)


def test_sparsity_is_stationary_where_all_are_equal() -> None:
    importance = torch.full((4,), 0.25, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(sparsity(importance, 0.5), importance)
    assert torch.equal(gradient, gradient[0].expand(4))


def test_one_expert_costs_less_than_many_when_p_is_below_one() -> None:
    one = torch.tensor([1.0, 0.0, 0.0])
    many = torch.full((3,), 1 / 3)
    assert sparsity(one, 0.5) < sparsity(many, 0.5)
    assert sparsity(one, 2.0) > sparsity(many, 2.0)


def test_gradient_at_zero_is_finite() -> None:
    importance = torch.tensor([1.0, 0.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(sparsity(importance, 0.2), importance)
    assert torch.isfinite(gradient).all()
