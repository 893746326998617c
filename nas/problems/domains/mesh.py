"""Domains made of triangles or tetrahedra.

Axis legend: N points, M simplices, F faces, D coordinates (2 or 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import factorial

import numpy as np

from nas.errors import UserError
from nas.problems.domains.corners import sharp
from nas.problems.domains.domain import Array, Mask, rounding
from nas.problems.domains.facets import Faceted, Facets
from nas.problems.domains.locator import Locator
from nas.problems.domains.round import check_coordinates
from nas.problems.domains.solid import check_array, check_numbers

REST = "boundary"  # the part of all faces without a name


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Mesh(Faceted):
    """A domain of triangles in the plane, or of tetrahedra in space.

    Parameters
    ----------
    vertices : (V, D)
    simplices : (M, D+1), numbers of vertices
    groups
        Named parts of the boundary: faces (F, D), numbers of vertices. Faces inside do not count;
        those on the boundary without a name are the part ``boundary``.
    coordinates
        The coordinates' names; by default x, y, z as many as there are.

    Raises
    ------
    UserError
        If arrays have other shapes, a simplex has no volume, more than two share a face, a group
        has no face on the boundary, or coordinates cannot be names.

    Examples
    --------
    >>> corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    >>> mesh = Mesh(corners, [(0, 1, 2), (0, 2, 3)], {"bottom": [(0, 1)]})
    >>> mesh.measure, mesh.parts
    (1.0, {'bottom': 1.0, 'boundary': 3.0})
    >>> mesh.normals("bottom", np.array([[0.5, 0.0]])).tolist()
    [[0.0, -1.0]]
    """

    vertices: Array
    simplices: Array
    faces: Mapping[str, Array]
    coordinates: tuple[str, ...]

    def __init__(
        self,
        vertices: Sequence[Sequence[float]] | Array,
        simplices: Sequence[Sequence[int]] | Array,
        groups: Mapping[str, Sequence[Sequence[int]] | Array] | None = None,
        coordinates: Sequence[str] | None = None,
    ) -> None:
        set_ = object.__setattr__  # frozen for its users
        set_(self, "vertices", check_array("Mesh: vertices", vertices, np.float64, 2, 3))
        dimension = self.vertices.shape[1]
        cells = check_array("Mesh: simplices", simplices, np.int64, dimension + 1)
        check_numbers("Mesh: simplices", cells, len(self.vertices))
        set_(self, "simplices", cells)
        set_(self, "coordinates", check_coordinates("Mesh", coordinates, dimension))
        empty = np.flatnonzero(~((self._volumes > 0) & np.isfinite(self._volumes)))
        if len(empty):
            raise UserError(f"Mesh: simplex {empty[0]} has no volume, or one that is not finite")
        outer = outer_faces(self.vertices, cells)
        self._check_joined(outer)
        set_(self, "faces", _faces(outer, groups or {}))

    def _check_joined(self, outer: Array) -> None:
        """Refuse simplices that lie in one another, and ``outer`` faces (F, D) on one another."""
        middles = self.vertices[self.simplices].mean(axis=1)
        crowded = np.flatnonzero(self._locator.count(middles, -rounding(self.bounds), most=2) > 1)
        if len(crowded):
            raise UserError(f"Mesh: simplex {crowded[0]} overlaps another; expected none to")
        places, place = np.unique(self.vertices, axis=0, return_inverse=True)
        at = np.sort(place.reshape(-1)[outer], axis=1)  # equal where vertices coincide
        faces, count = np.unique(at, axis=0, return_counts=True)
        if count.max() > 1:
            vertex = places[faces[count.argmax(), 0]]
            raise UserError(
                f"Mesh: {(count > 1).sum()} faces of the boundary lie on another one, such as at "
                f"{tuple(vertex.tolist())}; expected vertices that coincide to be one: merge them, "
                "as by np.unique(vertices, axis=0, return_inverse=True)"
            )

    def __repr__(self) -> str:
        return f"Mesh({len(self.simplices)} simplices)"

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        used = self.vertices[np.unique(self.simplices)]
        return tuple(zip(used.min(axis=0).tolist(), used.max(axis=0).tolist(), strict=True))

    @cached_property
    def measure(self) -> float:
        """The area or volume."""
        return float(self._volumes.sum())

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed domain, up to rounding: (N,)."""
        return self._locator.holds(points, rounding(self.bounds))

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the open domain, not by rounding alone: (N,)."""
        facets = Facets(self.vertices[np.concatenate(list(self.faces.values()))])
        inside = self.contains(points)
        inside[inside] = ~facets.near(points[inside], rounding(self.bounds))
        return inside

    @cached_property
    def corner_points(self) -> Array:
        """See `nas.problems.domains.corners`: where its boundary turns."""
        faces = np.concatenate(list(self.faces.values()))
        if faces.shape[1] != 2:
            return np.empty((0, 3))
        starts = np.argsort(faces[:, 0])
        following = starts[np.searchsorted(faces[starts, 0], faces[:, 1])]
        sides: Array = np.diff(self.vertices[faces], axis=1)[:, 0]
        found: Array = self.vertices[faces[sharp(sides, sides[following]), 1]]
        return found

    @cached_property
    def joints(self) -> Array:
        """See `nas.problems.domains.corners`: where an edge of another part begins."""
        if self.vertices.shape[1] != 2:
            return np.empty((0, self.vertices.shape[1]))
        ends = [np.unique(faces) for faces in self.faces.values()]
        at, count = np.unique(np.concatenate(ends), return_counts=True)
        found: Array = self.vertices[at[count > 1]]
        return found

    @cached_property
    def _volumes(self) -> Array:
        """(M,)."""
        corners = self.vertices[self.simplices]
        with np.errstate(over="ignore"):  # told where they are used first
            found = np.linalg.det(corners[:, 1:] - corners[:, :1])
        volumes: Array = np.abs(found) / factorial(corners.shape[2])
        return volumes

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.vertices[self.simplices])

    @cached_property
    def facets(self) -> Mapping[str, Facets]:
        """See `Faceted`."""
        return {part: Facets(self.vertices[own]) for part, own in self.faces.items()}


def outer_faces(vertices: Array, simplices: Array) -> Array:
    """The faces (F, D) of simplices (M, D+1) that belong to one alone, their normals outwards.

    Raises
    ------
    UserError
        If more than two simplices share a face, or two that lie on the same side of it.

    Examples
    --------
    >>> corners = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    >>> sorted(map(sorted, outer_faces(corners, np.array([(0, 1, 2), (0, 2, 3)])).tolist()))
    [[0, 1], [0, 3], [1, 2], [2, 3]]
    """
    dimension = simplices.shape[1] - 1
    which = [list(chosen) for chosen in combinations(range(dimension + 1), dimension)]
    faces = np.concatenate([simplices[:, chosen] for chosen in which])
    left = [({*range(dimension + 1)} - {*chosen}).pop() for chosen in which]
    opposite = np.concatenate([simplices[:, one] for one in left])
    _, first, which_face, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    if count.max() > 2:
        raise UserError("Mesh: more than two simplices share a face; expected a mesh of a domain")
    of_face = which_face.reshape(-1)
    normals = Facets(vertices[faces[first]]).normals[of_face]
    inward = vertices[opposite] - vertices[faces[first][of_face, 0]]
    beyond = np.einsum("fd,fd->f", normals, inward) > 0
    twice = count[of_face] == 2
    if (np.bincount(of_face[twice], beyond[twice], len(count))[count == 2] != 1).any():
        raise UserError(
            "Mesh: two simplices that share a face lie on the same side of it; expected none to "
            "overlap"
        )
    outer = np.sort(first[count == 1])
    found: Array = faces[outer]
    found[beyond[outer]] = found[beyond[outer]][:, ::-1]
    return found


def _faces(outer: Array, groups: Mapping[str, Sequence[Sequence[int]] | Array]) -> dict[str, Array]:
    """The outer faces by the names of their groups; the first group that has a face keeps it."""
    number = {tuple(sorted(face)): index for index, face in enumerate(outer.tolist())}
    free = np.ones(len(outer), bool)
    found: dict[str, Array] = {}
    if not isinstance(groups, Mapping):
        raise UserError(
            "Mesh: groups: expected the faces of each by its name, such as {'inlet': [...]}, got "
            f"{type(groups).__name__}"
        )
    for name, group in groups.items():
        own = check_array(f"Mesh: group {name!r}", group, np.int64, outer.shape[1])
        known = [number[key] for key in map(tuple, np.sort(own, axis=1).tolist()) if key in number]
        mine = np.unique([index for index in known if free[index]]).astype(int)
        if not len(mine):
            raise UserError(f"Mesh: group {name!r}: none of its faces is on the boundary")
        found[name], free[mine] = outer[mine], False
    if free.any():
        found[REST] = np.concatenate([found[REST], outer[free]]) if REST in found else outer[free]
    return found
