"""Polygons in the plane.

Axis legend: N points.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nas.errors import UserError
from nas.problems.domains import Array, Mask, check_names, check_part
from nas.problems.segments import Segment, Vertex, cross, edges, fold_back, touch

_FEW_ULPS = 8 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class Polygon:
    """A simple polygon in the plane, its edges in the order of its vertices.

    Parameters
    ----------
    vertices
        At least three corners, counter-clockwise or clockwise.
    coordinates
        The two coordinates' names.
    names
        The name of each edge; the edge i runs from vertex i to vertex i + 1. Edges of the same
        name form one part of the boundary. By default ``edge_0``, ``edge_1``, ...

    Raises
    ------
    UserError
        If the polygon has fewer than three vertices, a vertex that is not two finite numbers,
        an edge without length, or edges that touch elsewhere than in a shared vertex; if a name
        of a coordinate is none (`check_names`); if there is not one name for each edge.

    Examples
    --------
    >>> triangle = Polygon([(0, 0), (3, 0), (0, 4)], names=["bottom", "slope", "left"])
    >>> triangle.measure, triangle.parts
    (6.0, {'bottom': 3.0, 'slope': 5.0, 'left': 4.0})
    >>> triangle.on("slope", np.array([[0.0], [0.5]])).tolist()  # by arc length
    [[3.0, 0.0], [1.5, 2.0]]
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
        check_names("Polygon", coordinates)
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
        # The shoelace formula: signed triangles between the origin and each edge.
        return abs(math.fsum(cross(start, end) for start, end in self._edges)) / 2

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the closed polygon: (N,).

        A point that rounding alone keeps off an edge (a few units in the last place) counts as
        on it.
        """
        inside = np.zeros(len(points), bool)
        near = np.zeros(len(points), bool)
        x, y = points[:, 0], points[:, 1]
        size = np.abs(self.bounds).max()
        for (ax, ay), (bx, by) in self._edges:
            length = math.hypot(bx - ax, by - ay)
            across = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            along = (bx - ax) * (x - ax) + (by - ay) * (y - ay)
            # A ray from the point to the right crosses the edge if the edge's ends are on both
            # sides of the ray's line, and the point is to the left of the edge. An odd number of
            # crossings means inside.
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
        check_part(self, part)
        chosen = [e for n, e in zip(self.names or (), self._edges, strict=True) if n == part]
        corners = np.array(chosen)  # (edges, 2 ends, 2 coordinates)
        milestones = np.cumsum([0.0, *(math.dist(start, end) for start, end in chosen)])
        arc = unit[:, 0] * milestones[-1]
        edge = np.clip(np.searchsorted(milestones, arc, side="right") - 1, 0, len(chosen) - 1)
        share = ((arc - milestones[edge]) / np.diff(milestones)[edge])[:, None]
        points: Array = (1 - share) * corners[edge, 0] + share * corners[edge, 1]
        return points

    @cached_property
    def _edges(self) -> tuple[Segment, ...]:
        return edges(self.vertices)


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
