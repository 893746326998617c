"""Where two values are given at a corner of a domain in the plane, and the jump there is known.

Axis legend: N points, D coordinates.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from nas.errors import UserError
from nas.problems.ansatz.angle_jump import AngleJump
from nas.problems.ansatz.face_jumps import jumps_along
from nas.problems.ansatz.held import Function
from nas.problems.ansatz.leading_part import Equation, stretch
from nas.problems.domains import Array, Domain
from nas.problems.domains.corners import Corner, corners_at, joints, planes
from nas.problems.domains.shape import interior, placed
from nas.problems.sampling import boundary_points

BESIDE = 0.005  # of the extent, from a corner: where it is asked which part a side is of
CLOSER = 1e-6  # of that: where it is asked what is given on it
SAME = 1e-6  # of the largest value: no jump
POINTS = 8192  # of all parts
ALONG = 16  # points that differ in the coordinates beside a plane
DECIMALS = 12  # of a place, over the extent: what is more is rounding
LEAST = math.radians(1)


def angle_jumps(
    values: Mapping[str, Function], equation: Equation, domain: Domain
) -> Iterator[AngleJump]:
    """The jumps of a field at corners, by the ``values`` that it has on parts, and its equation.

    Where two parts meet, and in a plane without another coordinate where the value jumps along one.
    Those that vary along other coordinates are left alone, and those of equations whose leading
    part in the plane is none of α u_xx + β u_yy.

    Examples
    --------
    >>> from nas.problems import Polygon
    >>> from nas.problems.ansatz.probing import probe
    >>> from nas.problems.terms import Equations, Setting
    >>> plate = Polygon([(0, 0), (1, 0), (0, 1)], names=["a", "b", "c"])
    >>> heat = Equations(lambda u: u.xx + u.yy).bind(Setting("plate", plate, ("u",)))
    >>> equation = Equation(probe(heat, plate, fields=1), number=0, field=0)
    >>> given = {"a": lambda points: points[:, 0], "c": lambda points: 2 + 0 * points[:, 0]}
    >>> [one.describe(plate, "u") for one in angle_jumps(given, equation, plate)]
    ['u jumps from 0 on a to 2 on c where they meet, at x=0, y=0']
    """
    every = boundary_points(domain, list(values), max(POINTS, 8 * len(values)), seed=0, draw=0)
    told = [values[part](torch.as_tensor(at)) for part, at in every.items()]
    size = max((float(one.abs().nan_to_num(0.0, 0.0).max()) for one in told), default=0.0)
    for plane in planes(domain) if size else ():
        axes = [domain.coordinates.index(name) for name in plane.coordinates]
        # What is given at the start of time, or on the bottom of a prism, is so inside its plane.
        own = {part: at for part, at in every.items() if not interior(plane, at[:, axes]).any()}
        if not own:
            continue
        edge = _Edge(values, own, axes, SAME * size, float(np.ptp(plane.bounds, axis=1).max()))
        along = [_along(values[part], plane, part) for part in own if plane is domain]
        places = [at[None] for at in joints(plane) if edge.disagrees(at)]
        found = corners_at(plane, np.concatenate([np.empty((0, 2)), *places, *along]), LEAST)
        yield from filter(None, (edge.jump(equation, corner) for corner in found))


@dataclass(frozen=True)
class _Edge:
    """What is given along the boundary of a plane.

    Parameters
    ----------
    values
        What each part gives.
    points : Array (N, D) each
        Of each part.
    axes
        The plane's.
    tolerance
        By how much values differ that are the same.
    extent
        The plane's.
    """

    values: Mapping[str, Function]
    points: Mapping[str, Array]
    axes: Sequence[int]
    tolerance: float
    extent: float

    def disagrees(self, at: Array) -> bool:
        """Whether parts near a place (2,) give different values on their way to it."""
        rows = self._tree.query_ball_point(at, BESIDE * self.extent)
        rows.sort(key=lambda row: float(np.linalg.norm(self._tree.data[row] - at)))
        nearest = {self._parts[row]: self._tree.data[row] - at for row in reversed(rows)}
        told = [self._value(part, at, way)[0] for part, way in nearest.items()]
        return bool(told) and not float(max(told) - min(told)) <= self.tolerance

    def jump(self, equation: Equation, corner: Corner) -> AngleJump | None:
        """That at a corner, if there is one."""
        at, near = np.array(corner.at), BESIDE * self.extent
        found = self._tree.query(at + near * corner.sides)
        far, rows = np.atleast_1d(found[0]), np.atleast_1d(found[1])
        by = stretch(equation, self.axes, at + near * corner.inwards)
        if by is None or far.max() > near / 2:
            return None
        between = self._parts[rows[0]], self._parts[rows[1]]
        one, other = (
            self._value(part, at, near * side)
            for part, side in zip(between, corner.sides, strict=True)
        )
        jump = one - other
        is_one = (jump - jump[0]).abs().max() <= self.tolerance < jump[0].abs()
        told = float(one[0]) + 0.0, float(other[0]) + 0.0  # no -0
        stretched = corner.stretched(by)
        return AngleJump(equation.field, stretched, between, told) if is_one else None

    @cached_property
    def _tree(self) -> "cKDTree[None]":
        return cKDTree(np.concatenate([one[:, self.axes] for one in self.points.values()]))

    @cached_property
    def _parts(self) -> list[str]:
        """Of each point of the tree."""
        return [part for part, points in self.points.items() for _ in points]

    def _value(self, part: str, at: Array, way: Array) -> Tensor:
        """What a part gives at a place (N,); or on the way to it, if that is another value.

        Such as ``torch.where(x > 0, 1.0, 0.0)``, whose value at x = 0 counts for nothing.
        """
        there, near = (self._with(place) for place in (at, at + CLOSER * way))
        there, near = self.values[part](there), self.values[part](near)
        return torch.where((near - there).abs() <= self.tolerance, there, near)

    def _with(self, at: Array) -> Tensor:
        """Points (N, D) that lie at a place of the plane, and otherwise as some of a part do."""
        points = torch.tensor(next(iter(self.points.values()))[:ALONG])
        points[:, self.axes] = torch.as_tensor(at)
        return points


def _along(value: Function, plane: Domain, part: str) -> Array:
    """Where the value jumps along a part (N, 2); and where a part that leads around begins."""

    def on(shares: Tensor) -> Array:
        return placed(plane, part, shares.numpy()[:, None])[0]

    try:
        begins, ends = on(torch.tensor([0.0, 1.0], dtype=torch.float64))
    except UserError:  # a user's own domain that does not tell which point leads where
        return np.empty((0, 2))
    found = jumps_along(lambda shares: value(torch.as_tensor(on(shares))), (0.0, 1.0))
    at = on(torch.tensor([at for at, _ in found], dtype=torch.float64))
    at = np.concatenate([at, begins[None]]) if np.allclose(begins, ends) else at
    size = float(np.ptp(plane.bounds, axis=1).max())
    found_at: Array = (at / size).round(DECIMALS) * size + 0.0  # no -0
    return found_at
