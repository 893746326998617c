r"""Where conditions give two values at a corner of a domain in the plane: what solutions do there.

Close to a corner of interior angle ω all solutions of Δu = f that are a on the side from which the
domain begins and b on the other are alike: b + (a - b) (ω - φ)/ω, with φ the angle from the first
side, which is harmonic as the imaginary part of log z; the rest is continuous. So fields are
u = J w + offset + scale · N with J = a - b and w = 1 - φ/ω (compare `nas.problems.ansatz.jump`, of
boxes). Of α u_xx + β u_yy the angle is that in a plane which is stretched.

An angle jumps across a cut from the corner on, which has to lie where the domain is not. About a
hole it comes again, and z/(1 + z/ℓ) takes the place of z (compare `nas.networks.corner`).

Axis legend: B points, N points of a part, D coordinates.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from nas.problems.ansatz.held import Function
from nas.problems.ansatz.leading_part import Equation, stretch
from nas.problems.domains import Array, Domain, located
from nas.problems.domains.corners import Corner, corners_at, joints, planes
from nas.problems.sampling import boundary_points

CORNER_SHIFT = 1e-30  # of the extent: no point is as near to the corner
BESIDE = 0.005  # of the extent, from a corner: where it is asked which part a side is of
CLOSER = 1e-9  # of the extent: where it is asked what is given on it
SAME = 1e-6  # of the largest value: no jump
POINTS = 2048  # of a part
ALONG = 16  # points that differ in the coordinates beside a plane
LEAST = math.radians(1)


@dataclass(frozen=True)
class AngleJump:
    """A jump of a field at a corner of a domain in the plane.

    Parameters
    ----------
    field
        Its number.
    corner
        Where, and between which directions the domain lies there.
    between
        The parts of the boundary on which the field has the one value and the other: first that
        from which on the domain lies, towards greater angles.
    values
        These values.

    Examples
    --------
    >>> from nas.problems import Polygon
    >>> domain = Polygon([(0, 0), (1, 0), (1, 1), (-1, 1)], names=["a", "b", "c", "d"])
    >>> (corner,) = corners_at(domain, np.zeros((1, 2)), least=2.0)
    >>> jump = AngleJump(0, corner, ("a", "d"), (1.0, 4.0))
    >>> points = torch.tensor([[0.5, 0.0], [0.0, 0.5], [-0.5, 0.5]], dtype=torch.float64)
    >>> (4.0 + jump.height * jump.profile(domain)(points)).tolist()
    [1.0, 3.0, 4.0]
    >>> jump.describe(domain, "u")
    'u jumps from 1 on a to 4 on d where they meet, at x=0, y=0'
    """

    field: int
    corner: Corner
    between: tuple[str, str]
    values: tuple[float, float]

    @property
    def height(self) -> float:
        """J: the one value over the other."""
        return self.values[0] - self.values[1]

    def profile(self, domain: Domain) -> Function:
        """w, a function of points (B, D) in float64."""
        corner = self.corner
        axes = [domain.coordinates.index(name) for name in corner.coordinates]
        extent = float(np.ptp(domain.bounds, axis=1)[axes].max())
        opposite = corner.cut + math.pi
        cosine, sine = math.cos(opposite), math.sin(opposite)
        # Half-way to where the domain comes again: see `nas.networks.corner`.
        ending = extent / (0.5 * corner.length)
        begins = math.remainder(corner.begins - opposite, 2 * math.pi)

        def profile(points: Tensor) -> Tensor:
            x, y = (
                (points[:, axis] - at) / extent for axis, at in zip(axes, corner.at, strict=True)
            )
            y = corner.stretch * y
            along, across = cosine * x + sine * y + CORNER_SHIFT, cosine * y - sine * x
            turned = angle_of(along, across)
            if ending:
                turned = turned - angle_of(1 + ending * along, ending * across)
            return 1 - (turned - begins) / corner.angle

        return profile

    def parts(self, domain: Domain) -> tuple[str, ...]:
        """The names of the two parts."""
        return self.between

    def describe(self, domain: Domain, field: str) -> str:
        """Which jump, and where, in words."""
        one, other = self.values
        at = located(self.corner.coordinates, self.corner.at, digits=3)
        return (
            f"{field} jumps from {one:.3g} on {self.between[0]} to {other:.3g} on "
            f"{self.between[1]} where they meet, at {at}"
        )


def angle_of(x: Tensor, y: Tensor) -> Tensor:
    """The angle of (x, y).

    The derivatives of log z cancel in a Laplacian to the last digit, however large they are; those
    of atan2 do not. As a program it is written down without complex numbers.

    Examples
    --------
    >>> angle_of(torch.zeros(1), torch.ones(1)).tolist()
    [1.5707963705062866]
    """
    return torch.complex(x, y).log().imag if x.requires_grad else torch.atan2(y, x)


def angle_jumps(
    values: Mapping[str, Function], equation: Equation, domain: Domain
) -> Iterator[AngleJump]:
    """The jumps of a field at corners, by the ``values`` that it has on parts, and its equation.

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
        extent = float(np.ptp(plane.bounds, axis=1).max())
        others = torch.as_tensor(drawn[next(iter(values))][:ALONG])
        for corner in corners_at(plane, joints(plane), LEAST):
            beside = np.array(corner.at) + BESIDE * extent * corner.sides
            first, last = (_part(drawn, axes, at, BESIDE * extent / 2) for at in beside)
            if first is None or last is None or first == last:
                continue
            between = first, last
            one, other = (
                _given(values[part], others, axes, corner, CLOSER * extent * side, SAME * size)
                for part, side in zip(between, corner.sides, strict=True)
            )
            jump = one - other
            is_one = bool((jump - jump[0]).abs().max() <= SAME * size < jump[0].abs())
            by = stretch(equation, axes, np.array(corner.at) + BESIDE * extent * corner.inwards)
            if is_one and by is not None:
                found = float(one[0]) + 0.0, float(other[0]) + 0.0  # no -0
                yield AngleJump(equation.field, corner.stretched(by), between, found)


def _part(drawn: Mapping[str, Array], axes: Sequence[int], at: Array, within: float) -> str | None:
    """The part nearest to a point (2,) of a plane, if one is ``within`` a distance."""
    far = {part: cKDTree(points[:, axes]).query(at)[0] for part, points in drawn.items()}
    nearest = min(far, key=lambda part: far[part])
    return nearest if far[nearest] < within else None


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
    points = others.clone()
    points[:, axes] = torch.tensor(corner.at, dtype=torch.float64)
    there = value(points)
    points[:, axes] += torch.as_tensor(step)
    near = value(points)
    return torch.where((near - there).abs() <= tolerance, there, near)
