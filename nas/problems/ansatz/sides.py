"""Which parts of a domain's boundary lie on both sides of its corners in a plane.

Axis legend: N points, D coordinates.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from nas.problems.domains import Array, Domain
from nas.problems.domains.corners import Corner
from nas.problems.sampling import boundary_points

BESIDE = 1e-3  # of the extent, from a corner: how far a side is followed
CLOSER = 1e-6  # of that: where it is asked what holds on it
# Points of the boundary for each extent of its length, so that one is as near to each place; how
# many at least and at most, and of each part.
POINTS, FEWEST, MOST, EACH = 2**13, 2**14, 2**19, 16
ALONG = 16  # points that differ in the coordinates beside the plane
AROUND, STEP = 16, 1e-3  # directions, and how far of that a plane is looked for beside a point


class Sides:
    """The sides of corners in a plane.

    Parameters
    ----------
    domain
        The whole.
    plane
        Itself, one of its factors or two coordinates of a box.

    Examples
    --------
    >>> from nas.problems import Polygon
    >>> from nas.problems.domains.corners import corners_at
    >>> plate = Polygon([(0, 0), (1, 0), (0, 1)], names=["a", "b", "c"])
    >>> (corner,) = corners_at(plate, np.array([[0.0, 0.0]]), least=1.0)
    >>> Sides(plate, plate).parts(corner)
    ('a', 'c')
    """

    def __init__(self, domain: Domain, plane: Domain) -> None:
        self.domain, self.plane = domain, plane
        self.axes = [domain.coordinates.index(name) for name in plane.coordinates]
        self.near = BESIDE * float(np.ptp(plane.bounds, axis=1).max())

    def beside(self, at: Array) -> dict[str, Array]:
        """The parts that have points near a place (2,), and the way (2,) to the nearest of each."""
        found: dict[str, Array] = {}
        for row in self._tree.query_ball_point(at, self.near):
            name, way = self._names[row], self._tree.data[row] - at
            if name not in found or np.linalg.norm(way) < np.linalg.norm(found[name]):
                found[name] = way
        return found

    def parts(self, corner: Corner) -> tuple[str, str] | None:
        """Those on the two sides of a corner; None where others are near, or one is too short."""
        sides = np.array(corner.at) + np.array([[[0.5]], [[1.0]]]) * self.near * corner.sides
        far, rows = (np.asarray(found) for found in self._tree.query(sides.reshape(-1, 2)))
        (first, last), (again, still) = np.array(self._names)[rows].reshape(2, 2).tolist()
        found = first, last
        is_told = found == (again, still) and far.max() <= self.near / 4
        return found if is_told and self.beside(np.array(corner.at)).keys() <= {*found} else None

    def within(self, corner: Corner) -> Array:
        """A place (2,) in the domain, close to a corner."""
        found: Array = np.array(corner.at) + CLOSER * self.near * corner.inwards
        return found

    def points(self, corner: Corner) -> Iterator[Array]:
        """For each of its sides some points (N, D) on it, close to the corner."""
        for side in corner.sides:
            yield self.at(np.array(corner.at) + CLOSER * self.near * side)

    def at(self, place: Array) -> Array:
        """Points (N, D) that lie at a place (2,) of the plane, and anywhere along all else."""
        count = 1 if self.plane is self.domain else ALONG
        points: Array = next(iter(self._drawn.values()))[:count].copy()
        points[:, self.axes] = place
        return points

    @cached_property
    def _drawn(self) -> dict[str, Array]:
        """Points (N, D) of the parts that bound the plane.

        Not those of the start of time, or of the bottom of a prism, which are all over it.
        """
        names = list(self.domain.parts)
        extents = BESIDE * sum(self.plane.parts.values()) / self.near
        count = max(int(min(max(POINTS * extents, FEWEST), MOST)), EACH * len(names))
        drawn = boundary_points(self.domain, names, count, seed=0, draw=0)
        return {part: points for part, points in drawn.items() if self._bounds(points[:EACH])}

    def _bounds(self, points: Array) -> bool:
        """Whether points (N, D) lie on the plane's boundary: beside each it is not everywhere."""
        angles = 2 * np.pi * (np.arange(AROUND) + 0.3) / AROUND
        steps = STEP * self.near * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        around = points[:, None, self.axes] + steps
        inside = self.plane.contains(around.reshape(-1, 2)).reshape(len(points), AROUND)
        return not bool(inside.all(axis=1).any())

    @cached_property
    def _names(self) -> list[str]:
        """The part of each point of the tree."""
        return [part for part, points in self._drawn.items() for _ in points]

    @cached_property
    def _tree(self) -> "cKDTree[None]":
        return cKDTree(np.concatenate(list(self._drawn.values()))[:, self.axes])
