"""Ellipses in the plane.

Axis legend: N points or cells; … any leading axes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ellipe, ellipeinc
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.domain import Array, Mask, check_part, check_title, rounding
from nas.problems.domains.finite import numbers
from nas.problems.domains.round import (
    check_center,
    check_coordinates,
    check_radius,
    rise,
    square,
)
from nas.problems.domains.shape import Shape, Sides, as_sides

_TABLE = 1025  # angles where the arc length is known at first
_STEPS = 4  # of Newton's method from there


@dataclass(frozen=True, init=False)
class Ellipse(Shape):
    """An ellipse with axes along the coordinates; its boundary is ``rim``, or what ``name`` says.

    Parameters
    ----------
    center
        Two numbers.
    radii
        The half axes along both coordinates, above 0.
    coordinates
        The coordinates' names.
    name
        That of its only boundary part.

    Raises
    ------
    UserError
        If the centre is not two finite numbers, the radii not two above 0, or coordinates or
        name cannot be names.

    Examples
    --------
    >>> ellipse = Ellipse((0, 0), (2, 1))
    >>> round(ellipse.measure / np.pi, 9), round(ellipse.parts["rim"], 9)
    (2.0, 9.688448221)
    >>> ellipse.on("rim", np.array([[0.0], [0.5]])).round(9).tolist()  # by arc length
    [[2.0, 0.0], [-2.0, 0.0]]
    """

    center: tuple[float, ...]
    radii: tuple[float, ...]
    coordinates: tuple[str, ...]
    name: str

    def __init__(
        self,
        center: Sequence[float],
        radii: Sequence[float],
        coordinates: Sequence[str] = ("x", "y"),
        name: str = "rim",
    ) -> None:
        set_ = object.__setattr__  # frozen for its users
        set_(self, "center", check_center("Ellipse", center, 2))
        set_(self, "radii", check_radii("Ellipse", radii))
        set_(self, "coordinates", check_coordinates("Ellipse", coordinates, 2))
        set_(self, "name", check_title("Ellipse", name))

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return tuple((c - r, c + r) for c, r in zip(self.center, self.radii, strict=True))

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The rim and its length."""
        a, b = self.radii
        return {self.name: float(4 * b * ellipe(1 - (a / b) ** 2))}

    @property
    def measure(self) -> float:
        """The area."""
        return float(np.pi * self.radii[0] * self.radii[1])

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the closed ellipse, up to rounding: (N,)."""
        inside: Mask = self._apart(points) <= 1 + self._slack
        return inside

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the open ellipse, not by rounding alone: (N,)."""
        inside: Mask = self._apart(points) < 1 - self._slack
        return inside

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        farthest = np.maximum(np.abs(low - self.center), np.abs(high - self.center))
        outside = self._apart(np.clip(self.center, low, high)) >= 1
        inside = self._apart(np.array(self.center) + farthest) <= 1
        return as_sides(inside, outside)

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit interval (N, 1) onto the rim by its arc length: points (N, 2).

        Raises
        ------
        UserError
            If the ellipse has no such part.
        """
        check_part(self, part)
        angle = self._angle(unit[:, 0])
        around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        low, high = np.transpose(self.bounds)
        points: Array = np.clip(self.center + np.array(self.radii) * around, low, high)
        return points

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, 2) at points (N, 2) on the rim."""
        check_part(self, part)
        # The gradient of (x / a)² + (y / b)², with the larger radius as unit against overflow.
        relative = np.array(self.radii) / max(self.radii)
        gradient = (points - np.array(self.center)) / max(self.radii) / relative**2
        normals: Array = gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
        return normals

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """The distance (…) of points (…, 2) from the rim: (1 - q) / 2, as for a `Ball`."""
        check_part(self, part)
        return rise(square(points, self.center, self.radii), outside)

    def _apart(self, points: Array) -> Array:
        """The distance from the centre in radii: (N,)."""
        apart: Array = np.linalg.norm((points - np.array(self.center)) / self.radii, axis=1)
        return apart

    @property
    def _slack(self) -> float:
        return rounding(self.bounds) / min(self.radii)

    def _angle(self, share: Array) -> Array:
        """The angle at which a share of the circumference is behind: (N,)."""
        a, b = self.radii
        m = 1 - (a / b) ** 2  # the arc from angle 0 is b E(angle | m), ds² = a² sin² + b² cos²
        arc = share * 4 * ellipe(m)
        table = np.linspace(0, 2 * np.pi, _TABLE)
        angle = np.interp(arc, ellipeinc(table, m), table)
        for _ in range(_STEPS):
            slope = np.sqrt(1 - m * np.sin(angle) ** 2)
            angle = angle - (ellipeinc(angle, m) - arc) / slope
        return np.clip(angle, 0, 2 * np.pi)


def check_radii(where: str, radii: Sequence[float]) -> tuple[float, ...]:
    """Two radii as floats; raise `UserError` unless they are finite and above 0.

    Examples
    --------
    >>> check_radii("Ellipse", (2, 1))
    (2.0, 1.0)
    """
    if len(numbers(radii)) != 2:
        raise UserError(f"{where}: radii={radii!r}: expected two numbers, one a coordinate")
    return tuple(check_radius(where, "radii", radius) for radius in radii)
