"""Where two values are given at a corner of a domain in the plane, and the jump there is known.

Axis legend: N points, D coordinates.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from nas.errors import UserError
from nas.problems.ansatz.angle_jump import AngleJump
from nas.problems.ansatz.face_jumps import jumps_along
from nas.problems.ansatz.held import Function
from nas.problems.ansatz.leading_part import Equation, stretch
from nas.problems.ansatz.limits import on_the_way
from nas.problems.ansatz.sides import Sides
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array, Domain
from nas.problems.domains.corners import Corner, corners_at, joints, planes
from nas.problems.domains.shape import placed
from nas.problems.sampling import boundary_points

NEAR = (1e-9, 1e-7)  # of how far a side is followed: two steps along it, from a corner
SAME = 1e-6  # of the largest value: no jump
SOME = 1024  # points of a part, of which all values are the same where nothing jumps
DECIMALS = 12  # of a place, over the extent: what is more is rounding
LEAST = math.radians(1)
_NOWHERE = np.empty((0, 2))


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
    told = [_some(value, domain, part) for part, value in values.items()]
    size = max((float(one.abs().max()) for one in told), default=0.0)
    if not size or all(float((one - told[0][0]).abs().max()) <= SAME * size for one in told):
        return
    for plane in planes(domain):
        sides = Sides(domain, plane)
        along = [_along(value, plane, part) for part, value in values.items() if plane is domain]
        places = [at[None] for at in joints(plane) if _disagree(values, sides, at, SAME * size)]
        for corner in corners_at(plane, np.concatenate([_NOWHERE, *places, *along]), LEAST):
            found = _jump(values, equation, sides, corner, SAME * size)
            if found is not None:
                yield found


def _jump(
    values: Mapping[str, Function], equation: Equation, sides: Sides, corner: Corner, least: float
) -> AngleJump | None:
    """That at a corner, if there is one of more than the ``least`` height."""
    parts = sides.parts(corner)
    if parts is None or not set(parts) <= values.keys():
        return None
    at = np.array(corner.at)
    one, other = (
        _limit(values[part], sides, at, sides.near * side, least)
        for part, side in zip(parts, corner.sides, strict=True)
    )
    jump = one - other
    by = stretch(equation, sides.axes, sides.within(corner))
    if by is None or not bool((jump - jump[0]).abs().max() <= least < jump[0].abs()):
        return None
    told = float(one[0]) + 0.0, float(other[0]) + 0.0  # no -0
    return AngleJump(equation.field, corner.stretched(by), parts, told)


def _disagree(values: Mapping[str, Function], sides: Sides, at: Array, least: float) -> bool:
    """Whether parts that are near a place (2,) give different values there: the first question."""
    told = [
        float(_limit(values[part], sides, at, way, least)[0])
        for part, way in sides.beside(at).items()
        if part in values
    ]
    return bool(told) and not max(told) - min(told) <= least


def _limit(value: Function, sides: Sides, at: Array, way: Array, least: float) -> Tensor:
    """What a condition gives on its way to a place (N,)."""
    there, nearer, near = (
        value(torch.as_tensor(sides.at(at + step * way))) for step in (0.0, *NEAR)
    )
    return on_the_way(NEAR, (there, nearer, near), rounding=CLOSE * least, same=least)


def _some(value: Function, domain: Domain, part: str) -> Tensor:
    """Finite values of some points of a part, one at least."""
    points = boundary_points(domain, [part], SOME, seed=0, draw=0)[part]
    return value(torch.as_tensor(points)).nan_to_num(0.0, 0.0, 0.0)


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
