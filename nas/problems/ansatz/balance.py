"""Weights from the problem alone: what makes its residuals comparable before any training.

Axis legend: K functions, B points, C fields.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.scale import only, size, to_digits

RARE = 10.0  # times the usual: as much as a mean square may be beyond it by rare states
_NORMAL = 0.6745  # the median of a normal variable's size, over its standard deviation


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
    usual
        The same as ``reach`` with the median over functions, so that few of them decide nothing.

    Examples
    --------
    >>> Pull(reach=2.0, source=5.0).weight
    0.1
    >>> beside_pole = Pull(reach=2e4, source=5.0, usual=2.0)
    >>> beside_pole.rare, beside_pole.weight
    (10000.0, 0.0025)
    """

    reach: float
    source: float
    usual: float = math.inf

    @property
    def rare(self) -> float:
        """How many times the usual a few functions at a few states make of the reach."""
        return self.reach / self.usual

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
        conditions let pass. So the reach counts as no more than `RARE` times the usual.
        """
        reach = min(self.reach, RARE * self.usual)
        reach = reach if 0 < reach < math.inf else self.source
        largest = max(reach, self.source)
        if not 0 < largest < math.inf:
            return 1.0
        return to_digits(max(1 / reach / largest, 1e-300))  # in two steps: no square overflows


def pulls(probe: Probe, ansatz: Callable[[Tensor, DerivativeSet, Tensor], Tensor]) -> list[Pull]:
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
    base = probe.physical(ansatz, probe.random(seed=1))
    step = probe.random(seed=2)
    # Fields are independent, so that their mean squares add up.
    moved = [
        probe.linear(base, probe.physical(ansatz, only(step, field)) - zero)
        for field in range(probe.fields)
    ]
    by_equation = list(zip(*moved, strict=True))
    reaches = [math.hypot(*map(size, each)) for each in by_equation]
    usual = [math.hypot(*map(_usual, each)) or math.inf for each in by_equation]
    sources = map(size, probe.residuals(zero))
    return [Pull(*found) for found in zip(reaches, sources, usual, strict=True)]


def _usual(moved: Tensor) -> float:
    """The size of residuals (K, B), of which few functions K at a point B decide nothing."""
    finite = torch.where(moved.isfinite(), moved.abs(), torch.nan)
    return size(finite.nanmedian(0).values) / _NORMAL
