"""Where a solution is shown: the whole of a line or plane, and planes through what has more axes.

A map is to be looked at and to stay small, so of three or more coordinates it holds planes: where
one of them is time, space at some times and one coordinate of space against time; else neighbouring
coordinates against each other, with all others in the middle of their intervals.

Axis legend: N points, D coordinates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bounds = Sequence[tuple[float, float]]

LINE = 401  # points of a line
SIDE = 101  # points along each side of the plane of two coordinates
SIDES = 61  # of a plane of more, of which there are several
MOST = 6  # planes
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

    def points(self, bounds: Bounds) -> Array:
        """A regular grid on it (N, D), the last of its axes varying fastest."""
        count = LINE if len(self.axes) == 1 else SIDES if self.held else SIDE
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
    return name in ("t", "time")


def slices(coordinates: Sequence[str], bounds: Bounds) -> list[Slice]:
    """The slices of a domain; see above. At most `MOST`, so of seven coordinates or more not all.

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
    """
    axes = range(len(coordinates))
    if len(coordinates) <= 2:
        return [Slice(tuple(axes), {})]
    middle = [(low + high) / 2 for low, high in bounds]
    times = [axis for axis in axes if is_time(coordinates[axis])]
    space = [axis for axis in axes if axis not in times]
    planes = [
        {axis: middle[axis] for axis in space if axis not in pair} | moment
        for moment in _moments(times, bounds, len(space))
        for pair in _neighbours(space)
    ]
    if times and len(space) == 2:
        planes += [{axis: middle[axis]} for axis in reversed(space)]
    return [Slice(tuple(a for a in axes if a not in held), held) for held in planes[:MOST]]


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
