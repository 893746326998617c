"""Where two values are given at a corner of a domain in the plane, and the jump there is known.

Axis legend: N points, D coordinates.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

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
POINTS = 2048  # of a part
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
    drawn = {part: boundary_points(domain, [part], POINTS, seed=0, draw=0)[part] for part in values}
    told = [value(torch.as_tensor(drawn[part])) for part, value in values.items()]
    size = max((float(one.abs().nan_to_num(0.0, 0.0).max()) for one in told), default=0.0)
    for plane in planes(domain) if size else ():
        axes = [domain.coordinates.index(name) for name in plane.coordinates]
        near = BESIDE * float(np.ptp(plane.bounds, axis=1).max())
        # What is given at the start of time, or on the bottom of a prism, is so inside its plane.
        own = {part: at for part, at in drawn.items() if not interior(plane, at[:, axes]).any()}
        along = [_along(values[part], plane, part) for part in own if len(domain.coordinates) == 2]
        for corner in corners_at(plane, np.concatenate([joints(plane), *along]), LEAST):
            sides = np.array(corner.at) + near * corner.sides
            first, last = (_part(own, axes, at, near / 2) for at in sides)
            by = stretch(equation, axes, np.array(corner.at) + near * corner.inwards)
            if first is None or last is None or by is None:
                continue
            others = torch.as_tensor(own[first][:ALONG])
            one, other = (
                _given(values[part], others, axes, corner, CLOSER * near * side, SAME * size)
                for part, side in zip((first, last), corner.sides, strict=True)
            )
            jump = one - other
            if bool(((jump - jump[0]).abs() <= SAME * size).all() & (jump[0].abs() > SAME * size)):
                found = float(one[0]) + 0.0, float(other[0]) + 0.0  # no -0
                yield AngleJump(equation.field, corner.stretched(by), (first, last), found)


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


def _part(drawn: Mapping[str, Array], axes: Sequence[int], at: Array, within: float) -> str | None:
    """The part nearest to a point (2,) of a plane, if one is ``within`` a distance."""
    far = {part: cKDTree(points[:, axes]).query(at)[0] for part, points in drawn.items()}
    nearest = min(far, key=lambda part: far[part])
    return nearest if far[nearest] < within else None


def _with(others: Tensor, axes: Sequence[int], at: Array) -> Tensor:
    """Points (N, D) that lie at a place (2,) of a plane, and otherwise as others do."""
    points = others.clone()
    points[:, axes] = torch.as_tensor(at)
    return points


def _given(
    value: Function,
    others: Tensor,
    axes: Sequence[int],
    corner: Corner,
    step: Array,
    tolerance: float,
) -> Tensor:
    """What a condition gives at a corner (N,); or on the way to it, if that is another value.

    Such as ``torch.where(x > 0, 1.0, 0.0)``, whose value at x = 0 counts for nothing.
    """
    there, near = (_with(others, axes, at) for at in (np.array(corner.at), corner.at + step))
    there, near = value(there), value(near)
    return torch.where((near - there).abs() <= tolerance, there, near)
