"""What a network sees of a re-entrant corner: the powers that solutions have there.

Axis legend: S derivatives, B points, D = 2 coordinates, P powers, F = 2 P features.

At a corner of interior angle ω > π the solution of Δu = f, with u or its normal derivative given on
either side, is a smooth function and a sum of r^a cos aφ and r^a sin aφ with a = jπ/2ω, j = 1, 2, …
(Kondrat'ev 1967; Grisvard 1985, ch. 4). Its gradient is infinite, which that of no smooth network
is. With φ counted from the middle of the domain's angle these are the real and the imaginary part
of z^a, z = r exp(iφ): so they are harmonic, each by itself, and their derivatives those of a power.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import DerivativeSet
from nas.errors import UserError

KIND = "corner"
WORDS = 8  # of each: that one, two names, five numbers
SMOOTH = 3.0  # powers from here on are smooth enough for waves
WHOLE = 1e-6  # so near to a whole number a power is a polynomial
NEAREST = 1e-12  # to the corner: nearer, derivatives count as zero, which are infinite


@dataclass(frozen=True)
class Corner:
    """A corner as a network sees it, whose coordinates are scaled to [-1, 1].

    Parameters
    ----------
    names
        Of the two coordinates of its plane.
    x, y
        Where it is there, in scaled coordinates.
    middle, angle
        The direction of the middle of the domain's angle, and that angle ω: both in degrees, and
        in the plane as it is, not as it is scaled.
    ratio
        The height of the domain's bounding box over its width, in that plane.

    Raises
    ------
    UserError
        If the names are one, the place is not finite, the angle not re-entrant, or the ratio not
        above 0.

    Examples
    --------
    >>> corner = Corner(("x", "y"), 0.0, 0.0, middle=225.0, angle=270.0, ratio=1.0)
    >>> [round(power, 3) for power in corner.powers]
    [0.333, 0.667, 1.333, 1.667, 2.333, 2.667]
    >>> points = torch.tensor([[-1.0, -1.0]]).double()  # right in the middle, so φ = 0
    >>> seen = corner.values(points)[0]
    >>> bool(torch.isclose(seen[1], points.norm() ** (2 / 3))), round(float(seen[7].abs()), 9)
    (True, 0.0)
    """

    names: tuple[str, str]
    x: float
    y: float
    middle: float
    angle: float
    ratio: float

    def __post_init__(self) -> None:
        if len(set(self.names)) < 2 or not all(map(math.isfinite, (self.x, self.y, self.middle))):
            raise UserError(
                f"encoding: {self.written()}; expected two coordinates and a place that is finite"
            )
        if not 180 < self.angle <= 360:
            raise UserError(
                f"encoding: a corner of {self.angle:g} degrees; expected a re-entrant one, of "
                "more than 180 and at most 360"
            )
        if not 0 < self.ratio < math.inf:
            raise UserError(
                f"encoding: a corner with {self.ratio:g} for height over width of the domain; "
                "expected a number above 0"
            )

    @property
    def powers(self) -> tuple[float, ...]:
        """The a = jπ/2ω below `SMOOTH` that are not whole, in rising order."""
        first = 90.0 / self.angle
        every = [number * first for number in range(1, math.ceil(SMOOTH / first))]
        return tuple(power for power in every if abs(power - round(power)) > WHOLE)

    @property
    def features(self) -> int:
        """F."""
        return 2 * len(self.powers)

    def jet(self, derivatives: DerivativeSet, coordinates: Tensor) -> Tensor:
        """The jet (S, B, F) of real and imaginary parts from that of the coordinates (S, B, 2)."""
        # z is linear in the coordinates, so that its jet is made of theirs; and its powers are
        # analytic, so that the chain rule holds for complex numbers as it does for real ones:
        # (z^a)' = a z^(a-1).
        z = torch.complex(*self._along_and_across(coordinates[..., :1], coordinates[..., 1:]))
        z[0] -= torch.complex(*self._along_and_across(*self._there(coordinates)))
        away = z[0].abs() >= NEAREST
        at = torch.where(away, z[0], torch.ones_like(z[0]))
        left = coordinates.new_tensor(self.powers)
        factor, powers = torch.ones_like(left), []
        for _ in range(derivatives.order + 1):
            powers.append(away * factor * at**left)
            factor, left = factor * left, left - 1
        found = jets.compose(derivatives, powers, z)
        return torch.cat([found.real, found.imag], dim=-1)

    def values(self, scaled: Tensor) -> Tensor:
        """The features (B, F) of the scaled coordinates (B, 2), in torch's own real functions."""
        x, y = scaled[..., :1] - self.x, scaled[..., 1:] - self.y
        along, across = self._along_and_across(x, y)
        away = along.square() + across.square() >= NEAREST**2
        along = torch.where(away, along, torch.ones_like(along))
        across = torch.where(away, across, torch.zeros_like(across))
        r = (along.square() + across.square()).sqrt()
        angle = torch.atan2(across, along)
        real = [r**power * torch.cos(power * angle) for power in self.powers]
        imaginary = [r**power * torch.sin(power * angle) for power in self.powers]
        return torch.cat([*real, *imaginary], dim=-1) * away

    def written(self) -> str:
        """As a part of a candidate's encoding; `read` reads it.

        Examples
        --------
        >>> Corner(("x", "y"), 0.0, -0.5, middle=225.0, angle=270.0, ratio=1.0).written()
        'corner x y 0 -0.5 225 270 1'
        """
        numbers = (self.x, self.y, self.middle, self.angle, self.ratio)
        return " ".join([KIND, *self.names, *(f"{number:.15g}" for number in numbers)])

    def _along_and_across(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """From offsets in the box to those along the middle of the angle, and across it."""
        size, middle = max(1.0, self.ratio), math.radians(self.middle)
        x, y = x / size, y * (self.ratio / size)
        cosine, sine = math.cos(middle), math.sin(middle)
        return cosine * x + sine * y, cosine * y - sine * x

    def _there(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """The corner's own coordinates."""
        return like.new_tensor(self.x), like.new_tensor(self.y)


def read(text: str) -> tuple[Corner, ...]:
    """The corners of an encoding: ``corner``, two names and five numbers for each.

    Examples
    --------
    >>> [one.angle for one in read("corner x y 0 0 225 270 1 corner x y 0.5 0 90 300 1")]
    [270.0, 300.0]
    """
    found = []
    words = text.split()
    for start in range(0, len(words), WORDS):
        _, first, second, *numbers = words[start : start + WORDS]
        x, y, middle, angle, ratio = map(float, numbers)
        found.append(Corner((first, second), x, y, middle, angle, ratio))
    return tuple(found)
