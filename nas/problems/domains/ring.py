"""Rings in the plane.

Axis legend: N points or cells; … any leading axes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.domain import Array, Mask, check_part
from nas.problems.domains.round import Disc, check_center, check_coordinates, check_radius
from nas.problems.domains.shape import Shape, Sides


@dataclass(frozen=True, init=False)
class Ring(Shape):
    """What lies between two circles around the same centre: the parts ``inner`` and ``outer``.

    Parameters
    ----------
    center
        Two numbers.
    inner, outer
        The radii: above 0, in rising order.
    coordinates
        The coordinates' names.

    Raises
    ------
    UserError
        If the centre is not two finite numbers, the radii are not in rising order, or a
        coordinate cannot be a name.

    Examples
    --------
    >>> ring = Ring((0, 0), 1, 2)
    >>> {part: round(length / np.pi, 9) for part, length in ring.parts.items()}
    {'inner': 2.0, 'outer': 4.0}
    >>> ring.normals("inner", np.array([[1.0, 0.0]])).tolist()  # out of the ring
    [[-1.0, -0.0]]
    """

    center: tuple[float, ...]
    inner: float
    outer: float
    coordinates: tuple[str, ...]

    def __init__(
        self,
        center: Sequence[float],
        inner: float,
        outer: float,
        coordinates: Sequence[str] = ("x", "y"),
    ) -> None:
        set_ = object.__setattr__  # frozen for its users
        set_(self, "center", check_center("Ring", center, 2))
        set_(self, "inner", check_radius("Ring", "inner", inner))
        set_(self, "outer", check_radius("Ring", "outer", outer))
        set_(self, "coordinates", check_coordinates("Ring", coordinates, 2))
        if self.inner >= self.outer:
            raise UserError(f"Ring: expected inner < outer, got inner={inner} and outer={outer}")

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return self._disc.bounds

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """Both circles and their lengths."""
        return {**self._hole.parts, **self._disc.parts}

    @property
    def measure(self) -> float:
        """The area."""
        return self._disc.measure - self._hole.measure

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the closed ring, up to rounding: (N,)."""
        return self._disc.contains(points) & ~self._hole.interior(points)

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the open ring, not by rounding alone: (N,)."""
        return self._disc.interior(points) & ~self._hole.contains(points)

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        return np.minimum(self._disc.sides(low, high), -self._hole.sides(low, high))

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit interval (N, 1) onto a circle: points (N, 2).

        Raises
        ------
        UserError
            If the ring has no such part.
        """
        check_part(self, part)
        return (self._hole if part == "inner" else self._disc).on(part, unit)

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, 2) at points (N, 2) on a circle."""
        check_part(self, part)
        if part == "inner":
            return -self._hole.normals(part, points)
        return self._disc.normals(part, points)

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """The distance (…) of points (…, 2) from a circle, as for a `Ball`."""
        check_part(self, part)
        if part == "inner":
            return self._hole.distance(part, points, outside=not outside)
        return self._disc.distance(part, points, outside=outside)

    @cached_property
    def _disc(self) -> Disc:
        return Disc(self.center, self.outer, self.coordinates, name="outer")

    @cached_property
    def _hole(self) -> Disc:
        return Disc(self.center, self.inner, self.coordinates, name="inner")
