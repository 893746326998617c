"""What a network sees of a corner: the powers that solutions have there.

Axis legend: S derivatives, B points, D = 2 coordinates, P powers, F = 2 P features.

At a corner of interior angle ω between straight sides, with u or its normal derivative given on
either, the solution of Δu = f has an infinite gradient, which that of no smooth network is, where
ω > π; and where ω > π/2, if u is given on the one and its derivative on the other. Its leading
terms there are r^a cos aφ and r^a sin aφ with a = jπ/2ω, j = 1, 2, … (Kondrat'ev 1967;
Grisvard 1985, ch. 4): the real and the imaginary part of z^a, z = r exp(iφ). So they are harmonic,
each by itself, and their derivatives those of a power. Functions of lower order in the equation,
a curved side and a whole a add weaker terms, such as r^(a+2) and r^a log r.

A power that is not whole jumps across a cut from the corner on, which no residual sees: both sides
are harmonic. It has to lie where the domain is not. Where it may go on for ever, φ is counted from
the direction opposite to it. About a hole it cannot: then z/(1 + z/ℓ) takes the place of z, whose
powers are cut between the corner and a point in the hole alone, at the distance ℓ. Near the corner
this is z (1 - z/ℓ + …), so powers a + 1 and a + 2 stand beside each a.
"""

import math
from dataclasses import dataclass
from itertools import count, islice, takewhile

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import DerivativeSet
from nas.errors import UserError

KIND = "corner"
WORDS = 9  # of each: that one, two names, six numbers
SMOOTH, ROUNDED = 3.0, 2.0  # powers from here on are left to waves; and where the cut ends
LEAST = 6  # powers, where the cut goes on: of a corner that is hardly one they lie far apart
WHOLE = 1e-6  # so near to a whole number a power is a polynomial
NEAREST = 1e-12  # to the corner: nearer, derivatives count as zero, which are infinite


@dataclass(frozen=True)
class CornerPowers:
    """Those of a corner in a plane, of a network whose coordinates are scaled to [-1, 1].

    Parameters
    ----------
    names
        Of the two coordinates of the plane.
    x, y
        Where the corner is there, in scaled coordinates.
    angle
        ω, in degrees, in the plane where the equation is a Laplacian, not as it is scaled.
    cut
        The direction of the cut, in degrees, likewise.
    ending
        1/ℓ, the half of the domain's larger extent over the length of the cut, which ends half-way
        to the domain: 0 if it goes on.
    ratio
        The height of the domain's bounding box over its width, in that plane, stretched so that
        the equation is a Laplacian there.

    Raises
    ------
    UserError
        If the names are one, a number is not finite, the angle at most 90°, ``ending`` below 0
        or the ratio not above 0.

    Examples
    --------
    >>> corner = CornerPowers(("x", "y"), 0.0, 0.0, angle=270.0, cut=45.0, ending=0.0, ratio=1.0)
    >>> [round(power, 3) for power in corner.powers]
    [0.333, 0.667, 1.333, 1.667, 2.333, 2.667]
    >>> points = torch.tensor([[-1.0, -1.0]]).double()  # opposite to the cut, so φ = 0
    >>> seen = corner.values(points)[0]
    >>> bool(torch.isclose(seen[1], points.norm() ** (2 / 3))), round(float(seen[7].abs()), 9)
    (True, 0.0)
    """

    names: tuple[str, str]
    x: float
    y: float
    angle: float
    cut: float
    ending: float
    ratio: float

    def __post_init__(self) -> None:
        if len(set(self.names)) < 2 or not all(map(math.isfinite, self._numbers)):
            raise UserError(
                f"encoding: {self.written()}: expected two coordinates and finite numbers"
            )
        if not 90 < self.angle <= 360:
            raise UserError(
                f"encoding: a corner of {self.angle:g} degrees; expected one of more than 90, "
                "where a value may meet a derivative, and at most 360"
            )
        if self.ratio <= 0 or self.ending < 0:
            raise UserError(
                f"encoding: {self.written()}: expected at least 0 for the ending of the cut, and "
                "more for height over width of the domain"
            )

    @property
    def powers(self) -> tuple[float, ...]:
        """The powers that are not whole, in rising order."""
        first = 90.0 / self.angle
        if self.ending:
            every = [number * first for number in range(1, math.ceil(ROUNDED / first))]
            every = [one + more for one in every for more in (0, 1, 2) if one + more < ROUNDED]
            distinct = {round(power / WHOLE): power for power in sorted(every, reverse=True)}
            return tuple(filter(_is_broken, sorted(distinct.values())))
        broken = filter(_is_broken, (number * first for number in count(1)))
        least = islice(broken, LEAST)
        return (*least, *takewhile(lambda power: power < SMOOTH, broken))

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
        if self.ending:
            below = self.ending * z
            below[0] += 1
            z = jets.divide(derivatives, z, below)
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
        if self.ending:
            # z / (1 + z/ℓ) = (z + |z|²/ℓ) / |1 + z/ℓ|²
            square = along.square() + across.square()
            below = (1 + self.ending * along).square() + (self.ending * across).square()
            along, across = (along + self.ending * square) / below, across / below
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
        >>> CornerPowers(("x", "y"), 0.0, -0.5, 270.0, cut=45.0, ending=0.0, ratio=1.0).written()
        'corner x y 0 -0.5 270 45 0 1'
        """
        return " ".join([KIND, *self.names, *(f"{number:.15g}" for number in self._numbers)])

    @property
    def _numbers(self) -> tuple[float, ...]:
        return self.x, self.y, self.angle, self.cut, self.ending, self.ratio

    def _along_and_across(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """From offsets in the box to those against the direction of the cut, and across it."""
        size, opposite = max(1.0, self.ratio), math.radians(self.cut + 180)
        x, y = x / size, y * (self.ratio / size)
        cosine, sine = math.cos(opposite), math.sin(opposite)
        return cosine * x + sine * y, cosine * y - sine * x

    def _there(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """The corner's own coordinates."""
        return like.new_tensor(self.x), like.new_tensor(self.y)


def _is_broken(power: float) -> bool:
    return abs(power - round(power)) > WHOLE


def read(text: str) -> tuple[CornerPowers, ...]:
    """The corners of an encoding: ``corner``, two names and six numbers for each.

    Examples
    --------
    >>> [one.angle for one in read("corner x y 0 0 270 45 0 1 corner x y 0.5 0 300 270 0 1")]
    [270.0, 300.0]
    """
    found = []
    words = text.split()
    for start in range(0, len(words), WORDS):
        _, first, second, *numbers = words[start : start + WORDS]
        found.append(CornerPowers((first, second), *map(float, numbers)))
    return tuple(found)
