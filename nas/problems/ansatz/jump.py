r"""Where conditions disagree along an edge of a box, or jump along a side: what solutions do there.

No smooth function is 1 on a lid and 0 on the wall beside it, and no network learns one that jumps.
Close to such an edge all solutions of a second-order equation are alike: they are the jump times a
function w that is known, and the rest is smooth. So fields are u = J w + offset + scale · N, and
networks learn the rest alone (the subtraction of a singular function: Carslaw & Jaeger 1959,
Conduction of Heat in Solids, §2.4; Flyer & Fornberg 2003, J. Comput. Phys. 184).

Let X be the distance from the face with the one value, a, and Y from that with the other, b, and
J = a - b. Where the equation's leading part along these two coordinates is

    α u_xx + β u_yy with α β > 0:  w = (2/π) atan2(Y/√|β|, X/√|α|), the angle about the edge;
    γ u_t + α u_xx, t from Y:      w = erfc(X / √(4 κ Y)) with κ = -α/γ > 0.

Both are 1 for X = 0 and 0 for Y = 0, and meet that leading part: by X/√|α| and Y/√|β| it is a
Laplacian, and the angle is the imaginary part of log z, which is analytic; and with
w = f(η), η = X / √(4 κ Y), w_Y = κ w_XX is f'' + 2 η f' = 0, which erfc solves. First derivatives
in the equation leave of the angle a residual that grows as 1/r, and of the front one as 1/√Y: the
rest is continuous, and has a kink that a network learns.

The angle is measured about an edge that is moved out of the box by `CORNER_SHIFT`, and the front
has come as far as `INITIAL_WIDTH` when Y is 0: so w has finite derivatives on the edge, too.

Axis legend: B points, M points of an edge, D coordinates, K functions, S derivatives.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.problems.ansatz.angle_jump import CORNER_SHIFT, AngleJump, angle_of
from nas.problems.ansatz.faces import distance, extent, name_of
from nas.problems.ansatz.held import Face, Function
from nas.problems.ansatz.leading_part import Leading
from nas.problems.domains import Domain, located

# Of the box's extent: no point is as near. Its fourth power is a number in double precision, and so
# is that of `CORNER_SHIFT`; shares of the extent are numbers in single precision, too.
INITIAL_WIDTH = 1e-15


@dataclass(frozen=True)
class CornerJump:
    """A jump of a field along the edge between two faces of a box.

    Parameters
    ----------
    field
        Its number.
    one, other
        The faces.
    values
        The field's on the one and on the other, at the edge.
    leading
        The equation's leading part across the one face and across the other.

    Examples
    --------
    >>> from nas.problems import Box
    >>> rod = Box(x=(0, 1), t=(0, 2))
    >>> cooled = CornerJump(
    ...     0, Face(0, 0.0), Face(1, 0.0), (0.0, 20.0), Leading((-0.1, 1.0), parabolic=True)
    ... )
    >>> points = torch.tensor([[0.0, 1.0], [0.5, 0.0], [0.2, 0.1]], dtype=torch.float64)
    >>> cooled.profile(rod)(points).round(decimals=2).tolist()
    [1.0, 0.0, 0.16]
    >>> cooled.describe(rod, "u")
    'u jumps from 0 on x_min to 20 on t_min where they meet, at x=0, t=0'
    """

    field: int
    one: Face
    other: Face
    values: tuple[float, float]
    leading: Leading

    @property
    def height(self) -> float:
        """J: the one value over the other."""
        return self.values[0] - self.values[1]

    def profile(self, domain: Domain) -> Function:
        """w, a function of points (B, D) in float64."""
        first, second = self.leading.coefficients

        def angle(points: Tensor) -> Tensor:
            x, y = (distance(domain, face, points) for face in (self.one, self.other))
            ratio = math.sqrt(abs(first / second)) * extent(domain, self.other.axis)
            ratio /= extent(domain, self.one.axis)  # of what y counts beside x
            return 2 / math.pi * angle_of(x + CORNER_SHIFT, ratio * (y + CORNER_SHIFT))

        def front(points: Tensor) -> Tensor:
            x, since = (distance(domain, face, points) for face in (self.one, self.other))
            return torch.erfc(x / _width(self.leading, domain, self.one, self.other, since))

        return front if self.leading.parabolic else angle

    def parts(self, domain: Domain) -> tuple[str, ...]:
        """The names of the two faces."""
        return name_of(domain, self.one), name_of(domain, self.other)

    def place(self, domain: Domain) -> dict[str, float]:
        """The coordinates that tell where the edge is."""
        where = {face.axis: face.at for face in (self.one, self.other)}
        return {domain.coordinates[axis]: where[axis] for axis in sorted(where)}

    def describe(self, domain: Domain, field: str) -> str:
        """Which jump, and where, in words."""
        parts = self.parts(domain)
        place = self.place(domain)
        at = located(place, place.values(), digits=3)
        one, other = self.values
        return (
            f"{field} jumps from {one:.3g} on {parts[0]} to {other:.3g} on {parts[1]} where they "
            f"meet, at {at}"
        )


@dataclass(frozen=True)
class FaceJump:
    """A jump of the value that a condition gives along a side of a rectangle.

    Close to it solutions are the jump times a function w, which is 1 on one half of the side and 0
    on the other. With X the distance along the side, and Y from it:

        α u_xx + β u_yy:           w = 1 - atan2(Y/√|β|, X/√|α|) / π, the angle about the point;
        γ u_t + α u_xx, t from Y:  w = erfc(-X / √(4 κ Y)) / 2, a step that spreads.

    Parameters
    ----------
    field
        Its number.
    face
        The side.
    axis, at
        The coordinate along it, by its number, and where the value jumps.
    values
        Below and above that.
    leading
        The equation's leading part, along the coordinate and across the side.

    Examples
    --------
    >>> from nas.problems import Box
    >>> rod, diffusion = Box(x=(0, 1), t=(0, 2)), Leading((-1.0, 1.0), parabolic=True)
    >>> step = FaceJump(0, Face(1, 0.0), axis=0, at=0.5, values=(0.0, 3.0), leading=diffusion)
    >>> step.profile(rod)(torch.tensor([[0.2, 0.0], [0.5, 1.0], [0.6, 0.0]])).tolist()
    [0.0, 0.5, 1.0]
    >>> step.describe(rod, "u")
    'u jumps from 0 to 3 along t_min, at x=0.5'
    """

    field: int
    face: Face
    axis: int
    at: float
    values: tuple[float, float]
    leading: Leading

    @property
    def height(self) -> float:
        """J: the value where w is 1 over that where it is 0."""
        return self.values[1] - self.values[0]

    def profile(self, domain: Domain) -> Function:
        """w, a function of points (B, D) in float64."""
        first, second = self.leading.coefficients

        def angle(points: Tensor) -> Tensor:
            ratio = math.sqrt(abs(first / second)) * extent(domain, self.face.axis)
            ratio /= extent(domain, self.axis)
            across = ratio * (distance(domain, self.face, points) + CORNER_SHIFT)
            return 1 - angle_of(self._along(domain, points), across) / math.pi

        def spreading(points: Tensor) -> Tensor:
            since = distance(domain, self.face, points)
            width = _width(self.leading, domain, Face(self.axis, self.at), self.face, since)
            return torch.erfc(-self._along(domain, points) / width) / 2

        return spreading if self.leading.parabolic else angle

    def _along(self, domain: Domain, points: Tensor) -> Tensor:
        """X, as a share of the domain's extent (B,), at points (B, D)."""
        return (points[:, self.axis] - self.at) / extent(domain, self.axis)

    def parts(self, domain: Domain) -> tuple[str, ...]:
        """The name of the side."""
        return (name_of(domain, self.face),)

    def place(self, domain: Domain) -> dict[str, float]:
        """The coordinate that tells where on the side it is."""
        return {domain.coordinates[self.axis]: self.at}

    def describe(self, domain: Domain, field: str) -> str:
        """Which jump, and where, in words."""
        below, above = self.values
        place = self.place(domain)
        at = located(place, place.values(), digits=3)
        part = name_of(domain, self.face)
        return f"{field} jumps from {below:.3g} to {above:.3g} along {part}, at {at}"


@dataclass(frozen=True)
class SwitchedJump(FaceJump):
    """One along a side along which time runs: what is switched sets off a front.

    For γ u_t + α u_yy, with Y the distance from the side and X the time since the switch,
    w = erfc(Y / √(4 κ X)), and 0 before it. ``leading`` is the equation's leading part across the
    side and along it.

    Examples
    --------
    >>> from nas.problems import Box
    >>> rod, diffusion = Box(x=(0, 1), t=(0, 2)), Leading((-1.0, 1.0), parabolic=True)
    >>> lit = SwitchedJump(0, Face(0, 0.0), axis=1, at=0.5, values=(0.0, 3.0), leading=diffusion)
    >>> points = torch.tensor([[0.2, 0.4], [0.0, 0.6], [0.2, 0.6]], dtype=torch.float64)
    >>> lit.profile(rod)(points).round(decimals=2).tolist()
    [0.0, 1.0, 0.65]
    """

    @property
    def height(self) -> float:
        """J: what it is afterwards over what it was before.

        Where time runs backwards along the side, what is below has come later.
        """
        return math.copysign(1, self.leading.diffusivity) * super().height

    def profile(self, domain: Domain) -> Function:
        """w, a function of points (B, D) in float64."""
        onwards = math.copysign(1, self.leading.diffusivity)

        def front(points: Tensor) -> Tensor:
            since = onwards * self._along(domain, points)
            width = _width(self.leading, domain, self.face, Face(self.axis, self.at), since)
            found = torch.erfc(distance(domain, self.face, points) / width)
            return torch.where(since > 0, found, torch.zeros_like(found))

        return front


Jump = CornerJump | FaceJump | AngleJump


def _width(leading: Leading, domain: Domain, across: Face, time: Face, since: Tensor) -> Tensor:
    """√(4 κ t), how far a front has come (B,), as a share of the extent across its face.

    ``since`` is t as a share of the extent of time. Before the start it is as wide as at the start:
    rounding, and whoever asks there, gets a number.
    """
    of_extent = extent(domain, time.axis) / extent(domain, across.axis) ** 2
    come = 4 * abs(leading.diffusivity) * of_extent * since.clamp_min(0)
    return (come + INITIAL_WIDTH**2).sqrt()


def jumping(jumps: Sequence[Jump], domain: Domain) -> Function:
    """The part of a field, a function of points (B, D), that has all ``jumps`` of it.

    They add up. But where a body is cooled from several sides at once, as much from each, what is
    left of its first value is the product of what is left along each axis: close to an edge of a
    plate it is the product of two error functions, which no sum of them is.

    Examples
    --------
    >>> from nas.problems import Box
    >>> plate = Box(x=(0, 1), y=(0, 1), t=(0, 1))
    >>> start, heat = Face(2, 0.0), Leading((-0.01, 1.0), parabolic=True)
    >>> sides = [CornerJump(0, Face(axis, 0.0), start, (2.0, 0.0), heat) for axis in (0, 1)]
    >>> points = torch.tensor([[0.0, 0.3, 0.01], [0.1, 0.1, 0.25]], dtype=torch.float64)
    >>> jumping(sides, plate)(points).round(decimals=3).tolist()
    [2.0, 0.58]
    >>> round(2 - 2 * math.erf(1.0) ** 2, 3)
    0.58
    """
    alone: list[Jump] = []
    alike: dict[tuple[Face, float], dict[int, list[CornerJump]]] = {}
    for one in jumps:
        if not isinstance(one, CornerJump) or not one.leading.parabolic:
            alone.append(one)
        else:
            of_axis = alike.setdefault((one.other, one.height), {})
            of_axis.setdefault(one.one.axis, []).append(one)

    def found(points: Tensor) -> Tensor:
        parts = [one.height * one.profile(domain)(points) for one in alone]
        for (_, height), by_axis in alike.items():
            fronts = [
                torch.stack([one.profile(domain)(points) for one in along]).sum(0)
                for along in by_axis.values()
            ]
            together = fronts[0]
            for front in fronts[1:]:
                together = together + front - together * front  # 1 - (1 - together) (1 - front)
            parts.append(height * together)
        return torch.stack(parts).sum(0)

    return found
