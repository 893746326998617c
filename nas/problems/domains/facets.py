"""The faces of a mesh: edges in the plane, triangles in space.

Axis legend: N points, F faces, D coordinates (2 or 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from nas.problems.domains.domain import Array, Domain, Mask, check_part
from nas.problems.domains.shape import Shape

_CHUNK = 2**20  # pairs of points and faces at a time, for memory


@dataclass(frozen=True, eq=False)
class Facets:
    """Faces by their corners.

    Parameters
    ----------
    corners : Array (F, D, D), the coordinates last

    Examples
    --------
    >>> edges = Facets(np.array([[[0.0, 0.0], [2.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]]]))
    >>> edges.measures.tolist(), edges.normals.tolist()  # to the right of each
    ([2.0, 1.0], [[0.0, -1.0], [-1.0, -0.0]])
    >>> edges.on(np.array([[0.5]])).tolist()  # of a length of 3 in all
    [[1.5, 0.0]]
    """

    corners: Array

    @cached_property
    def measures(self) -> Array:
        """Lengths or areas (F,)."""
        lengths = np.linalg.norm(self._across, axis=1)
        measures: Array = lengths / (self.corners.shape[1] - 1)  # a triangle is half of its square
        return measures

    @cached_property
    def normals(self) -> Array:
        """Unit normals (F, D): to the right of an edge, right-handed to a triangle."""
        normals: Array = self._across / np.linalg.norm(self._across, axis=1, keepdims=True)
        return normals

    def on(self, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto all faces, measure for measure: points (N, D)."""
        milestones = np.cumsum([0.0, *self.measures])
        place = unit[:, 0] * milestones[-1]
        last = len(self.corners) - 1
        face = np.clip(np.searchsorted(milestones, place, side="right") - 1, 0, last)
        share = np.clip((place - milestones[face]) / self.measures[face], 0, 1)
        first = self.corners[face, 0]
        if unit.shape[1] == 1:
            along = share[:, None]
            points: Array = (1 - along) * first + along * self.corners[face, 1]
            return np.clip(points, *self._bounds)
        # The root makes up for a triangle being wider the farther from its first corner.
        out, along = np.sqrt(share)[:, None], unit[:, 1:]
        opposite = (1 - along) * self.corners[face, 1] + along * self.corners[face, 2]
        points = (1 - out) * first + out * opposite
        return np.clip(points, *self._bounds)  # rounding may lead out

    def nearest(self, points: Array) -> tuple[Array, Array]:
        """For each of the points (N, D) the number of a nearest face, and about how far off it is.

        On a face it is exact.
        """
        size = max(1, _CHUNK // len(self.corners))
        found = [self._nearest(points[i : i + size]) for i in range(0, len(points), size)]
        face, apart = zip(*found, strict=True) if found else ((), ())
        return np.concatenate([*face, []]).astype(int), np.concatenate([*apart, []])

    def near(self, points: Array, slack: float) -> Mask:
        """Which of the points (N, D) lie on a face, up to ``slack``: (N,)."""
        near: Mask = self.nearest(points)[1] <= slack
        return near

    def _nearest(self, points: Array) -> tuple[Array, Array]:
        offset = points[:, None] - self.corners[:, 0]  # (N, F, D)
        height = np.abs(np.einsum("nfd,fd->nf", offset, self.normals))
        # How far beyond each side of the face, in its own plane.
        weights = np.einsum("nfd,fdk->nfk", offset, self._inverse)
        weights = np.concatenate([1 - weights.sum(axis=2, keepdims=True), weights], axis=2)
        beyond = np.maximum(-weights / self._slopes, 0).max(axis=2)
        apart = np.hypot(height, beyond)
        face = apart.argmin(axis=1)
        return face, np.take_along_axis(apart, face[:, None], axis=1)[:, 0]

    @cached_property
    def _bounds(self) -> tuple[Array, Array]:
        return self.corners.min(axis=(0, 1)), self.corners.max(axis=(0, 1))

    @cached_property
    def _across(self) -> Array:
        sides = self.corners[:, 1:] - self.corners[:, :1]
        if sides.shape[1] == 1:
            return np.stack([sides[:, 0, 1], -sides[:, 0, 0]], axis=1)
        across: Array = np.cross(sides[:, 0], sides[:, 1])
        return across

    @cached_property
    def _inverse(self) -> Array:
        """Takes offsets to the weights of all corners but the first: (F, D, D-1)."""
        return np.linalg.pinv(self.corners[:, 1:] - self.corners[:, :1]).astype(np.float64)

    @cached_property
    def _slopes(self) -> Array:
        """How fast the corners' weights change over the face: (F, D)."""
        first = -self._inverse.sum(axis=2, keepdims=True)
        slopes: Array = np.linalg.norm(np.concatenate([first, self._inverse], axis=2), axis=1)
        return slopes


class Faceted(Shape):
    """A domain whose boundary is made of `facets`, part by part.

    Examples
    --------
    >>> from nas.problems import Mesh
    >>> triangle = Mesh([(0, 0), (3, 0), (0, 4)], [(0, 1, 2)], {"bottom": [(0, 1)]})
    >>> triangle.parts, triangle.normals("bottom", np.array([[1.0, 0.0]])).tolist()
    ({'bottom': 3.0, 'boundary': 9.0}, [[0.0, -1.0]])
    """

    @property
    def facets(self) -> Mapping[str, Facets]:
        """Those of each part, their normals outwards."""
        raise NotImplementedError

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The parts of the boundary and their lengths or areas."""
        return {part: float(own.measures.sum()) for part, own in self.facets.items()}

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a part, measure for measure: points (N, D).

        Raises
        ------
        UserError
            If the domain has no such part.
        """
        return self._of(part).on(unit)

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) of the faces nearest to points (N, D)."""
        own = self._of(part)
        normals: Array = own.normals[own.nearest(points)[0]]
        return normals

    def _of(self, part: str) -> Facets:
        check_part(cast(Domain, self), part)  # which each kind is in full
        return self.facets[part]
