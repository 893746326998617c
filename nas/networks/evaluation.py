"""The jets of networks of any families.

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
    jets = [
        family.evaluate(derivatives, coordinates, list(of_family))
        for family, of_family in groupby(stacks, key=lambda stack: stack.family)
    ]
    return jets[0] if len(jets) == 1 else torch.cat(jets)


def trace(derivatives: DerivativeSet, coordinates: Tensor, stack: Stack) -> Trace:
    """An evaluation of one stack that knows the way back to each of its layers.

    Examples
    --------
    >>> from nas.networks import Candidate, untrained
    >>> one = untrained(Candidate("tanh", 2, 16), ["x"], outputs=1)
    >>> traced = trace(DerivativeSet([], 1), torch.zeros(1, 5, 1, dtype=torch.float64), one)
    >>> rows = traced.rows(torch.ones_like(traced.jet))
    >>> [tuple(slopes.shape) for slopes in rows.slopes]
    [(1, 1, 5, 16), (1, 1, 5, 16), (1, 1, 5, 1)]
    """
    return stack.family.trace(derivatives, coordinates, stack)
