"""Where a condition on a field's value meets one on its derivative: its gradient is infinite.

At such a place, of interior angle ω, solutions of Δu = f have leading terms r^(π/2ω) cos(πφ/2ω),
and so an infinite gradient where ω > π/2: also in the middle of a straight side, where ω = π and
u ~ √r (Motz 1947, Quart. Appl. Math. 4; Grisvard 1985, ch. 4). Networks and waves see the same
powers there as at re-entrant corners (`nas.networks.corner`).

Which of the two a condition gives is asked of its residual, point by point: so it is seen as well
where one condition changes along a side, such as `torch.where(x < 0, u, u.n)`.

Axis legend: N points, Q pairs of neighbours, D coordinates, S derivatives, C fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import qmc

from nas.calculus.derivatives import order_of
from nas.errors import UserError
from nas.problems.ansatz.leading_part import Equation, equation_of, leading
from nas.problems.ansatz.probing import Probe, probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array, Box, Domain, Mask
from nas.problems.domains.corners import MOST, Corner, corners_at, joints
from nas.problems.domains.shape import interior, placed
from nas.problems.terms import Term
from nas.problems.terms.condition import Boundary
from nas.problems.terms.term import Drawn

POINTS = 2048  # of each part
TRIED = 8  # points, which differ in the coordinates beside a plane
DECIMALS = 10  # of a place, over the extent: what is more is rounding
LEAST = np.radians(95)  # at a right angle the leading power is 1, and all is smooth
BESIDE = 0.005  # of the extent, from a corner: where it is asked what is given on a side
BISECTIONS = 50


@dataclass(frozen=True)
class Given:
    """What a condition gives at points of a part of the boundary.

    Parameters
    ----------
    tried
        Its term.
    part
        The part's name.
    unit, points : Array (N, D-1), Array (N, D)
        Points of the unit cube, and those of the part where they lead.
    value, slope : Array (N, C)
        Whether it gives the value of each field there, and a derivative.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.terms import Setting
    >>> rod = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> found = given(Condition("x_max", lambda u: u.n + 3 * u).bind(rod), rod.domain, fields=1)
    >>> [(one.part, one.value[0].tolist(), one.slope[0].tolist()) for one in found]
    [('x_max', [False], [True])]
    """

    tried: Probe
    part: str
    unit: Array
    points: Array
    value: Mask
    slope: Mask

    def changes(self, field: int) -> Array:
        """Points (Q, D) where the one ends and the other begins.

        Sought between neighbours, in the unit cube, so that they lie on the part. What leads
        around, as a rim does, has neighbours at both ends of the cube.
        """
        one, other = self._neighbours(field)
        way = self.unit[other] - self.unit[one]
        way -= way.round()
        low, high = np.zeros((len(way), 1)), np.ones((len(way), 1))
        for _ in range(BISECTIONS if len(way) else 0):
            middle = (low + high) / 2
            value = self._gives_value((self.unit[one] + middle * way) % 1, field)[:, None]
            low, high = np.where(value, middle, low), np.where(value, high, middle)
        before, behind = (
            placed(self.tried.domain, self.part, (self.unit[one] + at * way) % 1)[0]
            for at in (low, high)
        )
        lowest, highest = np.transpose(self.tried.domain.bounds)
        shares = (np.stack([before, behind]) - lowest) / (highest - lowest)
        meet = np.abs(np.diff(shares, axis=0)[0]).max(axis=1, initial=0.0) < CLOSE
        found: Array = lowest + shares[0, meet].round(DECIMALS) * (highest - lowest)
        return found

    def _gives_value(self, unit: Array, field: int) -> Mask:
        found: Mask = _gives(_on(self.tried, self.part, unit))[0][:, field]
        return found

    def _neighbours(self, field: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        """Rows (Q,) of points with a value, and of the nearest to each that have a derivative.

        Those pairs alone of which each is the nearest to the other.
        """
        values, slopes = np.flatnonzero(self.value[:, field]), np.flatnonzero(self.slope[:, field])
        if not len(values) or not len(slopes):
            return values[:0], slopes[:0]
        low, high = np.transpose(self.tried.domain.bounds)
        scaled = (self.points - low) / (high - low)
        there = np.atleast_1d(cKDTree(scaled[slopes]).query(scaled[values])[1])
        back = np.atleast_1d(cKDTree(scaled[values]).query(scaled[slopes])[1])
        mutual = back[there] == np.arange(len(values))
        return values[mutual], slopes[there[mutual]]


def given(term: Term, domain: Domain, fields: int, raw: Sequence[float] = ()) -> list[Given]:
    """What a condition gives, on each of its parts, at points that are always the same.

    Parts of a user's own domain are left out that do not say which point of the unit cube leads
    where (see `nas.problems.domains.shape.placed`).

    Examples
    --------
    >>> from nas.problems import load
    >>> burgers = load("burgers")
    >>> (start,) = given(burgers.terms[1], burgers.domain, fields=1)
    >>> bool(start.value.all()), bool(start.slope.any())
    (True, False)
    """
    tried, found = probe(term, domain, fields, raw), []
    dimension = len(domain.coordinates) - 1
    engine = qmc.Sobol(max(dimension, 1), rng=np.random.default_rng(0))
    unit = engine.random(POINTS)[:, :dimension]
    for part in term.regions:
        kept = _kept(domain, part, unit)
        if kept.any():
            at = _on(tried, part, unit[kept])
            found.append(Given(tried, part, unit[kept], at.points.numpy(), *_gives(at)))
    return found


def _kept(domain: Domain, part: str, unit: Array) -> Mask:
    """Which points of the unit cube (N, D-1) lead to a part."""
    try:
        return placed(domain, part, unit)[1]
    except UserError:
        return np.zeros(len(unit), dtype=bool)


def _on(tried: Probe, part: str, unit: Array) -> Probe:
    """A term tried at the points of a part to which those of the unit cube (N, D-1) lead."""
    points, _ = placed(tried.domain, part, unit)
    return tried.at(Drawn(points, tried.domain.normals(part, points)))


def mixed_corners(
    equations: Sequence[Term],
    conditions: Sequence[Term],
    domain: Domain,
    fields: Sequence[str],
    raw: Sequence[float] = (),
) -> tuple[Corner, ...]:
    """The corners between a value and a derivative, of fields with a Laplacian or its like.

    Parameters
    ----------
    equations, conditions
        The problem's terms; of conditions those on the boundary count.
    raw
        The raw values (U,) of the unknown coefficients.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.terms import Equations, Setting, bound
    >>> plate = Setting("plate", Box(x=(-1, 1), y=(0, 1)), ("u",))
    >>> heated = Condition("y_min", lambda u, x: torch.where(x < 0.25, u, u.n))
    >>> equation, condition = bound([Equations(lambda u: u.xx + u.yy), heated], plate)
    >>> for one in mixed_corners([equation], [condition], plate.domain, plate.fields):
    ...     print(one.describe())
    between a value of u and a derivative, of 180 degrees, at x=0.25, y=0
    """
    asked = [term for term in conditions if isinstance(term.source, Boundary)]
    if not any(order_of(key) for term in asked for key in term.derivatives):
        return ()
    tried = [probe(term, domain, len(fields), raw) for term in equations]
    by_field = [equation_of(number, tried) for number in range(len(fields))]
    if not any(by_field):
        return ()
    known = [one for term in asked for one in given(term, domain, len(fields), raw)]
    found: tuple[Corner, ...] = ()
    for plane in _planes(domain):
        for equation in filter(None, by_field):
            own = _in_plane(plane, equation, known, fields[equation.field])
            found = united(found, tuple(own))
    return found


def united(corners: Sequence[Corner], more: Sequence[Corner]) -> tuple[Corner, ...]:
    """At most `MOST` of both, without those that are at the same place as an earlier one.

    Examples
    --------
    >>> one = Corner(("x", "y"), (0.0, 0.0), angle=4.0, cut=0.0, length=np.inf)
    >>> len(united([one], [replace(one, mixed="u"), replace(one, at=(0.0, 1.0))]))
    2
    """
    found = {(one.coordinates, one.at): one for one in (*more, *corners)}
    return tuple(sorted(found.values(), key=_sharpness, reverse=True)[:MOST])


def _sharpness(corner: Corner) -> float:
    """One over the leading power, times π."""
    return corner.angle * (2 if corner.mixed else 1)


def _in_plane(
    plane: Domain, equation: Equation, known: Sequence[Given], name: str
) -> Iterator[Corner]:
    """The corners of a plane, of one field."""
    axes = [equation.probe.domain.coordinates.index(one) for one in plane.coordinates]
    extent = float(np.ptp(plane.bounds, axis=1).max())
    # What is given at the start of time, or on the bottom of a prism, is so inside its plane.
    known = [one for one in known if not interior(plane, one.points[:, axes]).any()]
    changes = [_fixed(one.changes(equation.field)[:, axes] / extent) for one in known]
    places = np.concatenate([joints(plane), *(extent * one for one in changes)])
    for corner, sides in corners_at(plane, places, LEAST):
        at, step = np.array(corner.at), BESIDE * extent
        ends = [_kind(known, equation.field, axes, at + step * side, step) for side in sides]
        if set(ends) == {"value", "slope"} and _is_laplacian(
            equation, axes, at + step * _inwards(corner, sides)
        ):
            yield replace(corner, mixed=name)


def _fixed(places: Array) -> Array:
    """The distinct ones (N, 2) of ``places``; none where there are too many, as they move."""
    found = np.unique(places.round(DECIMALS), axis=0)
    return found if len(found) <= MOST else found[:0]


def _inwards(corner: Corner, sides: Array) -> Array:
    """The direction (2,) half-way between the sides of a corner."""
    middle = np.arctan2(sides[0, 1], sides[0, 0]) + corner.angle / 2
    return np.array([np.cos(middle), np.sin(middle)])


def _kind(known: Sequence[Given], field: int, axes: Sequence[int], at: Array, step: float) -> str:
    """What is given nearest to a point (2,) of a plane: a value before a slope; "" if nothing."""
    for kind in ("value", "slope"):
        for one in known:
            there = one.points[getattr(one, kind)[:, field]][:, axes]
            if len(there) and np.linalg.norm(there - at, axis=1).min() < step / 2:
                return kind
    return ""


def _is_laplacian(equation: Equation, axes: Sequence[int], at: Array) -> bool:
    """Whether its second derivatives along two axes are those of a Laplacian at a point (2,)."""
    tried = equation.probe
    points = tried.points.clone()
    points[:, axes] = torch.as_tensor(at)
    there = replace(tried, points=points)
    keys = tried.derivatives.keys
    units = torch.cat([there.unit(index, equation.field) for index in range(len(keys))])
    for seed in (3, 4):
        slopes = there.linear(there.random(seed)[:1], units)[equation.number].T.tolist()
        for row in slopes[:TRIED]:
            coefficients = dict(zip(keys, row, strict=True))
            found = leading(coefficients, axes[0], axes[1], len(tried.half_extent))
            if found is None or found.parabolic:
                return False
            one, other = found.coefficients
            if abs(one - other) > CLOSE * abs(one):
                return False
    return True


def _planes(domain: Domain) -> Iterator[Domain]:
    """A domain in the plane, or the factors of one that are, or the sides of a box."""
    factors: tuple[Domain, ...] = getattr(domain, "factors", ())
    if factors:
        yield from (plane for factor in factors for plane in _planes(factor))
    elif len(domain.coordinates) == 2:
        yield domain
    elif isinstance(domain, Box):
        spans = dict(zip(domain.coordinates, domain.bounds, strict=True))
        yield from (Box(**{one: spans[one] for one in pair}) for pair in combinations(spans, 2))


def _gives(tried: Probe) -> tuple[Mask, Mask]:
    """Where a condition gives the value of each field (N, C), and where a derivative."""
    orders = np.array([order_of(key) for key in tried.derivatives.keys])
    keys = [(s, c) for s in range(len(orders)) for c in range(tried.fields)]
    units = torch.cat([tried.unit(*key) for key in keys])
    slopes = torch.stack(tried.linear(tried.random(seed=3)[:1], units))  # (equations, S·C, N)
    shape = (len(slopes), len(orders), tried.fields, -1)
    answers = slopes.reshape(shape).numpy() != 0
    value, slope = answers[:, orders == 0].any(1), answers[:, orders > 0].any(1)
    alone: Mask = (value & ~slope).any(0).T  # by one of the condition's equations
    return alone, slope.any(0).T & ~alone
