"""Boxes in any dimension.

Axis legend: N points or cells, D coordinates; … any leading axes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.domain import Array, Mask, check_names, check_part, into_bounds, rounding
from nas.problems.domains.finite import numbers
from nas.problems.domains.shape import Shape, Sides, as_sides
from nas.problems.domains.trimming import trimmed

RESOLVED = 1e-13  # of the coordinate: shorter intervals have too few numbers in between


@dataclass(frozen=True, init=False, repr=False)
class Box(Shape):
    """An interval, rectangle, box, ...: ``Box(x=(-1, 1), t=(0, 1))``.

    Its boundary parts are ``x_min``, ``x_max``, ``t_min``, ``t_max``.

    Parameters
    ----------
    **intervals
        For each coordinate by name, its lowest and highest value. Their order is that of the
        points' columns.

    Raises
    ------
    UserError
        If there is no interval, a name cannot stand in a formula, or an interval is not two
        finite numbers in rising order, with enough numbers in between.

    Examples
    --------
    >>> box = Box(x=(-1, 1), t=(0, 0.5))
    >>> box.measure, box.parts["x_min"], box.parts["t_min"]
    (1.0, 0.5, 2.0)
    >>> box.contains(np.array([[0.0, 0.5], [0.0, 0.6]])).tolist()
    [True, False]
    >>> box.on("x_max", np.array([[0.0], [0.5]])).tolist()  # shares of the face's own extent
    [[1.0, 0.0], [1.0, 0.25]]
    """

    coordinates: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]

    def __init__(self, **intervals: tuple[float, float]) -> None:
        if not intervals:
            raise UserError("Box: expected at least one interval, such as Box(x=(-1, 1))")
        check_names("Box", tuple(intervals))
        bounds = tuple(_interval(name, value) for name, value in intervals.items())
        object.__setattr__(self, "coordinates", tuple(intervals))  # frozen for its users
        object.__setattr__(self, "bounds", bounds)

    def __repr__(self) -> str:
        intervals = zip(self.coordinates, self.bounds, strict=True)
        return f"Box({', '.join(f'{name}={interval}' for name, interval in intervals)})"

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The faces ``x_min``, ``x_max``, ... and their measures."""
        lengths = self._lengths
        return {
            f"{name}_{end}": math.prod(lengths[:axis] + lengths[axis + 1 :])
            for axis, name in enumerate(self.coordinates)
            for end in ("min", "max")
        }

    @property
    def measure(self) -> float:
        """The length, area or volume."""
        return math.prod(self._lengths)

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed box: (N,)."""
        low, high = np.transpose(self.bounds)
        inside: Mask = ((points >= low) & (points <= high)).all(axis=-1)
        return inside

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the open box, not by rounding alone: (N,)."""
        low, high = np.transpose(self.bounds)
        inside: Mask = np.all((points > low + self.slack) & (points < high - self.slack), axis=-1)
        return inside

    @cached_property
    def slack(self) -> Array:
        """See `nas.problems.domains.shape.slack`: each coordinate by itself."""
        return np.array([rounding([interval]) for interval in self.bounds])

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        bottom, top = np.transpose(self.bounds)
        outside = ((low >= top) | (high <= bottom)).any(axis=1)
        inside = ((low >= bottom) & (high <= top)).all(axis=1)
        return as_sides(inside, outside)

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a face: points (N, D).

        The coordinate that the face fixes is put in between, as 0 or 1 of its extent.

        Raises
        ------
        UserError
            If the box has no such part.
        """
        axis, end = self._face(part)
        return into_bounds(self, np.insert(unit, axis, np.full(len(unit), float(end)), axis=1))

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D) on a face."""
        axis, end = self._face(part)
        normals = np.zeros((len(points), len(self.coordinates)))
        normals[:, axis] = 1 if end else -1
        return normals

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """The distance (…) of points (…, D) from a face, over the box's extent that way."""
        axis, end = self._face(part)
        low, high = self.bounds[axis]
        length = high - low
        depth = ((high - points[..., axis]) if end else (points[..., axis] - low)) / length
        if not outside:
            return depth
        # Outside of the box its face ends, while the plane goes on.
        others = [i for i in range(len(self.bounds)) if i != axis]
        if not others:
            return -depth
        # Each is zero at the face's borders and positive between them, as a circle through both.
        extents = [
            (points[..., i] - self.bounds[i][0]) * (self.bounds[i][1] - points[..., i])
            / (length * self._lengths[i])
            for i in others
        ]  # fmt: skip
        return trimmed(-depth, extents)

    @cached_property
    def corner_points(self) -> Array:
        """See `nas.problems.domains.corners`: its 2^D corners."""
        return np.array(list(product(*self.bounds)))

    def _face(self, part: str) -> tuple[int, bool]:
        """The axis that a face fixes, and whether it is at the upper end."""
        check_part(self, part)
        name, _, end = part.rpartition("_")
        return self.coordinates.index(name), end == "max"

    @property
    def _lengths(self) -> list[float]:
        return [high - low for low, high in self.bounds]


def _interval(name: str, value: tuple[float, float]) -> tuple[float, float]:
    ends = numbers(value)
    if len(ends) != 2:
        raise UserError(
            f"Box: {name}={value!r}: expected the lowest and the highest value, such as (0, 1)"
        )
    low, high = ends
    if not low < high:  # nor where one of them is no number
        raise UserError(f"Box: {name}={value!r}: expected two finite numbers in rising order")
    if not RESOLVED * max(abs(low), abs(high)) < high - low < math.inf:
        raise UserError(
            f"Box: {name}={value!r}: expected an interval whose points can be told apart, got one "
            f"of length {high - low:.3g}; count {name} from another origin, or in other units"
        )
    return low, high
