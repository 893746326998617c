"""Which points of a boundary are still on the boundary when domains are combined.

Axis legend: N points, D coordinates.
"""

import math
from collections.abc import Callable

import numpy as np

from nas.problems.domains.cells import sobol
from nas.problems.domains.domain import Array, Domain, Mask
from nas.problems.domains.shape import placed, slack

_TIMES = 8  # what rounding may do: a step off the boundary
_GRID = 2**12  # on a line, between which ends are looked for
_HALVINGS = 30
_POINTS = 2**17  # on a surface

Choose = Callable[[Array, Array], Mask]  # points and outward normals, (N, D) both -> (N,)


def step(*domains: Domain) -> Array:
    """How far off a boundary of the domains a point is tried for which side it is on: (D,).

    Examples
    --------
    >>> from nas.problems import Box
    >>> step(Box(x=(0, 10))) < 1e-12
    array([ True])
    """
    found: Array = _TIMES * np.max([slack(domain) for domain in domains], axis=0)
    return found


def sliver(*domains: Domain) -> float:
    """The share of a part that may seem chosen though it only touches: a step off a round one.

    Examples
    --------
    >>> from nas.problems import Box
    >>> sliver(Box(x=(0, 1), y=(0, 1))) < 1e-6
    True
    """
    sizes = np.min([np.diff(domain.bounds)[:, 0] for domain in domains], axis=0)
    return 4 * math.sqrt((step(*domains) / sizes).max())


def share(domain: Domain, part: str, choose: Choose) -> float:
    """The share of a part of the domain's boundary that is chosen.

    On a line the ends are found by bisection; on a surface it is an estimate from points of a
    Sobol sequence, the same each time.

    Examples
    --------
    >>> from nas.problems import Box
    >>> square = Box(x=(0, 1), y=(0, 3))
    >>> round(share(square, "x_min", lambda points, normals: points[:, 1] > 1), 9)
    0.666666667
    """

    chosen = _of(domain, part, choose)
    dimension = len(domain.coordinates) - 1
    if dimension == 0:
        return float(chosen(np.empty((1, 0)))[0])
    if dimension == 1:
        inner, first = _changes(chosen)
        return float(np.diff([0.0, *inner, 1.0])[bool(not first) :: 2].sum())
    return float(chosen(sobol(dimension, _POINTS)).mean())


def ends(domain: Domain, part: str, choose: Choose) -> Array:
    """Where, between the ends of a part that is a line, what is chosen begins or ends: (N, D).

    Examples
    --------
    >>> from nas.problems import Box
    >>> square = Box(x=(0, 1), y=(0, 3))
    >>> ends(square, "x_min", lambda points, normals: points[:, 1] > 1).round(9).tolist()
    [[0.0, 1.0]]
    """
    inner, _ = _changes(_of(domain, part, choose))
    points, _ = placed(domain, part, inner[:, None])
    return points


def narrowed(
    chosen: Callable[[Array], Mask], low: Array, high: Array, before: Mask, halvings: int
) -> tuple[Array, Array]:
    """Intervals (…) in which something changes, halved: at their low ends it is as ``before`` (…).

    Examples
    --------
    >>> low, high = np.array([0.0]), np.array([1.0])
    >>> ends = narrowed(lambda at: at < 0.3, low, high, np.array([True]), halvings=2)
    >>> [end.tolist() for end in ends]
    [[0.25], [0.5]]
    """
    for _ in range(halvings):
        middle = (low + high) / 2
        same = chosen(middle) == before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return low, high


def _of(domain: Domain, part: str, choose: Choose) -> Callable[[Array], Mask]:
    """Of points of the unit cube (N, D-1), which are chosen: (N,)."""

    def chosen(unit: Array) -> Mask:
        points, kept = placed(domain, part, unit)
        return kept & choose(points, domain.normals(part, points))

    return chosen


def _changes(chosen: Callable[[Array], Mask]) -> tuple[Array, bool]:
    """Where in the unit interval it begins or ends to be chosen (N,), and whether 0 is."""
    grid = (np.arange(_GRID) + 0.5) / _GRID
    found = chosen(grid[:, None])
    change = np.flatnonzero(found[1:] != found[:-1])
    low, high = narrowed(
        lambda at: chosen(at[:, None]), grid[change], grid[change + 1], found[change], _HALVINGS
    )
    return (low + high) / 2, bool(found[0])
