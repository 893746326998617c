"""Where a problem holds: boxes in any dimension, and polygons in the plane.

Axis legend: N points, D coordinates.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nas.errors import UserError
from nas.problems.segments import Segment, Vertex, cross, edges, fold_back, touch

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FEW_ULPS = 8 * np.finfo(np.float64).eps


class Domain(Protocol):
    """What a problem needs to know of its domain; any class with these attributes will do."""

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names, single letters, in the order of the points' columns."""
        ...

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        ...

    @property
    def parts(self) -> Mapping[str, float]:
        """The parts of the boundary and their measures (length, area; 1 for a single point)."""
        ...

    @property
    def measure(self) -> float:
        """The domain's length, area or volume."""
        ...

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed domain: (N,)."""
        ...

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) uniformly onto a part of the boundary: points (N, D)."""
        ...


@dataclass(frozen=True, init=False, repr=False)
class Box:
    """An interval, rectangle, box, ...: ``Box(x=(-1, 1), t=(0, 1))``.

    Its boundary parts are ``x_min``, ``x_max``, ``t_min``, ``t_max``.

    Parameters
    ----------
    **intervals
        For each coordinate, named by a single letter, its lowest and highest value. Their order
        is that of the points' columns.

    Raises
    ------
    UserError
        If there is no interval, a name is not a single letter, or an interval is not two finite
        numbers in rising order.
    """

    coordinates: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]

    def __init__(self, **intervals: tuple[float, float]) -> None:
        if not intervals:
            raise UserError("Box: expected at least one interval, such as Box(x=(-1, 1))")
        _check_letters("Box", tuple(intervals))
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

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a face: points (N, D).

        Raises
        ------
        UserError
            If the box has no such part.
        """
        _check_part(self, part)
        axis = self.coordinates.index(part[0])
        ends = np.zeros(len(unit)) if part.endswith("min") else np.ones(len(unit))
        return into_bounds(self, np.insert(unit, axis, ends, axis=1))

    @property
    def _lengths(self) -> list[float]:
        return [high - low for low, high in self.bounds]


@dataclass(frozen=True)
class Polygon:
    """A simple polygon in the plane, its edges in the order of its vertices.

    Parameters
    ----------
    vertices
        At least three corners, counter-clockwise or clockwise.
    coordinates
        The two coordinates' names, single letters.
    names
        The name of each edge; the edge i runs from vertex i to vertex i + 1. Edges of the same
        name form one part of the boundary. By default ``edge_0``, ``edge_1``, ...

    Raises
    ------
    UserError
        If the polygon has fewer than three vertices, a vertex that is not two finite numbers,
        an edge without length, or edges that touch elsewhere than in a shared vertex; if a name
        of a coordinate is not a single letter; if there is not one name an edge.
    """

    vertices: tuple[Vertex, ...]
    coordinates: tuple[str, ...] = ("x", "y")
    names: tuple[str, ...] | None = None

    def __init__(
        self,
        vertices: Sequence[Sequence[float]],
        coordinates: Sequence[str] = ("x", "y"),
        names: Sequence[str] | None = None,
    ) -> None:
        corners = tuple(_vertex(index, vertex) for index, vertex in enumerate(vertices))
        _check_simple(corners)
        if len(coordinates) != 2:
            raise UserError(f"Polygon: expected two coordinates, got {tuple(coordinates)}")
        _check_letters("Polygon", coordinates)
        labels = tuple(names or (f"edge_{index}" for index in range(len(corners))))
        if len(labels) != len(corners) or isinstance(names, str):
            raise UserError(f"Polygon: expected {len(corners)} names, one an edge, got {names!r}")
        object.__setattr__(self, "vertices", corners)  # frozen for its users
        object.__setattr__(self, "coordinates", tuple(coordinates))
        object.__setattr__(self, "names", labels)

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return tuple((min(values), max(values)) for values in zip(*self.vertices, strict=True))

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The edges' names and lengths, in the order of the vertices."""
        lengths: dict[str, float] = {}
        for name, (start, end) in zip(self.names or (), self._edges, strict=True):
            lengths[name] = lengths.get(name, 0.0) + math.dist(start, end)
        return lengths

    @cached_property
    def measure(self) -> float:
        """The area."""
        return abs(math.fsum(cross(start, end) for start, end in self._edges)) / 2

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the closed polygon: (N,).

        A point within a few units in the last index of an edge counts as on it.
        """
        inside = np.zeros(len(points), bool)
        near = np.zeros(len(points), bool)
        x, y = points[:, 0], points[:, 1]
        size = np.abs(self.bounds).max()
        for (ax, ay), (bx, by) in self._edges:
            length = math.hypot(bx - ax, by - ay)
            across = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            along = (bx - ax) * (x - ax) + (by - ay) * (y - ay)
            # A ray to the right crosses the edge: an odd number of crossings means inside.
            inside ^= ((ay > y) != (by > y)) & ((across > 0) == (by > ay))
            slack = _FEW_ULPS * size * length
            near |= (np.abs(across) <= slack) & (along >= -slack) & (along <= length**2 + slack)
        return inside | near

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit interval (N, 1) onto a part by its arc length: points (N, 2).

        Raises
        ------
        UserError
            If the polygon has no such part.
        """
        _check_part(self, part)
        chosen = [e for n, e in zip(self.names or (), self._edges, strict=True) if n == part]
        corners = np.array(chosen)  # (edges, 2 ends, 2)
        milestones = np.cumsum([0.0, *(math.dist(start, end) for start, end in chosen)])
        arc = unit[:, 0] * milestones[-1]
        edge = np.clip(np.searchsorted(milestones, arc, side="right") - 1, 0, len(chosen) - 1)
        share = ((arc - milestones[edge]) / np.diff(milestones)[edge])[:, None]
        points: Array = (1 - share) * corners[edge, 0] + share * corners[edge, 1]
        return points

    @cached_property
    def _edges(self) -> tuple[Segment, ...]:
        return edges(self.vertices)


def into_bounds(domain: Domain, unit: Array) -> Array:
    """Map the unit cube (N, D) onto the domain's bounding box, never outside by rounding."""
    low, high = np.transpose(domain.bounds)
    points: Array = np.clip(low + (high - low) * unit, low, high)
    return points


def _interval(name: str, value: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise UserError(
            f"Box: {name}={value!r}: expected the lowest and the highest value, such as (0, 1)"
        ) from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UserError(f"Box: {name}={value!r}: expected two finite numbers in rising order")
    return low, high


def _check_letters(where: str, names: Sequence[str]) -> None:
    for name in names:
        if len(name) != 1 or not name.isalpha():
            raise UserError(
                f"{where}: coordinate {name!r}: expected a single letter, "
                "since u.xx is the second derivative by x"
            )
    if len(set(names)) < len(names):
        raise UserError(f"{where}: expected distinct coordinates, got {', '.join(names)}")


def _check_part(domain: Domain, part: str) -> None:
    if part not in domain.parts:
        raise UserError(
            f"{part!r}: no such part of the boundary; expected one of {', '.join(domain.parts)}"
        )


def _vertex(index: int, vertex: Sequence[float]) -> Vertex:
    try:
        x, y = (float(value) for value in vertex)
    except (TypeError, ValueError):
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise UserError(f"Polygon: vertex {index}: expected two finite numbers, got {vertex!r}")
    return x, y


def _check_simple(vertices: Sequence[Vertex]) -> None:
    count = len(vertices)
    if count < 3:
        raise UserError(f"Polygon: expected at least 3 vertices, got {count}")
    sides = edges(vertices)
    for i, (start, end) in enumerate(sides):
        if start == end:
            raise UserError(f"Polygon: edge_{i} from {start}: expected a length above 0")
    for i, first in enumerate(sides):
        for j in range(i + 1, count):
            neighbours = j == i + 1 or (i == 0 and j == count - 1)
            meet = fold_back(first, sides[j]) if neighbours else touch(first, sides[j])
            if meet:
                raise UserError(
                    f"Polygon: edge_{i} and edge_{j} meet: expected edges that share no point "
                    "but the vertex between neighbours"
                )
