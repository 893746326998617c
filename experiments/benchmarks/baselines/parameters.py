"""A mixture's parameters network by network, as baselines want them.

Axis legend: V and W widths.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nas.mixture.experts import ExpertStack
from nas.mixture.gates.perceptron import Gate
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate

Layers = list[tuple[Tensor, Tensor]]  # of each layer: weight (V, W) and bias (W,)


@dataclass(frozen=True)
class Networks:
    """The experts alive in the mixture's order, and the gate, whose outputs are in that order."""

    candidates: list[Candidate]
    experts: list[Layers]
    gate: Layers
    gate_activation: str


def networks(mixture: Mixture, of: Callable[[Tensor], Tensor] = Tensor.detach) -> Networks:
    """All networks of ``mixture``; ``of`` picks the values, or for example the gradients."""
    experts: list[Layers] = []
    for stack in mixture.stacks:
        assert isinstance(stack, ExpertStack)
        layers = [(of(w), of(b)) for w, b in zip(stack.weights, stack.biases, strict=True)]
        experts += [[(w[row], b[row]) for w, b in layers] for row in range(len(stack.members))]
    gate = mixture.gate
    assert isinstance(gate, Gate)
    hidden = [(of(w), of(b)) for w, b in zip(gate.weights, gate.biases, strict=True)]
    return Networks(
        candidates=[mixture.pool[index] for index in mixture.alive],
        experts=experts,
        gate=[*hidden, (of(gate.out_weight).T, of(gate.out_bias))],
        gate_activation=gate.settings.activation,
    )


@torch.no_grad()
def fill(linears: Iterable[nn.Linear], layers: Layers) -> None:
    """Copy the parameters into PyTorch's layers."""
    for linear, (weight, bias) in zip(linears, layers, strict=True):
        linear.weight.copy_(weight.T)
        linear.bias.copy_(bias)
