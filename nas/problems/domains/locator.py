"""Which simplices of a mesh a point can be in: those that reach into its bin of a grid.

Axis legend: N points, M simplices, D coordinates.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nas.problems.domains.domain import Array, Mask

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Locator:
    """Simplices by their corners, sorted into bins.

    Parameters
    ----------
    corners : Array (M, D+1, D), the coordinates last

    Examples
    --------
    >>> locator = Locator(np.array([[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]]))
    >>> locator.holds(np.array([[0.2, 0.2], [0.5, 0.5], [0.9, 0.9]]), slack=1e-15).tolist()
    [True, True, False]
    """

    corners: Array

    def holds(self, points: Array, slack: float) -> Mask:
        """Which of the points (N, D) lie in a simplex, or no more than ``slack`` beside: (N,)."""
        found: Mask = self.count(points, slack, most=1) > 0
        return found

    def count(self, points: Array, slack: float, most: int) -> Numbers:
        """In how many simplices each of the points (N, D) lies, counted up to ``most``: (N,)."""
        found = np.zeros(len(points), np.int64)
        ends = self._grid[0] - slack, self._grid[1] + slack
        open_ = np.flatnonzero(((points >= ends[0]) & (points <= ends[1])).all(axis=1))
        bins = self._bin(self._place(points[open_]))
        turn = 0
        while len(open_):
            more = turn < self._starts[bins + 1] - self._starts[bins]
            open_, bins = open_[more], bins[more]
            simplex = self._members[self._starts[bins] + turn]
            found[open_] += self._in(simplex, points[open_], slack)
            wanted = found[open_] < most
            open_, bins, turn = open_[wanted], bins[wanted], turn + 1
        return found

    def _in(self, simplex: Numbers, points: Array, slack: float) -> Mask:
        """Whether each point lies in its simplex: no corner's weight is below zero."""
        inverse = self._inverse[simplex]
        rest = np.einsum("nd,ndk->nk", points - self.corners[simplex, 0], inverse)
        weights = np.concatenate([1 - rest.sum(axis=1, keepdims=True), rest], axis=1)
        inside: Mask = np.all(weights >= -slack * self._slopes[simplex], axis=1)
        return inside

    @cached_property
    def _inverse(self) -> Array:
        """Takes offsets to the weights of all corners but the first: (M, D, D)."""
        return np.linalg.inv(self.corners[:, 1:] - self.corners[:, :1]).astype(np.float64)

    @cached_property
    def _slopes(self) -> Array:
        """How fast the corners' weights change: (M, D+1)."""
        first = -self._inverse.sum(axis=2, keepdims=True)
        slopes: Array = np.linalg.norm(np.concatenate([first, self._inverse], axis=2), axis=1)
        return slopes

    @cached_property
    def _grid(self) -> tuple[Array, Array, int]:
        """The lowest and highest corner of all, and the number of bins along each axis."""
        low, high = self.corners.min(axis=(0, 1)), self.corners.max(axis=(0, 1))
        count = max(1, round(len(self.corners) ** (1 / self.corners.shape[2])))
        return low, high, count

    def _place(self, points: Array) -> Numbers:
        """The bin along each axis: (N, D)."""
        low, high, count = self._grid
        place = np.floor((points - low) / (high - low) * count).astype(np.int64)
        clipped: Numbers = np.clip(place, 0, count - 1)
        return clipped

    def _bin(self, place: Numbers) -> Numbers:
        """The number of the bin: (N,)."""
        powers = self._grid[2] ** np.arange(place.shape[1])
        number: Numbers = place @ powers
        return number

    @cached_property
    def _pairs(self) -> tuple[Numbers, Numbers]:
        """All pairs of a bin and a simplex whose bounding box reaches into it, bins rising."""
        # A bin more all around, against rounding.
        count = self._grid[2]
        first = np.maximum(self._place(self.corners.min(axis=1)) - 1, 0)
        last = np.minimum(self._place(self.corners.max(axis=1)) + 1, count - 1)
        widths = last - first + 1
        numbers = widths.prod(axis=1)
        simplex = np.repeat(np.arange(len(numbers)), numbers)
        rest = np.arange(numbers.sum()) - np.repeat(np.cumsum(numbers) - numbers, numbers)
        place = np.empty((len(rest), widths.shape[1]), np.int64)
        for axis in range(widths.shape[1]):
            rest, place[:, axis] = np.divmod(rest, widths[simplex, axis])
        bins = self._bin(place + first[simplex])
        order = np.argsort(bins, kind="stable")
        return bins[order], simplex[order]

    @property
    def _members(self) -> Numbers:
        return self._pairs[1]

    @cached_property
    def _starts(self) -> Numbers:
        """Where each bin's simplices begin, and the end of the last."""
        return np.searchsorted(
            self._pairs[0], np.arange(self._grid[2] ** self.corners.shape[2] + 1)
        )
