"""Stacks of several shapes and families at once, against one at a time."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from nas import networks
from nas.calculus.jets import DerivativeSet
from nas.networks import Stack, evaluate, trace, untrained
from nas.networks.perceptron import Perceptron
from nas.search_spaces.candidates import Candidate

SLOPES = DerivativeSet([(1, 0), (0, 1)], 2)


class Doubled(Perceptron):
    """Another family: twice a perceptron."""

    def evaluate(
        self, derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Stack]
    ) -> Tensor:
        return 2 * super().evaluate(derivatives, coordinates, stacks)


def jet() -> Tensor:
    return torch.rand(3, 6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_families_take_turns_in_the_order_of_the_stacks() -> None:
    ones = [untrained(Candidate("tanh", depth, 4), ["x", "y"], 1) for depth in (1, 2, 3)]
    ones[1] = Stack(Doubled(), ones[1].shape, ones[1].weights, ones[1].biases)
    expected = torch.cat([one.family.evaluate(SLOPES, jet(), [one]) for one in ones])
    assert torch.equal(evaluate(SLOPES, jet(), ones), expected)


@pytest.mark.parametrize("encoding", ["raw", "fourier 2", "periodic y"])
def test_a_trace_leads_back_to_every_layer(encoding: str) -> None:
    """Its factors are the gradient of the sum of all outputs by every weight and bias."""
    one = untrained(Candidate("gelu", 2, 4, encoding=encoding), ["x", "y"], outputs=1)
    layers = [*one.weights, *one.biases]
    for layer in layers:
        layer.requires_grad_()
    total = evaluate(SLOPES, jet(), [one]).sum()
    expected = torch.autograd.grad(total, layers)
    traced = trace(SLOPES, jet(), one)
    rows = traced.rows(torch.ones_like(traced.jet))
    weights = [
        torch.einsum("nsbv,nsbw->nvw", inputs, slopes)
        for inputs, slopes in zip(rows.inputs, rows.slopes, strict=True)
    ]
    biases = [slopes[:, 0].sum(1) for slopes in rows.slopes]
    for got, wanted in zip([*weights, *biases], expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-12, atol=1e-12)


def test_the_package_offers_what_training_needs() -> None:
    assert {"evaluate", "trace", "mix", "outer", "prepare"} <= set(networks.__all__)
