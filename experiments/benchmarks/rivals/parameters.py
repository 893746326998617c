"""A mixture's parameters network by network, as rivals want them.

Axis legend: V and W widths.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

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


def networks(
    mixture: Mixture, of: Callable[[Tensor], Tensor] = lambda parameter: parameter.detach()
) -> Networks:
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
