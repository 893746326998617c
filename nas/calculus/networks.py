"""The jets of many multilayer perceptrons at once, by the fastest way that there is.

Axis legend: N networks of a stack, E networks of all stacks, S streams, B points, D inputs,
C outputs, V and W widths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from nas.calculus import fused, jets
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Streams


@dataclass(frozen=True)
class Stack:
    """N multilayer perceptrons of one shape; the last layer is linear.

    Parameters
    ----------
    activations
        Name of each network's activation.
    weights, biases
        Of each layer: (N, V, W) and (N, W).
    """

    activations: tuple[str, ...]
    weights: Sequence[Tensor]
    biases: Sequence[Tensor]


def evaluate(streams: Streams, coordinates: Tensor, stacks: Sequence[Stack]) -> Tensor:
    """Each network's jet (E, S, B, C) from that of the coordinates (S, B, D).

    On a CPU with a C++ compiler one fused kernel does it all; elsewhere batched products.
    The two agree to rounding.
    """
    if fused.possible(coordinates, stacks):
        return fused.evaluate(streams, coordinates, stacks)
    return torch.cat([plain(streams, coordinates, stack) for stack in stacks])


def plain(streams: Streams, coordinates: Tensor, stack: Stack) -> Tensor:
    """The jets (N, S, B, C) of one stack, a batched product a layer, in torch's own functions."""
    jet = coordinates
    *hidden, (last_weight, last_bias) = zip(stack.weights, stack.biases, strict=True)
    for weight, bias in hidden:
        jet = _activate(streams, stack.activations, jets.linear(jet, weight), bias)
    return jets.shift(jets.linear(jet, last_weight), last_bias)


def _activate(streams: Streams, activations: Sequence[str], jet: Tensor, bias: Tensor) -> Tensor:
    """Neighbours of one activation are one slice."""
    runs = [(name, len(list(run))) for name, run in groupby(activations)]
    if len(runs) == 1:
        return jets.layer(streams, ACTIVATIONS[runs[0][0]], jet, bias)
    counts = [count for _, count in runs]
    parts = zip(runs, torch.split(jet, counts), torch.split(bias, counts), strict=True)
    return torch.cat([jets.layer(streams, ACTIVATIONS[name], g, b) for (name, _), g, b in parts])
