r"""Where two values are given at a corner of a domain in the plane: what solutions do there.

Close to a corner of interior angle ω all solutions of Δu = f that are a on the side from which the
domain begins and b on the other are alike: b + (a - b) (ω - φ)/ω, with φ the angle from the first
side, which is harmonic as the imaginary part of log z; the rest is continuous. So fields are
u = J w + offset + scale · N with J = a - b and w = 1 - φ/ω (compare `nas.problems.ansatz.jump`, of
boxes). Of α u_xx + β u_yy the angle is that in a plane which is stretched.

An angle jumps across a cut from the corner on, which has to lie where the domain is not. About a
hole it comes again, and z/(1 + z/ℓ) takes the place of z (compare `nas.networks.corner`).

Axis legend: B points, D coordinates.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.problems.ansatz.held import Function
from nas.problems.domains import Domain, located
from nas.problems.domains.corners import Corner

CORNER_SHIFT = 1e-30  # of the extent: no point is as near to the corner


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
        The parts of the boundary on which the field has the one value and the other, or twice the
        one on which it jumps: first that from which on the domain lies, towards greater angles.
    values
        These values.

    Examples
    --------
    >>> from nas.problems import Polygon
    >>> from nas.problems.domains.corners import corners_at
    >>> domain = Polygon([(0, 0), (1, 0), (1, 1), (-1, 1)], names=["a", "b", "c", "d"])
    >>> (corner,) = corners_at(domain, np.zeros((1, 2)), least=2.0)
    >>> jump = AngleJump(0, corner, ("a", "d"), (1.0, 4.0))
    >>> points = torch.tensor([[0.5, 0.0], [0.0, 0.5], [-0.5, 0.5]], dtype=torch.float64)
    >>> (4.0 + jump.height * jump.profile(domain)(points)).round(decimals=9).tolist()
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

    def place(self, domain: Domain) -> dict[str, float]:
        """The coordinates that tell where it is."""
        return dict(zip(self.corner.coordinates, self.corner.at, strict=True))

    def describe(self, domain: Domain, field: str) -> str:
        """Which jump, and where, in words."""
        one, other = self.values
        at = located(self.corner.coordinates, self.corner.at, digits=3)
        if self.between[0] == self.between[1]:
            return f"{field} jumps from {one:.3g} to {other:.3g} along {self.between[0]}, at {at}"
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
