"""The jets of many networks, and their gated mean, by the fastest way that there is.

Axis legend: N networks of a stack, E networks of all stacks, S derivatives, B points, D inputs,
C outputs, V and W widths.

On a CPU with a C++ compiler one kernel does it all; elsewhere torch's own functions do. The two
agree to rounding in float64, and to 1e-5 in float32.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from nas.calculus import fused, jets, plain
from nas.calculus.jets import DerivativeSet
from nas.calculus.plain import Perceptrons as Perceptrons
from nas.calculus.plain import Rows as Rows
from nas.calculus.plain import hidden as hidden


class Trace(Protocol):
    """One evaluation of a stack of networks, and the way back from its jet to its layers.

    ``jet`` (N, S, B, C) is a leaf: what is made of it can be differentiated by it.
    """

    jet: Tensor

    def rows(self, gradient: Tensor) -> Rows:
        """The factors of the rows whose derivatives by the jet are ``gradient`` (N, S, B, C)."""
        ...


def evaluate(
    derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Perceptrons]
) -> Tensor:
    """Each network's jet (E, S, B, C) from that of the coordinates (S, B, D).

    Examples
    --------
    The networks sin x and sin 3x at x = 0, with u and u_x:

    >>> weights = [torch.tensor([[[1.0]], [[3.0]]]), torch.ones(2, 1, 1)]
    >>> two = Perceptrons(("sine", "sine"), weights, [torch.zeros(2, 1)] * 2)
    >>> x = torch.tensor([[[0.0]], [[1.0]]])  # (S, B, D)
    >>> evaluate(DerivativeSet([(1,)], 1), x, [two]).squeeze().tolist()
    [[0.0, 1.0], [0.0, 3.0]]
    """
    if fused.can_evaluate(derivatives, coordinates, stacks):
        return fused.evaluate(derivatives, coordinates, stacks)
    return plain.evaluate(derivatives, coordinates, stacks)


def mix(derivatives: DerivativeSet, logits: Tensor, terms: Tensor) -> Tensor:
    """The jet (S, B, C) of Σᵢ softmax(g)ᵢ uᵢ from those of g (S, B, E) and of u (E, S, B, C).

    By the product rule: the derivatives of the weights count.

    Examples
    --------
    Of equal weights the first has the derivative 4 λ (1 - λ) = 1 here, which moves the mean of the
    constants 6 and 2 by 4, though neither of them changes:

    >>> logits = torch.tensor([[[0.0, 0.0]], [[4.0, 0.0]]])  # (S, B, E): values, derivatives
    >>> terms = torch.tensor([[6.0, 0.0], [2.0, 0.0]]).view(2, 2, 1, 1)  # (E, S, B, C)
    >>> mix(DerivativeSet([(1,)], 1), logits, terms).flatten().tolist()
    [4.0, 4.0]
    """
    if fused.can_mix(derivatives, logits, terms):
        above, below = fused.mix(derivatives, logits, terms)
    else:
        above, below = plain.mix(derivatives, logits, terms)
    return jets.divide(derivatives, above, below.unsqueeze(-1))


def trace(derivatives: DerivativeSet, coordinates: Tensor, stack: Perceptrons) -> Trace:
    """An evaluation of one stack that knows the way back (see `plain.Trace`).

    Examples
    --------
    Of a network with one hidden layer of 8 units, a factor of inputs for each of its layers:

    >>> weights, biases = [torch.ones(1, 1, 8), torch.ones(1, 8, 1)], [torch.zeros(1, 8)]
    >>> stack = Perceptrons(("tanh",), weights, [*biases, torch.zeros(1, 1)])
    >>> traced = trace(DerivativeSet([], 1), torch.zeros(1, 5, 1), stack)
    >>> [tuple(inputs.shape) for inputs in traced.rows(torch.ones_like(traced.jet)).inputs]
    [(1, 1, 5, 1), (1, 1, 5, 8)]
    """
    if fused.can_evaluate(derivatives, coordinates, [stack]):
        return fused.Trace(derivatives, coordinates, stack)
    return plain.Trace(derivatives, coordinates, stack)


def outer(inputs: Tensor, slopes: Tensor, entries: Tensor) -> None:
    """Write the sum over the derivatives of outer products, point by point, into ``entries``.

    Parameters
    ----------
    inputs, slopes : Tensor (N, S, B, V), (N, S, B, W)
    entries : Tensor (N, B, V·W)

    Examples
    --------
    >>> entries = torch.empty(1, 1, 4)
    >>> outer(torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 5.0]]]]), entries)
    >>> entries.tolist()
    [[[3.0, 5.0, 6.0, 10.0]]]
    """
    if fused.can_outer(inputs, slopes, entries):
        fused.outer(inputs, slopes, entries)
    else:
        plain.outer(inputs, slopes, entries)


def prepare(device: torch.device) -> None:
    """Compile what else would be compiled at the first call, or log why it cannot be.

    Examples
    --------
    >>> prepare(torch.device("cpu"))
    """
    if device.type == "cpu":
        fused.prepare()
