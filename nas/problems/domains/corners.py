"""Corners of domains where solutions have infinite gradients: what angle, and where a cut may go.

Axis legend: N points or corners, A directions, T steps.

A domain that has corners tells where they may be (``corner_points``); what angle it has there is
measured on a small circle around each, whatever the domain is made of. Functions that are singular
there have a cut from the corner on, across which they jump: it is laid where the domain is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np

from nas.errors import UserError
from nas.problems.domains.box import Box
from nas.problems.domains.domain import Array, Domain, Mask, located
from nas.problems.domains.exposure import narrowed

RADIUS = 1e-4  # of the circles, over the larger extent of the domain
DIRECTIONS = 720
HALVINGS = 40  # of the step between two of them
BEND = np.radians(20)  # by which a boundary turns: less is a curve that is made of pieces
CURVED = np.radians(1)  # so little less or more than 180 degrees a curve is on small circles
MOST = 8  # of one domain, the sharpest: each asks for a dozen functions
MOST_POINTS = 500  # a boundary of more is one of no corners in particular
SAME = 1e-9  # of the extent: two points that rounding alone keeps apart
ASIDE = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)  # of the outer angle: where a cut may go
STEPS = 4000  # along it, over the diagonal of the domain's box
SHORTEST = 0.01  # cut, over the extent: where the boundary is closer, there is no room for one


@dataclass(frozen=True)
class Corner:
    """A corner at which solutions have infinite gradients.

    It is re-entrant, or a condition on a field's value meets one on its derivative there (see
    `nas.problems.singular_corners`), if only in the middle of a straight side.

    Parameters
    ----------
    coordinates
        The two of its plane.
    at
        The point there.
    angle
        The interior angle ω, in radians: above π, and of those where conditions meet above π/2.
    cut
        A direction, in radians from the first axis, in which the domain is not.
    length
        For how long, before it comes again: as long as one likes (infinity), unless the corner is
        one of a hole.
    begins
        The direction of a side, from which on the domain lies, towards greater angles.
    stretch
        By how much the plane was stretched along its second axis, for all these angles and lengths
        to be those of one in which the equation is a Laplacian (see `stretched`).
    mixed
        The field of which value and derivative are given on its two sides; "" if it is re-entrant
        whatever is given.

    Examples
    --------
    >>> corner = Corner(("x", "y"), (0.0, 0.0), angle=1.5 * np.pi, cut=0.25 * np.pi, length=np.inf)
    >>> round(np.pi / corner.angle, 3)  # u ~ r to that power
    0.667
    """

    coordinates: tuple[str, str]
    at: tuple[float, float]
    angle: float
    cut: float
    length: float
    begins: float = 0.0
    stretch: float = 1.0
    mixed: str = ""

    @property
    def sides(self) -> Array:
        """The directions of both, unit vectors (2, 2)."""
        both = np.array([self.begins, self.begins + self.angle])
        return np.stack([np.cos(both), np.sin(both)], axis=-1)

    @property
    def inwards(self) -> Array:
        """The direction half-way between its sides, a unit vector (2,)."""
        middle = self.begins + self.angle / 2
        return np.array([np.cos(middle), np.sin(middle)])

    def stretched(self, by: float) -> "Corner":
        """As it is where the plane is longer ``by`` a factor along its second axis.

        α u_xx + β u_yy is a Laplacian where y is longer by √(α/β), and its solutions have the
        powers of the angle that a corner has there.

        Examples
        --------
        >>> corner = Corner(("x", "y"), (0.0, 0.0), 1.5 * np.pi, cut=np.pi / 4, length=1.0)
        >>> found = corner.stretched(3.0)
        >>> [round(float(np.degrees(one)), 3) for one in (found.angle, found.cut)]
        [270.0, 71.565]
        >>> round(found.length**2, 6)
        5.0
        """

        def turned(angle: float) -> float:
            x, y = np.cos(angle), np.sin(angle)
            return angle + float(np.arctan2(by * y, x) - np.arctan2(y, x))

        begins, ends = turned(self.begins), turned(self.begins + self.angle)
        longer = float(np.hypot(np.cos(self.cut), by * np.sin(self.cut)))
        return replace(
            self,
            angle=ends - begins,
            cut=turned(self.cut),
            length=longer * self.length,
            begins=begins,
            stretch=by * self.stretch,
        )

    def describe(self) -> str:
        """In words.

        Examples
        --------
        >>> Corner(("x", "y"), (0.0, 0.5), angle=1.5 * np.pi, cut=0.0, length=1.0).describe()
        're-entrant, of 270 degrees, at x=0, y=0.5'
        """
        at = f"of {np.degrees(self.angle):.4g} degrees, at {located(self.coordinates, self.at)}"
        if self.mixed:
            return f"between a value of {self.mixed} and a derivative, {at}"
        return f"re-entrant, {at}"


def reentrant(domain: Domain) -> tuple[Corner, ...]:
    """Those of a domain in the plane, or of the factors of a product: at most `MOST`.

    Examples
    --------
    >>> from nas.problems import Box
    >>> l_shape = Box(x=(-1, 1), y=(-1, 1)) - Box(x=(0, 1), y=(0, 1))
    >>> (corner,) = reentrant(l_shape)
    >>> corner.at, [round(float(np.degrees(one)), 6) for one in (corner.angle, corner.cut)]
    ((0.0, 0.0), [270.0, 45.0])
    """
    factors: tuple[Domain, ...] = getattr(domain, "factors", ())
    if factors:
        return tuple(corner for factor in factors for corner in reentrant(factor))
    if len(domain.coordinates) != 2:
        return ()
    points = corner_points(domain)
    if not 0 < len(points) <= MOST_POINTS:
        return ()
    return tuple(islice(corners_at(domain, points, np.pi + BEND), MOST))


def corners_at(domain: Domain, points: Array, least: float) -> Iterator[Corner]:
    """The corners of a domain in the plane at points (N, 2), the sharpest first.

    Those of an angle above ``least`` alone, in radians.

    Examples
    --------
    >>> from nas.problems import Box
    >>> square = Box(x=(0, 1), y=(0, 1))
    >>> (middle,) = corners_at(square, np.array([[0.5, 0.0], [0.0, 0.0]]), least=2.0)
    >>> middle.at, round(middle.angle / np.pi, 6)
    ((0.5, 0.0), 1.0)
    """
    extent = float(np.ptp(domain.bounds, axis=1).max())
    points, begins, ends = _angles(domain, _apart(points, SAME * extent), RADIUS * extent)
    angles = (ends - begins).round(6)  # the sharpest first, and of equal ones as they come
    ends = np.where(abs(angles - np.pi) < CURVED, begins + np.pi, ends)
    for n in np.argsort(-angles, kind="stable")[: (angles > least).sum()]:
        found = _cut(domain, points[n], float(begins[n]), float(ends[n]), extent)
        if found.length > SHORTEST * extent:
            yield found


def planes(domain: Domain) -> Iterator[Domain]:
    """A domain in the plane, or the factors of one that are, or the sides of a box.

    Examples
    --------
    >>> [one.coordinates for one in planes(Box(x=(0, 1), y=(0, 1), t=(0, 2)))]
    [('x', 'y'), ('x', 't'), ('y', 't')]
    """
    factors: tuple[Domain, ...] = getattr(domain, "factors", ())
    if factors:
        yield from (plane for factor in factors for plane in planes(factor))
    elif len(domain.coordinates) == 2:
        yield domain
    elif isinstance(domain, Box):
        spans = dict(zip(domain.coordinates, domain.bounds, strict=True))
        yield from (Box(**{one: spans[one] for one in pair}) for pair in combinations(spans, 2))


def joints(domain: Domain) -> Array:
    """Points (N, D) at which two parts of a domain's boundary may meet.

    Examples
    --------
    >>> from nas.problems import Box, Polygon
    >>> len(joints(Polygon([(0, 0), (1, 0), (2, 0), (2, 1), (0, 1)]))), len(joints(Box(x=(0, 1))))
    (5, 2)
    """
    return corner_points(domain, "joints" if hasattr(domain, "joints") else "corner_points")


def corner_points(domain: Domain, attribute: str = "corner_points") -> Array:
    """Points (N, D) at which a domain's boundary may have a corner; none of a domain without.

    Or what else of this kind is an ``attribute`` of it.

    Raises
    ------
    UserError
        If a user's domain has something else there.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> len(corner_points(Box(x=(0, 1), y=(0, 1)))), len(corner_points(Disc((0, 0), 1)))
    (4, 0)
    """
    own = getattr(domain, attribute, None)
    dimension = len(domain.coordinates)
    if own is None:
        return np.empty((0, dimension))
    try:
        found = np.array(own, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[1] != dimension or not np.isfinite(found).all():
        raise UserError(
            f"{domain}: {attribute}: expected finite numbers of shape (N, {dimension}), a row a "
            f"point, got {own!r:.80}"
        )
    return found


def sharp(before: Array, after: Array) -> Mask:
    """Where an outline of edges (N, 2) turns to those ``after`` by more than a `BEND`: (N,).

    Examples
    --------
    >>> east, north = np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]])
    >>> sharp(east, north).tolist(), sharp(east, 3 * east).tolist()
    ([True], [False])
    """
    (a, b), (c, d) = before.T, after.T
    found: Mask = np.abs(np.arctan2(a * d - b * c, a * c + b * d)) > BEND
    return found


def _angles(domain: Domain, points: Array, radius: float) -> tuple[Array, Array, Array]:
    """Those of the points (N, 2) where the domain fills one angle, where that begins and ends.

    All of it from points on circles around them, of some ``radius``.
    """

    def inside(around: Array, angles: Array) -> Mask:
        offsets = radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        ring = around[:, None] + offsets
        return domain.contains(ring.reshape(-1, 2)).reshape(ring.shape[:2])

    step = 2 * np.pi / DIRECTIONS
    directions: Array = step * np.arange(DIRECTIONS, dtype=np.float64)
    filled = inside(points, np.tile(directions, (len(points), 1)))
    changes = filled != np.roll(filled, -1, axis=1)  # the domain begins or ends behind these
    which = np.flatnonzero(changes.sum(axis=1) == 2)
    filled, around = filled[which], points[which]
    behind = np.nonzero(changes[which])[1].reshape(-1, 2)
    low, was = directions[behind], np.take_along_axis(filled, behind, axis=1)
    low, _ = narrowed(lambda at: inside(around, at), low, low + step, was, HALVINGS)
    across = filled[:, 0]  # the angle goes on across the direction of 0
    begins = np.where(across, low[:, 1], low[:, 0])
    return around, begins, np.where(across, low[:, 0] + 2 * np.pi, low[:, 1])


def _cut(domain: Domain, at: Array, begins: float, ends: float, extent: float) -> Corner:
    """The corner at a point, with a cut where the domain is not for as long as possible."""
    directions = ends + (2 * np.pi - (ends - begins)) * np.array(ASIDE)
    diagonal = float(np.linalg.norm(np.ptp(domain.bounds, axis=1)))
    steps = np.linspace(RADIUS * extent, diagonal, STEPS)
    along = np.stack([np.cos(directions), np.sin(directions)], axis=-1)
    points = at + steps[:, None, None] * along
    there = domain.contains(points.reshape(-1, 2)).reshape(points.shape[:2])  # (T, A)
    length = np.where(there.any(axis=0), steps[there.argmax(axis=0)], np.inf)
    best = int(length.argmax())  # the first of equal ones, so nearest to the middle
    (one, other), (x, y) = domain.coordinates, at.tolist()
    cut = float(directions[best]) % (2 * np.pi)
    return Corner((one, other), (x, y), ends - begins, cut, float(length[best]), begins)


def _apart(points: Array, distance: float) -> Array:
    """The points (N, 2) but for those as near to an earlier one, in their order."""
    _, first = np.unique((points / distance).round(), axis=0, return_index=True)
    return points[np.sort(first)]
