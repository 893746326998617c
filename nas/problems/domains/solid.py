"""Solids that are given by their surface, as in an STL file.

Axis legend: N points, F triangles.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nas.errors import UserError
from nas.problems.domains.domain import Array, Mask, rounding
from nas.problems.domains.facets import Faceted, Facets
from nas.problems.domains.round import check_coordinates

FLAT = 1e-12  # of the volume of the box around it: what encloses no more than that is flat
_CHUNK = 2**20  # pairs of points and triangles at a time, for memory


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Solid(Faceted):
    """What a closed surface of triangles goes around, such as that of an STL file.

    Inside is where the surface winds around a point: its generalised winding number, a sum of
    solid angles (Jacobson, Kavan & Sorkine-Hornung 2013; van Oosterom & Strackee 1983).

    Parameters
    ----------
    vertices : (V, 3)
    triangles
        By part: corners (F, 3), numbers of vertices, in the same sense around all triangles.
    coordinates
        The coordinates' names.

    Raises
    ------
    UserError
        If the surface is not closed, its triangles run in different senses, or numbers or names
        are wrong.

    Examples
    --------
    >>> corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    >>> solid = Solid(corners, {"surface": [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]})
    >>> round(solid.measure, 9), solid.contains(np.array([[0.2, 0.2, 0.2], [1, 1, 1.0]])).tolist()
    (0.166666667, [True, False])
    """

    vertices: Array
    triangles: Mapping[str, Array]
    coordinates: tuple[str, ...]

    def __init__(
        self,
        vertices: Sequence[Sequence[float]] | Array,
        triangles: Mapping[str, Sequence[Sequence[int]] | Array],
        coordinates: Sequence[str] = ("x", "y", "z"),
    ) -> None:
        corners = check_array("Solid: vertices", vertices, np.float64, 3)
        if not isinstance(triangles, Mapping):
            raise UserError(
                "Solid: triangles: expected those of each part by its name, such as "
                f"{{'surface': [...]}}, got {type(triangles).__name__}"
            )
        faces = {
            part: check_array(f"Solid: {part}", own, np.int64, 3) for part, own in triangles.items()
        }
        all_ = np.concatenate([np.empty((0, 3), np.int64), *faces.values()])
        check_numbers("Solid", all_, len(corners))
        _check_closed(all_.tolist())
        set_ = object.__setattr__  # frozen for its users
        set_(self, "vertices", corners)
        set_(self, "coordinates", check_coordinates("Solid", coordinates, 3))
        volume, box = _volume(corners, all_), np.ptp(corners[all_].reshape(-1, 3), axis=0).prod()
        if abs(volume) <= FLAT * box:
            raise UserError("Solid: the surface encloses no volume; expected that of a body")
        if volume < 0:  # turned round, so that normals point out
            faces = {part: own[:, ::-1] for part, own in faces.items()}
        set_(self, "triangles", faces)

    def __repr__(self) -> str:
        return f"Solid({len(self._all.corners)} triangles)"

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        used = self._all.corners.reshape(-1, 3)
        return tuple(zip(used.min(axis=0).tolist(), used.max(axis=0).tolist(), strict=True))

    @cached_property
    def measure(self) -> float:
        """The volume."""
        return _volume(self.vertices, np.concatenate(list(self.triangles.values())))

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, 3) lie in the closed solid, up to rounding: (N,)."""
        return self._inside(points) | self._all.near(points, rounding(self.bounds))

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, 3) lie in the open solid, not by rounding alone: (N,)."""
        return self._inside(points) & ~self._all.near(points, rounding(self.bounds))

    def _inside(self, points: Array) -> Mask:
        size = max(1, _CHUNK // len(self._all.corners))
        turns = [self._winding(points[i : i + size]) for i in range(0, len(points), size)]
        return np.concatenate([*turns, []]) > 0.5

    def _winding(self, points: Array) -> Array:
        """How often the surface winds around each of the points: (N,)."""
        a, b, c = np.moveaxis(self._all.corners[None] - points[:, None, None], 2, 0)  # (N, F, 3)
        la, lb, lc = (np.linalg.norm(one, axis=2) for one in (a, b, c))
        volume = np.einsum("nfd,nfd->nf", a, np.cross(b, c))
        below = (
            la * lb * lc
            + np.einsum("nfd,nfd->nf", a, b) * lc
            + np.einsum("nfd,nfd->nf", b, c) * la
            + np.einsum("nfd,nfd->nf", c, a) * lb
        )
        winding: Array = np.arctan2(volume, below).sum(axis=1) / (2 * np.pi)
        return winding

    @cached_property
    def facets(self) -> Mapping[str, Facets]:
        """See `Faceted`."""
        return {part: Facets(self.vertices[own]) for part, own in self.triangles.items()}

    @cached_property
    def _all(self) -> Facets:
        return Facets(self.vertices[np.concatenate(list(self.triangles.values()))])


def check_array(
    where: str, values: Sequence[Sequence[float]] | Array, dtype: type, *widths: int
) -> Array:
    """The rows as an array (n, width) of finite (or whole) numbers; else raise `UserError`.

    Examples
    --------
    >>> check_array("vertices", [(0, 0), (1, 0)], np.float64, 2).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    try:
        found = np.empty(0, object) if np.ma.is_masked(values) else np.asarray(values)
    except (ValueError, RuntimeError):  # rows of different lengths; a tensor that has a gradient
        found = np.empty(0, object)
    right = found.ndim == 2 and found.shape[1] in widths and len(found) > 0
    kinds, what = ("iu", "whole") if dtype is np.int64 else ("iuf", "finite")
    if not right or found.dtype.kind not in kinds or not np.isfinite(found).all():
        width = " or ".join(map(str, widths))
        raise UserError(f"{where}: expected rows of {width} {what} numbers, got {values!r:.60}")
    return found.astype(dtype)


def check_numbers(where: str, rows: Array, count: int) -> None:
    """Raise `UserError` unless all are numbers of ``count`` vertices.

    Examples
    --------
    >>> check_numbers("Mesh", np.array([[0, 1, 2]]), 3)
    """
    if len(rows) and (rows.min() < 0 or rows.max() >= count):
        raise UserError(f"{where}: expected numbers of vertices, from 0 to {count - 1}")


def _check_closed(triangles: Sequence[Sequence[int]]) -> None:
    """Each edge has to be run through once one way and once the other."""
    corners = Counter(tuple(sorted(triangle)) for triangle in triangles)
    if twice := [corner for corner, count in corners.items() if count > 1]:
        raise UserError(
            f"Solid: {len(twice)} triangles are there twice, such as that of the vertices "
            f"{', '.join(map(str, twice[0]))}; expected each once"
        )
    edges = Counter((t[i], t[(i + 1) % 3]) for t in triangles for i in range(3))
    open_ = sum(1 for a, b in edges if edges[b, a] != edges[a, b])
    if open_ or not edges:
        raise UserError(
            f"Solid: the surface is not closed, or its triangles run in different senses: {open_} "
            "edges are not shared by two; expected a watertight mesh"
        )


def _volume(vertices: Array, triangles: Array) -> float:
    """The signed volume: of pyramids over the triangles, with a vertex as their tip."""
    a, b, c = np.moveaxis(vertices[triangles] - vertices[0], 1, 0)
    return float(np.einsum("fd,fd->f", a, np.cross(b, c)).sum() / 6)
