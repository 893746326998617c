"""How much of one domain lies in another: by cells where it is sure, by points elsewhere.

Axis legend: N cells or points, D coordinates.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import product

import numpy as np
from scipy.stats import qmc

from nas.problems.domains.domain import Array, Domain, Mask
from nas.problems.domains.shape import sides

POINTS = 2**20  # of an estimate
_CELLS = 4096  # before points decide
_CHUNK = 2**16  # points at a time, for memory

Bounds = Sequence[tuple[float, float]]


def lies_in(inner: Domain, outer: Domain, margin: Array | float = 0.0) -> bool:
    """Whether ``inner`` lies in ``outer`` for sure; not if it cannot be shown with some cells.

    Parameters
    ----------
    margin
        How far off the outside of ``outer`` it has to stay, (D,) or the same for all.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> square = Box(x=(0, 1), y=(0, 1))
    >>> lies_in(Disc((0.5, 0.5), 0.4), square), lies_in(Disc((0.5, 0.5), 0.6), square)
    (True, False)
    """

    def open_(low: Array, high: Array) -> Mask:
        found: Mask = sides(inner, low, high) >= 0
        found[found] = sides(outer, low[found] - margin, high[found] + margin) <= 0
        return found

    return len(_undecided(inner.bounds, open_)[0]) == 0


def overlap(first: Domain, second: Domain, points: int = POINTS) -> float:
    """The measure of what two domains have in common.

    It is exact where the domains tell, as boxes do. What is cut by a boundary is estimated from
    ``points`` points of a Sobol sequence, the same each time.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> overlap(Box(x=(0, 2)), Box(x=(1, 5)))
    1.0
    >>> quarter = overlap(Box(x=(0, 1), y=(0, 1)), Disc((0, 0), 1))
    >>> abs(quarter / (np.pi / 4) - 1) < 1e-6
    True
    """
    if lies_in(second, first):
        return second.measure
    if lies_in(first, second):
        return first.measure
    sure = 0.0

    def open_(low: Array, high: Array) -> Mask:
        nonlocal sure
        least = np.minimum(sides(first, low, high), sides(second, low, high))
        sure += float(np.prod(high - low, axis=1)[least == 1].sum())
        undecided: Mask = least == 0
        return undecided

    bounds = common(first.bounds, second.bounds)
    if bounds is None:
        return 0.0
    low, high = _undecided(bounds, open_)
    if not len(low):
        return sure

    def both(found: Array) -> Mask:
        return first.contains(found) & second.contains(found)

    return sure + float(np.prod(high - low, axis=1).sum()) * _share(low, high, both, points)


def common(first: Bounds, second: Bounds) -> tuple[tuple[float, float], ...] | None:
    """The bounding box of what lies in both, or None if nothing does.

    Examples
    --------
    >>> common([(0, 2)], [(1, 3)]), common([(0, 1)], [(1, 2)])
    (((1, 2),), None)
    """
    found = tuple((max(a, c), min(b, d)) for (a, b), (c, d) in zip(first, second, strict=True))
    return found if all(low < high for low, high in found) else None


@cache
def sobol(dimension: int, count: int) -> Array:
    """The first points (count, D) of the Sobol sequence in the open unit cube; count = 2^k.

    Examples
    --------
    >>> sobol(1, 4).ravel().tolist()
    [0.125, 0.625, 0.875, 0.375]
    """
    engine = qmc.Sobol(dimension, scramble=False)
    found: Array = engine.random_base2(count.bit_length() - 1) + 0.5 / count
    found.flags.writeable = False
    return found


def _undecided(bounds: Bounds, open_: Callable[[Array, Array], Mask]) -> tuple[Array, Array]:
    """Cells, low and high (N, D), that stay open when the bounding box is split again and again.

    All are of one size. Each round halves them along every axis, as long as they are not too many.
    """
    low, high = (np.array([end]) for end in np.transpose(bounds))
    corners = np.array(list(product((0, 1), repeat=len(bounds))))
    while True:
        left = open_(low, high)
        low, high = low[left], high[left]
        if not len(low) or len(low) * len(corners) > _CELLS:
            return low, high
        half = (high - low) / 2
        low = (low[:, None] + corners * half[:, None]).reshape(-1, len(bounds))
        high = low + np.repeat(half, len(corners), axis=0)


def _share(low: Array, high: Array, choose: Callable[[Array], Mask], count: int) -> float:
    """The share of the cells' volume that is chosen, from points spread evenly over all cells."""
    unit = sobol(low.shape[1] + 1, count)
    cell = (unit[:, 0] * len(low)).astype(int)  # the first column says in which
    chosen = 0
    for start in range(0, count, _CHUNK):
        of = cell[start : start + _CHUNK]
        points = low[of] + (high - low)[of] * unit[start : start + _CHUNK, 1:]
        chosen += int(choose(points).sum())
    return chosen / count
