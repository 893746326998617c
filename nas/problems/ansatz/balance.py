"""Weights from the problem alone: what makes its residuals comparable before any training.

Axis legend: K functions, B points, C fields.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.sizes import bounded, only, size, to_digits

Functions = Callable[[Tensor, DerivativeSet, Tensor], Tensor]  # networks' jets to those of fields

DRAWS = 16  # of functions, of which the largest values are compared
UNBOUNDED = 5.0  # times the median of the largest values: so far the largest of all may be beyond


@dataclass(frozen=True)
class Pull:
    """How large a residual is before any training, in its own units.

    Parameters
    ----------
    reach
        By how much networks move it: the root of E[(Dr(u₀)[N])²] over points and random functions
        N of order one, at random states u₀.
    source
        What it is where all networks are zero.
    limit
        Beside a pole what the reach counts for at most: of each field ten times the usual, of
        which few functions decide nothing. Infinity where there is no pole within reach.

    Examples
    --------
    >>> Pull(reach=2.0, source=5.0).weight
    0.1
    >>> beside = Pull(reach=2e4, source=5.0, limit=20.0)
    >>> beside.weight, beside.is_beside_pole
    (0.0025, True)
    """

    reach: float
    source: float
    limit: float = math.inf

    @property
    def is_beside_pole(self) -> bool:
        """Whether a few functions beside a pole make more of the reach than counts."""
        return self.reach > self.limit

    @property
    def weight(self) -> float:
        """1 / (reach · max(reach, source)), to two digits; 1 where neither is known.

        E[(Dr(u₀)[N])²] is the trace of the residual's neural tangent kernel in function space; to
        weigh by its inverse makes all residuals pull alike, and takes their units away (Wang, Yu
        & Perdikaris 2022, Journal of Computational Physics 449). A source beyond that reach
        belongs to a solution that varies faster than networks do at first, and would drown all
        else; by its square, though, the equation would count for too little near the solution.
        Measured on Helmholtz' equation, where the source is 12 times the reach.

        Beside a pole, as that of u / (1 + u) at u = -1, a few random states move a residual by
        thousands of times what all others do, and the mean square is theirs alone. By that weight
        the equation would count for nothing where solutions are, and the answer be whatever its
        conditions let pass. So the reach has a limit there.
        """
        reach = min(self.reach, self.limit)
        reach = reach if 0 < reach < math.inf else self.source
        largest = max(reach, self.source)
        if not 0 < largest < math.inf:
            return 1.0
        return to_digits(max(1 / reach / largest, 1e-300))  # in two steps: no square overflows


def pulls(probe: Probe, ansatz: Functions) -> list[Pull]:
    """Of each residual of a term.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.affine import identity
    >>> from nas.problems.ansatz.ansatz import Ansatz
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> sides = probe(burgers.terms[2], burgers.domain, fields=1)  # u = 0
    >>> [(round(one.reach, 6), one.source) for one in pulls(sides, Ansatz(identity(["u"])))]
    [(1.0, 0.0)]
    """
    zero = probe.physical(ansatz, probe.constant([0.0] * probe.fields))
    moved = _moved(probe, ansatz, zero, draw=0)
    # Fields are independent, so that their mean squares add up.
    reaches = [math.hypot(*map(size, each)) for each in moved]
    limits = [math.hypot(*map(bounded, each)) for each in moved]
    poles = [False] * len(moved)
    if any(limit < reach for reach, limit in zip(reaches, limits, strict=True)):
        draws = [_moved(probe, ansatz, zero, draw) for draw in range(DRAWS)]
        poles = [_is_unbounded(of_one) for of_one in zip(*draws, strict=True)]
    sources = map(size, probe.residuals(zero))
    return [
        Pull(reach, source, limit if pole else math.inf)
        for reach, source, limit, pole in zip(reaches, sources, limits, poles, strict=True)
    ]


def _moved(probe: Probe, ansatz: Functions, zero: Tensor, draw: int) -> list[tuple[Tensor, ...]]:
    """For each residual by how much (K, B) random functions of each field move it."""
    base = probe.physical(ansatz, probe.random(seed=2 * draw + 1))
    step = probe.random(seed=2 * draw + 2)
    by_field = [
        probe.linear(base, probe.physical(ansatz, only(step, field)) - zero)
        for field in range(probe.fields)
    ]
    return list(zip(*by_field, strict=True))


def _is_unbounded(draws: Sequence[tuple[Tensor, ...]]) -> bool:
    """Whether the largest value of all draws is far beyond what is largest in most of them.

    The closest of n random states comes n times as close to a pole, so that the largest value grows
    and grows. An exponential, a power or a narrow bump is bounded where fields are: each draw finds
    about the same.
    """
    largest = [
        max(float(np.abs(one[one.isfinite()].numpy()).max(initial=0.0)) for one in draw)
        for draw in draws
    ]
    return max(largest) > UNBOUNDED * float(np.median(largest))
