"""Balls in any dimension from two on, and discs.

Axis legend: N points or cells, D coordinates; … any leading axes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betaincinv
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.domain import Array, Mask, check_names, check_part, check_title, rounding
from nas.problems.domains.finite import number, numbers
from nas.problems.domains.shape import Shape, Sides, as_sides

_LETTERS = ("x", "y", "z")


@dataclass(frozen=True, init=False)
class Ball(Shape):
    """All points nearer to a centre than a radius, in any dimension from two on.

    Parameters
    ----------
    center
        A number for each coordinate.
    radius
        Above 0.
    coordinates
        The coordinates' names; by default x, y, z as many as the centre has numbers.
    name
        That of its only boundary part, the surface.

    Raises
    ------
    UserError
        If the centre is not finite, the radius not above 0, or coordinates or name cannot be
        names, or their number is not that of the centre.

    Examples
    --------
    >>> ball = Ball((0, 0, 0), 2.0)
    >>> {part: round(area / math.pi, 9) for part, area in ball.parts.items()}
    {'surface': 16.0}
    >>> ball.on("surface", np.array([[0.5, 0.0]])).round(9).tolist()
    [[0.0, 2.0, 0.0]]
    """

    center: tuple[float, ...]
    radius: float
    coordinates: tuple[str, ...]
    name: str

    def __init__(
        self,
        center: Sequence[float],
        radius: float,
        coordinates: Sequence[str] | None = None,
        name: str = "surface",
    ) -> None:
        where = type(self).__name__
        middle = check_center(where, center)
        set_ = object.__setattr__  # frozen for its users
        set_(self, "center", middle)
        set_(self, "radius", check_radius(where, "radius", radius))
        set_(self, "coordinates", check_coordinates(where, coordinates, len(middle)))
        set_(self, "name", check_title(where, name))

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return tuple((c - self.radius, c + self.radius) for c in self.center)

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The surface and its measure."""
        dimension = len(self.center)
        return {self.name: dimension * _unit_ball(dimension) * self.radius ** (dimension - 1)}

    @property
    def measure(self) -> float:
        """The area or volume."""
        dimension = len(self.center)
        return _unit_ball(dimension) * self.radius**dimension

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed ball, up to rounding: (N,)."""
        inside: Mask = self._apart(points) <= self.radius + rounding(self.bounds)
        return inside

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the open ball, not by rounding alone: (N,)."""
        inside: Mask = self._apart(points) < self.radius - rounding(self.bounds)
        return inside

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        nearest = np.clip(self.center, low, high) - self.center
        farthest = np.maximum(np.abs(low - self.center), np.abs(high - self.center))
        outside = np.linalg.norm(nearest, axis=1) >= self.radius
        inside = np.linalg.norm(farthest, axis=1) <= self.radius
        return as_sides(inside, outside)

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto the surface: points (N, D).

        Raises
        ------
        UserError
            If the ball has no such part.
        """
        check_part(self, part)
        low, high = np.transpose(self.bounds)
        points: Array = np.clip(self.center + self.radius * on_sphere(unit), low, high)
        return points

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D) on the surface."""
        check_part(self, part)
        offset = points - np.array(self.center)
        normals: Array = offset / np.linalg.norm(offset, axis=1, keepdims=True)
        return normals

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """The distance (…) of points (…, D) from the surface, in radii: (1 - q) / 2.

        q is the squared distance from the centre, in radii. Outside it is (q - 1) / (q + 1), which
        stays below 1.
        """
        check_part(self, part)
        return rise(square(points, self.center, [self.radius] * len(self.center)), outside)

    def _apart(self, points: Array) -> Array:
        apart: Array = np.linalg.norm(points - np.array(self.center), axis=1)
        return apart


@dataclass(frozen=True, init=False)
class Disc(Ball):
    """A disc in the plane; its boundary is the part ``rim``, or what ``name`` says.

    Parameters
    ----------
    center, radius, coordinates, name
        As of `Ball`; the centre has two numbers.

    Raises
    ------
    UserError
        As of `Ball`; or if the centre has not two numbers.

    Examples
    --------
    >>> disc = Disc((0, 0), 0.5, coordinates=("r", "z"))
    >>> {part: round(length / math.pi, 9) for part, length in disc.parts.items()}
    {'rim': 1.0}
    >>> disc.normals("rim", np.array([[0.0, -0.5]])).tolist()
    [[0.0, -1.0]]
    """

    def __init__(
        self,
        center: Sequence[float],
        radius: float,
        coordinates: Sequence[str] = ("x", "y"),
        name: str = "rim",
    ) -> None:
        check_center("Disc", center, 2)
        super().__init__(center, radius, coordinates, name)


def on_sphere(unit: Array) -> Array:
    """Map the unit cube (N, D-1) onto the unit sphere (N, D), area for area.

    Examples
    --------
    >>> on_sphere(np.array([[0.25]])).round(12).tolist()  # a quarter of the way round
    [[0.0, 1.0]]
    """
    turn = 2 * np.pi * unit[:, -1]
    points = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    # Slices of a sphere across an axis are spheres themselves. Their areas over the axis follow a
    # beta distribution; in three dimensions (Archimedes) they are all the same.
    for axis in range(unit.shape[1] - 2, -1, -1):
        half = points.shape[1] / 2
        height = 1 - 2 * betaincinv(half, half, unit[:, axis])
        width = np.sqrt((1 - height) * (1 + height))
        points = np.concatenate([height[:, None], width[:, None] * points], axis=1)
    return points


def square(points: Tensor, center: Sequence[float], radii: Sequence[float]) -> Tensor:
    """The squared distance (…) of points (…, D) from a centre, in radii.

    Examples
    --------
    >>> import torch
    >>> square(torch.tensor([[2.0, 0.0]]), (0, 0), (1, 3)).tolist()
    [4.0]
    """
    terms = [
        ((points[..., axis] - middle) / radius) ** 2
        for axis, (middle, radius) in enumerate(zip(center, radii, strict=True))
    ]
    return sum(terms[1:], terms[0])


def rise(q: Tensor, outside: bool) -> Tensor:
    """A distance from where ``q`` is 1, growing inwards or, below 1, outwards; equally steep.

    Examples
    --------
    >>> import torch
    >>> rise(torch.tensor([0.0, 1.0]), outside=False).tolist()
    [0.5, 0.0]
    >>> rise(torch.tensor([1.0, 3.0]), outside=True).tolist()
    [0.0, 0.5]
    """
    return (q - 1) / (q + 1) if outside else (1 - q) / 2


def check_center(
    where: str, center: Sequence[float], dimension: int | None = None
) -> tuple[float, ...]:
    """The centre as a tuple of numbers; raise `UserError` unless they are finite, and enough.

    Examples
    --------
    >>> check_center("Disc", (0, 1), 2)
    (0.0, 1.0)
    """
    found = numbers(center)
    wanted = {None: "two or more", 2: "two"}[dimension]
    if len(found) < 2 or (dimension and len(found) != dimension) or not np.isfinite(found).all():
        raise UserError(f"{where}: center={center!r}: expected {wanted} finite numbers")
    return found


def check_radius(where: str, name: str, radius: float) -> float:
    """The radius as a float; raise `UserError` unless it is finite and above 0.

    Examples
    --------
    >>> check_radius("Disc", "radius", 2)
    2.0
    """
    found = number(radius)
    if not found > 0:
        raise UserError(f"{where}: {name}={radius!r}: expected a finite number above 0")
    return found


def check_coordinates(
    where: str, coordinates: Sequence[str] | None, dimension: int
) -> tuple[str, ...]:
    """The names of ``dimension`` coordinates, x, y, z by default; else raise `UserError`.

    Examples
    --------
    >>> check_coordinates("Ball", None, 3), check_coordinates("Disc", ("r", "z"), 2)
    (('x', 'y', 'z'), ('r', 'z'))
    """
    if coordinates is None:
        if dimension > len(_LETTERS):
            raise UserError(f"{where}: expected {dimension} names: coordinates=('x1', 'x2', ...)")
        return _LETTERS[:dimension]
    names = coordinates if isinstance(coordinates, Sequence) else ()
    if isinstance(names, str) or len(names) != dimension:
        raise UserError(
            f"{where}: coordinates={coordinates!r}: expected {dimension} names, one a dimension"
        )
    check_names(where, coordinates)
    return tuple(coordinates)


def _unit_ball(dimension: int) -> float:
    """The volume of the ball of radius 1."""
    return float(math.pi ** (dimension / 2) / math.gamma(dimension / 2 + 1))
