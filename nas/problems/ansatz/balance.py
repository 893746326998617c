"""Weights from the problem alone: what makes its residuals comparable before any training.

Axis legend: K functions, B points, C fields.
"""

import math
from dataclasses import dataclass

from nas.problems.ansatz.ansatz import Ansatz
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.scale import only, size, to_digits


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

    Examples
    --------
    >>> Pull(reach=2.0, source=5.0).weight
    0.1
    """

    reach: float
    source: float

    @property
    def weight(self) -> float:
        """1 / (reach · max(reach, source)), to two digits; 1 where neither is known.

        E[(Dr(u₀)[N])²] is the trace of the residual's neural tangent kernel in function space; to
        weigh by its inverse makes all residuals pull alike, and takes their units away (Wang, Yu
        & Perdikaris 2022, Journal of Computational Physics 449). A source beyond that reach
        belongs to a solution that varies faster than networks do at first, and would drown all
        else; by its square, though, the equation would count for too little near the solution.
        Measured on Helmholtz' equation, where the source is 12 times the reach.
        """
        reach = self.reach if 0 < self.reach < math.inf else self.source
        largest = max(reach, self.source)
        if not 0 < largest < math.inf:
            return 1.0
        return to_digits(max(1 / reach / largest, 1e-300))  # in two steps: no square overflows


def pulls(probe: Probe, ansatz: Ansatz) -> list[Pull]:
    """Of each residual of a term.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.affine import identity
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
    reaches = [math.hypot(*map(size, by_field)) for by_field in zip(*moved, strict=True)]
    sources = map(size, probe.residuals(zero))
    return [Pull(*pair) for pair in zip(reaches, sources, strict=True)]
