"""Where a solution is shown: the whole of a line or plane, and planes through what has more axes.

A map is to be looked at and to stay small, so of three or more coordinates it holds planes: where
one of them is time, space at some times and one coordinate of space against time; else neighbouring
coordinates against each other, with all others at one share of their intervals: the middle, or
where the prediction varies by clearly more: in the middle many a solution is zero by symmetry.

Axis legend: N points, D coordinates, C fields.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bounds = Sequence[tuple[float, float]]
Predicted = Callable[[Array], Array]  # points (N, D) to fields (N, C), NaN outside the domain

LINE = 401  # points of a line
SIDE = 101  # points along each side of the plane of two coordinates
SIDES = 61  # of a plane of more, of which there are several
MOST = 6  # planes
SHARES = (1 / 2, 1 / 3, 1 / 4, 2 / 3, 3 / 4)  # of an interval: where a coordinate may be held
TRIED = 21  # points along each side of a plane that is only tried
CLEARLY = 1.1  # times the variation of the shares before: what moves a plane to another share
TIMES = {1: (0.0,), 2: (0.0, 1 / 3, 2 / 3, 1.0), 3: (0.5, 1.0)}  # by the coordinates of space


@dataclass(frozen=True)
class Slice:
    """A line or a plane: one or two coordinates vary, the others are held.

    Examples
    --------
    >>> plane = Slice(axes=(0, 2), held={1: 0.5})
    >>> plane.points([(0.0, 1.0), (0.0, 1.0), (-1.0, 1.0)]).shape
    (3721, 3)
    """

    axes: tuple[int, ...]
    held: dict[int, float]

    def points(self, bounds: Bounds, side: int | None = None) -> Array:
        """A regular grid on it (N, D), ``side`` points each way; its last axis varies fastest."""
        count = side or (LINE if len(self.axes) == 1 else SIDES if self.held else SIDE)
        sides = [np.linspace(*bounds[axis], count) for axis in self.axes]
        grid = np.meshgrid(*sides, indexing="ij")
        points = np.empty((grid[0].size, len(bounds)))
        for axis, values in zip(self.axes, grid, strict=True):
            points[:, axis] = values.ravel()
        for axis, value in self.held.items():
            points[:, axis] = value
        return points


def is_time(name: str) -> bool:
    """Whether a coordinate of this name is time, by the custom of the literature.

    Examples
    --------
    >>> is_time("t"), is_time("x")
    (True, False)
    """
    return name in ("t", "time")  # as `nas.calculus.fields.TIMES`, which brings torch


def slices(
    coordinates: Sequence[str], bounds: Bounds, predicted: Predicted | None = None
) -> list[Slice]:
    """The slices of a domain; see above. At most `MOST`, so of seven coordinates or more not all.

    Parameters
    ----------
    coordinates, bounds
        Names and intervals of the D coordinates.
    predicted
        The fields, to choose where coordinates of space are held; without it, in the middle.

    Examples
    --------
    >>> [one.axes for one in slices(("x", "y", "z"), [(0.0, 1.0)] * 3)]
    [(0, 1), (1, 2), (0, 2)]
    >>> for one in slices(("x", "y", "t"), [(-1.0, 1.0), (-1.0, 1.0), (0.0, 3.0)]):
    ...     print(one.axes, one.held)
    (0, 1) {2: 0.0}
    (0, 1) {2: 1.0}
    (0, 1) {2: 2.0}
    (0, 1) {2: 3.0}
    (0, 2) {1: 0.0}
    (1, 2) {0: 0.0}
    >>> def waves(points):
    ...     return np.cos(np.pi * points).prod(axis=1, keepdims=True)  # 0 in the middle
    >>> [one.held for one in slices(("x", "y", "z"), [(0.0, 1.0)] * 3, waves)]
    [{2: 0.25}, {0: 0.25}, {1: 0.25}]
    """
    axes = range(len(coordinates))
    if len(coordinates) <= 2:
        return [Slice(tuple(axes), {})]
    space = [axis for axis in axes if not is_time(coordinates[axis])]
    at_shares = [_planes(coordinates, bounds, share) for share in SHARES]
    first = at_shares[0]
    if predicted is None:
        return first
    groups: dict[tuple[int, ...], list[int]] = {}  # planes that hold the same coordinates of space
    for index, one in enumerate(first):
        groups.setdefault(tuple(a for a in space if a in one.held), []).append(index)
    chosen = dict(enumerate(first))
    for held, members in groups.items():
        tried = [[planes[index] for index in members] for planes in at_shares]
        best = _most_varied(tried, bounds, predicted) if held else tried[0]
        chosen |= zip(members, best, strict=True)
    return list(chosen.values())


def _planes(coordinates: Sequence[str], bounds: Bounds, share: float) -> list[Slice]:
    """The slices with what is held of space at one share of its interval."""
    axes = range(len(coordinates))
    place = [low + share * (high - low) for low, high in bounds]
    times = [axis for axis in axes if is_time(coordinates[axis])]
    space = [axis for axis in axes if axis not in times]
    planes = [
        {axis: place[axis] for axis in space if axis not in pair} | moment
        for moment in _moments(times, bounds, len(space))
        for pair in _neighbours(space)
    ]
    if times and len(space) == 2:
        planes += [{axis: place[axis]} for axis in reversed(space)]
    return [Slice(tuple(a for a in axes if a not in held), held) for held in planes[:MOST]]


def _most_varied(tried: Sequence[list[Slice]], bounds: Bounds, predicted: Predicted) -> list[Slice]:
    """The planes on which the fields vary most, each in units of its most; the first of equals."""
    varied = []
    for planes in tried:
        values = predicted(np.concatenate([one.points(bounds, TRIED) for one in planes]))
        known = np.where(np.isfinite(values), values, np.nan)
        varied.append(np.fmax.reduce(known) - np.fmin.reduce(known))  # NaN: nowhere on them
    sizes = np.nan_to_num(np.stack(varied))
    scores = (sizes / np.maximum(sizes.max(axis=0), np.finfo(float).tiny)).mean(axis=1)
    best = 0
    for index, score in enumerate(scores):
        if score > CLEARLY * scores[best]:
            best = index
    return tried[best]


def _neighbours(axes: Sequence[int]) -> list[tuple[int, int]]:
    """Each axis with the next, and the last with the first."""
    if len(axes) == 2:
        return [(axes[0], axes[1])]
    return [(axis, axes[(i + 1) % len(axes)]) for i, axis in enumerate(axes)]


def _moments(times: Sequence[int], bounds: Bounds, space: int) -> list[dict[int, float]]:
    """What the coordinates of time are held at, one after the other."""
    if not times:
        return [{}]
    shares = TIMES.get(space, (1.0,))
    return [
        {axis: bounds[axis][0] + share * (bounds[axis][1] - bounds[axis][0]) for axis in times}
        for share in shares
    ]
