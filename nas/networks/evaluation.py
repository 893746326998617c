"""The jets of networks of any families, on whatever devices they are.

Stacks on several devices are evaluated side by side, since a GPU is given its work and not waited
for; their jets come back to where the coordinates are.

Axis legend: E networks of all stacks, S derivatives, B points, D coordinates, C outputs.
"""

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.calculus.networks import Trace
from nas.networks.family import Stack


def evaluate(derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Stack]) -> Tensor:
    """Each network's jet (E, S, B, C), stack by stack, from that of the coordinates (S, B, D).

    Examples
    --------
    >>> from nas.networks import Candidate, untrained
    >>> one = untrained(Candidate("tanh", 2, 16), ["x", "t"], outputs=1)
    >>> points = torch.zeros(1, 5, 2, dtype=torch.float64)  # their values, and no derivatives
    >>> evaluate(DerivativeSet([], 2), points, [one, one]).shape
    torch.Size([2, 1, 5, 1])
    """
    # Neighbours of one family are evaluated at once, so that a kernel is called once for all.
    jets = []
    for (family, _), group in groupby(stacks, key=lambda stack: (stack.family, stack.slot)):
        together = list(group)
        there = coordinates.to(together[0].device)
        jets.append(family.evaluate(derivatives, there, together))
    # Only now, when all are at work, is any of them waited for.
    here = [jet.to(coordinates.device) for jet in jets]
    return here[0] if len(here) == 1 else torch.cat(here)


def trace(derivatives: DerivativeSet, coordinates: Tensor, stack: Stack) -> Trace:
    """An evaluation of one stack that knows the way back to each of its layers.

    All of it stays on the device of the stack.

    Examples
    --------
    >>> from nas.networks import Candidate, untrained
    >>> one = untrained(Candidate("tanh", 2, 16), ["x"], outputs=1)
    >>> traced = trace(DerivativeSet([], 1), torch.zeros(1, 5, 1, dtype=torch.float64), one)
    >>> rows = traced.rows(torch.ones_like(traced.jet))
    >>> [tuple(slopes.shape) for slopes in rows.slopes]
    [(1, 1, 5, 16), (1, 1, 5, 16), (1, 1, 5, 1)]
    """
    return stack.family.trace(derivatives, coordinates.to(stack.device), stack)
