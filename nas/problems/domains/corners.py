"""Re-entrant corners of domains: where solutions have infinite gradients.

Axis legend: N points, A directions.

A domain that has corners tells where they may be (``turns``); what angle it has there is measured
on a small circle around each, whatever the domain is made of.
"""

from dataclasses import dataclass

import numpy as np

from nas.problems.domains.domain import Array, Domain, Mask, located

RADIUS = 1e-4  # of the circles, over the larger extent of the domain
DIRECTIONS = 720
HALVINGS = 40  # of the step between two of them
REENTRANT = np.pi + np.radians(10)  # less is a bend of a curve that is made of pieces
MOST = 8  # of one domain: each asks for a dozen functions
SAME = 1e-9  # of the extent: two points that rounding alone keeps apart


@dataclass(frozen=True)
class Corner:
    """A re-entrant corner.

    Parameters
    ----------
    coordinates
        The two of its plane.
    at
        The point there.
    middle
        The direction of the middle of the domain's angle, in radians from the first of them.
    angle
        The interior angle ω, in radians: between π and 2π.

    Examples
    --------
    >>> corner = Corner(("x", "y"), (0.0, 0.0), middle=1.25 * np.pi, angle=1.5 * np.pi)
    >>> round(np.pi / corner.angle, 3)  # u ~ r to that power
    0.667
    """

    coordinates: tuple[str, str]
    at: tuple[float, float]
    middle: float
    angle: float

    def describe(self) -> str:
        """In words.

        Examples
        --------
        >>> Corner(("x", "y"), (0.0, 0.5), middle=0.0, angle=1.5 * np.pi).describe()
        're-entrant, of 270 degrees, at x=0, y=0.5'
        """
        return f"re-entrant, of {np.degrees(self.angle):.4g} degrees, at " + located(
            self.coordinates, self.at
        )


def reentrant(domain: Domain) -> tuple[Corner, ...]:
    """Those of a domain in the plane, or of the factors of a product; none of more than `MOST`.

    Examples
    --------
    >>> from nas.problems import Box
    >>> frame = Box(x=(-1, 1), y=(-1, 1)) - Box(x=(0, 1), y=(0, 1))
    >>> (corner,) = reentrant(frame)
    >>> corner.at, [round(float(np.degrees(one)), 6) for one in (corner.middle, corner.angle)]
    ((0.0, 0.0), [225.0, 270.0])
    """
    factors: tuple[Domain, ...] = getattr(domain, "factors", ())
    if factors:
        return tuple(corner for factor in factors for corner in reentrant(factor))
    if len(domain.coordinates) != 2:
        return ()
    extent = float(np.ptp(domain.bounds, axis=1).max())
    found = [_measured(domain, at, RADIUS * extent) for at in _apart(turns(domain), SAME * extent)]
    sharp = [corner for corner in found if corner is not None and corner.angle > REENTRANT]
    return tuple(sharp) if len(sharp) <= MOST else ()


def turns(domain: Domain) -> Array:
    """Points (N, D) at which a domain's boundary may have a corner; none of a domain without.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> len(turns(Box(x=(0, 1), y=(0, 1)))), len(turns(Disc((0, 0), 1)))
    (4, 0)
    """
    own: Array | None = getattr(domain, "turns", None)
    return np.empty((0, len(domain.coordinates))) if own is None else own


def _measured(domain: Domain, at: Array, radius: float) -> Corner | None:
    """The corner at a point, if the domain fills one angle there, and not all around."""

    def inside(angles: Array) -> Mask:
        return domain.contains(at + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1))

    step = 2 * np.pi / DIRECTIONS
    directions: Array = step * np.arange(DIRECTIONS, dtype=np.float64)
    filled = inside(directions)
    before = np.flatnonzero(filled != np.roll(filled, -1))  # the domain begins or ends behind it
    if len(before) != 2:
        return None
    low, high = directions[before], directions[before] + step
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        same = inside(middle) == filled[before]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    first, last = low.tolist()
    if filled[0]:  # the angle goes on across the direction of 0
        first, last = last, first + 2 * np.pi
    (one, other), (x, y) = domain.coordinates, at.tolist()
    return Corner((one, other), (x, y), (first + last) / 2 % (2 * np.pi), last - first)


def _apart(points: Array, distance: float) -> Array:
    """The points (N, 2) but for those as near to an earlier one."""
    kept: list[Array] = []
    for point in points:
        if all(np.abs(point - other).max() > distance for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, 2)
