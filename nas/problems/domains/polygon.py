"""Polygons in the plane, with holes.

Axis legend: N points or cells, E edges; … any leading axes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.corners import sharp
from nas.problems.domains.domain import Array, Mask, check_names, check_part, rounding
from nas.problems.domains.outline import check_outlines, outlines
from nas.problems.domains.segments import (
    Segment,
    Vertex,
    area,
    crossed_by,
    depth,
    edges,
    harmonic,
    on_segments,
    segment_distance,
)
from nas.problems.domains.shape import Shape, Sides

Names = str | Sequence[str]


@dataclass(frozen=True, repr=False)
class Polygon(Shape):
    """A simple polygon in the plane, its edges in the order of its vertices, with or without holes.

    Parameters
    ----------
    vertices
        At least three corners, counter-clockwise or clockwise.
    coordinates
        The two coordinates' names.
    names
        The name of each edge; the edge i runs from vertex i to vertex i + 1. Edges of the same
        name form one part of the boundary. By default ``edge_0``, ``edge_1``, ...
    holes
        The vertices of each hole. Holes lie inside and touch neither the outline nor each other.
    hole_names
        For each hole a name, or one for each of its edges. By default ``hole_0``, ``hole_1``, ...

    Raises
    ------
    UserError
        If an outline has fewer than three vertices, a vertex that is not two finite numbers,
        an edge without length, or edges that touch elsewhere than in a shared vertex; if a hole
        is not inside, or touches; if coordinates or names cannot be names, or their number is
        wrong.

    Examples
    --------
    >>> triangle = Polygon([(0, 0), (3, 0), (0, 4)], names=["bottom", "slope", "left"])
    >>> triangle.measure, triangle.parts
    (6.0, {'bottom': 3.0, 'slope': 5.0, 'left': 4.0})
    >>> triangle.on("slope", np.array([[0.0], [0.5]])).tolist()  # by arc length
    [[3.0, 0.0], [1.5, 2.0]]
    >>> triangle.normals("slope", np.array([[1.5, 2.0]])).tolist()
    [[0.8, 0.6]]
    >>> square = [(0.5, 0.5), (1, 0.5), (1, 1), (0.5, 1)]
    >>> plate = Polygon([(0, 0), (3, 0), (0, 4)], holes=[square], hole_names=["slot"])
    >>> plate.measure, plate.parts["slot"]
    (5.75, 2.0)
    """

    vertices: tuple[Vertex, ...]
    coordinates: tuple[str, ...] = ("x", "y")
    names: tuple[str, ...] | None = None
    holes: tuple[tuple[Vertex, ...], ...] = ()
    hole_names: tuple[tuple[str, ...], ...] | None = None

    def __init__(
        self,
        vertices: Sequence[Sequence[float]],
        coordinates: Sequence[str] = ("x", "y"),
        names: Sequence[str] | None = None,
        holes: Sequence[Sequence[Sequence[float]]] = (),
        hole_names: Sequence[Names] | None = None,
    ) -> None:
        corners, inner = outlines(vertices, holes)
        check_outlines(corners, inner)
        if len(coordinates) != 2:
            raise UserError(f"Polygon: expected two coordinates, got {tuple(coordinates)}")
        check_names("Polygon", coordinates)
        set_ = object.__setattr__  # frozen for its users
        set_(self, "vertices", corners)
        set_(self, "coordinates", tuple(coordinates))
        set_(self, "names", _edge_names("Polygon", names, len(corners)))
        set_(self, "holes", inner)
        set_(self, "hole_names", _hole_names(hole_names, inner))

    def __repr__(self) -> str:
        holes = f", {len(self.holes)} holes" if self.holes else ""
        return f"Polygon({len(self.vertices)} vertices{holes})"

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return tuple((min(values), max(values)) for values in zip(*self.vertices, strict=True))

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The edges' names and lengths, in the order of the vertices; then those of the holes."""
        return {
            name: math.fsum(math.dist(*edge) for edge in edges)
            for name, edges in self._edges_of.items()
        }

    @cached_property
    def measure(self) -> float:
        """The area."""
        return abs(area(self.vertices)) - math.fsum(abs(area(hole)) for hole in self.holes)

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the closed polygon: (N,).

        A point that rounding alone keeps off an edge (a few units in the last place) counts as
        on it.
        """
        inside, near = on_segments(self._edges, points, rounding(self.bounds))
        return inside | near

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, 2) lie in the open polygon, and not on an edge by rounding."""
        inside, near = on_segments(self._edges, points, rounding(self.bounds))
        return inside & ~near

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        inside = self.contains((low + high) / 2)
        found: Sides = np.where(inside, 1, -1).astype(np.int8)
        found[crossed_by(self._edges, low, high)] = 0
        return found

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit interval (N, 1) onto a part by its arc length: points (N, 2).

        Raises
        ------
        UserError
            If the polygon has no such part.
        """
        check_part(self, part)
        chosen = self._edges_of[part]
        corners = np.array(chosen)  # (E, 2 ends, 2 coordinates)
        milestones = np.cumsum([0.0, *(math.dist(start, end) for start, end in chosen)])
        arc = unit[:, 0] * milestones[-1]
        edge = np.clip(np.searchsorted(milestones, arc, side="right") - 1, 0, len(chosen) - 1)
        share = ((arc - milestones[edge]) / np.diff(milestones)[edge])[:, None]
        points = (1 - share) * corners[edge, 0] + share * corners[edge, 1]
        low, high = corners[edge].min(axis=1), corners[edge].max(axis=1)
        found: Array = np.clip(points, low, high)  # rounding may lead out
        return found

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, 2) at points (N, 2) on a part: those of the nearest edge."""
        check_part(self, part)
        chosen = self._edges_of[part]
        nearest = np.argmin([segment_distance(edge, points) for edge in chosen], axis=0)
        starts, ends = np.transpose(chosen, (1, 0, 2))
        x, y = ((ends - starts) / np.linalg.norm(ends - starts, axis=1, keepdims=True)).T
        normals: Array = np.stack([y, -x], axis=1)[nearest]  # the domain lies to the left
        return normals

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """The distance (…) of points (…, 2) from a part, over the polygon's larger extent.

        That of several edges is the harmonic sum of theirs, which is smooth on all of them.
        """
        check_part(self, part)
        size = max(high - low for low, high in self.bounds)
        found = [
            depth(edge[::-1] if outside else edge, points, size) for edge in self._edges_of[part]
        ]
        return harmonic(found)

    @cached_property
    def corner_points(self) -> Array:
        """See `nas.problems.domains.corners`: the vertices where an outline turns."""
        found = []
        for outline in map(np.array, (self.vertices, *self.holes)):
            after = np.roll(outline, -1, axis=0) - outline
            found.append(outline[sharp(np.roll(after, 1, axis=0), after)])
        return np.concatenate(found)

    @cached_property
    def joints(self) -> Array:
        """See `nas.problems.domains.corners`: the vertices where an edge of another part begins."""
        labels = [self.names or (), *(self.hole_names or ())]
        found = []
        for outline, own in zip((self.vertices, *self.holes), labels, strict=True):
            found += [
                at
                for at, one, other in zip(outline, own, (own[-1], *own[:-1]), strict=True)
                if one != other
            ]
        return np.reshape(np.array(found, dtype=np.float64), (-1, 2))

    @cached_property
    def _edges_of(self) -> dict[str, list[Segment]]:
        """The edges of each part."""
        labels = [*(self.names or ()), *(n for names in self.hole_names or () for n in names)]
        found: dict[str, list[Segment]] = {}
        for name, edge in zip(labels, self._edges, strict=True):
            found.setdefault(name, []).append(edge)
        return found

    @cached_property
    def _edges(self) -> tuple[Segment, ...]:
        """All edges, each with the domain to its left."""
        found: list[Segment] = []
        for corners, left in [(self.vertices, True), *((hole, False) for hole in self.holes)]:
            right_way = (area(corners) > 0) == left
            found += [edge if right_way else edge[::-1] for edge in edges(corners)]
        return tuple(found)


def _edge_names(where: str, names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"edge_{index}" for index in range(count))
    wrong = isinstance(names, str) or len(names) != count
    if wrong or not all(isinstance(name, str) and name for name in names):
        raise UserError(f"{where}: expected {count} names, one an edge, got {names!r}")
    return tuple(names)


def _hole_names(
    names: Sequence[Names] | None, holes: Sequence[Sequence[Vertex]]
) -> tuple[tuple[str, ...], ...]:
    """For each hole the names of its edges."""
    if names is None:
        names = [f"hole_{index}" for index in range(len(holes))]
    if isinstance(names, str) or len(names) != len(holes):
        raise UserError(f"Polygon: expected {len(holes)} hole_names, one a hole, got {names!r}")
    return tuple(
        _edge_names(
            f"Polygon: hole {index}", [own] * len(hole) if isinstance(own, str) else own, len(hole)
        )
        for index, (own, hole) in enumerate(zip(names, holes, strict=True))
    )
