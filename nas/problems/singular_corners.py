"""Where solutions have infinite gradients: re-entrant corners, and where value meets derivative.

Where a condition on a field's value meets one on its derivative, at an interior angle ω, solutions
of Δu = f have leading terms r^(π/2ω) cos(πφ/2ω), and so an infinite gradient where ω > π/2: also in
the middle of a straight side, where ω = π and u ~ √r (Motz 1947, Quart. Appl. Math. 4; Grisvard
1985, ch. 4). Where both sides give the same, it is π/ω in place of π/2ω: there a corner is singular
that is re-entrant. Networks and waves see all of these powers (`nas.networks.corner`).

Of α u_xx + β u_yy they are those of the angle that a corner has where the plane is stretched, so
that this is a Laplacian.

Axis legend: N points, D coordinates, C fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.spatial import cKDTree

from nas.calculus.derivatives import order_of
from nas.problems.ansatz.given import DECIMALS, Given, given
from nas.problems.ansatz.leading_part import Equation, equation_of, stretch
from nas.problems.ansatz.probing import probe
from nas.problems.domains import Array, Domain
from nas.problems.domains.corners import MOST, Corner, corners_at, joints, planes, reentrant
from nas.problems.domains.shape import interior
from nas.problems.terms import Term
from nas.problems.terms.condition import Boundary

LEAST = np.radians(95)  # at a right angle the leading power is 1, and all is smooth
BESIDE = 0.005  # of the extent, from a corner: where it is asked what is given on a side


def singular_corners(
    equations: Sequence[Term],
    conditions: Sequence[Term],
    domain: Domain,
    fields: Sequence[str],
    raw: Sequence[float] = (),
) -> tuple[Corner, ...]:
    """The corners where gradients are infinite, at most `MOST`, the sharpest first.

    Parameters
    ----------
    equations, conditions
        The problem's terms; of conditions those on the boundary count. Without equations
        re-entrant corners are all that is found.
    raw
        The raw values (U,) of the unknown coefficients.

    Examples
    --------
    >>> import torch
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.terms import Equations, Setting, bound
    >>> plate = Setting("plate", Box(x=(-1, 1), y=(0, 1)), ("u",))
    >>> heated = Condition("y_min", lambda u, x: torch.where(x < 0.25, u, u.n))
    >>> equation, condition = bound([Equations(lambda u: u.xx + u.yy), heated], plate)
    >>> for one in singular_corners([equation], [condition], plate.domain, plate.fields):
    ...     print(one.describe())
    between a value of u and a derivative, of 180 degrees, at x=0.25, y=0
    """
    tried = [probe(term, domain, len(fields), raw) for term in equations]
    found = (equation_of(number, tried) for number in range(len(fields)))
    alone = [equation for equation in found if equation is not None]
    own = [_stretched(corner, alone, domain) for corner in reentrant(domain)]
    mixed: list[Corner] = []
    asked = [term for term in conditions if isinstance(term.source, Boundary)]
    if alone and any(order_of(key) for term in asked for key in term.derivatives):
        known = [one for term in asked for one in given(term, domain, len(fields), raw)]
        pairs = product(planes(domain), alone)
        mixed = [one for pair in pairs for one in _mixed(*pair, known, fields)]
    # A re-entrant corner sees the powers of both.
    distinct = {(one.coordinates, one.at): one for one in (*mixed, *own)}
    return tuple(sorted(distinct.values(), key=_sharpness, reverse=True)[:MOST])


def _sharpness(corner: Corner) -> float:
    """π over the leading power."""
    return corner.angle * (2 if corner.mixed else 1)


def _stretched(corner: Corner, equations: Sequence[Equation], domain: Domain) -> Corner:
    """A corner as all equations have it; as it is if they do not agree."""
    axes = [domain.coordinates.index(one) for one in corner.coordinates]
    extent = float(np.ptp(domain.bounds, axis=1)[axes].max())
    at = np.array(corner.at) + BESIDE * extent * corner.inwards
    found = {stretch(equation, axes, at) for equation in equations}
    by = found.pop() if len(found) == 1 else None
    return corner if by in (None, 1.0) else corner.stretched(by)


def _mixed(
    plane: Domain, equation: Equation, known: Sequence[Given], fields: Sequence[str]
) -> Iterator[Corner]:
    """Those of a plane between value and derivative of one field."""
    axes = [equation.probe.domain.coordinates.index(one) for one in plane.coordinates]
    extent = float(np.ptp(plane.bounds, axis=1).max())
    # What is given at the start of time, or on the bottom of a prism, is so inside its plane.
    known = [one for one in known if not interior(plane, one.points[:, axes]).any()]
    near, field = BESIDE * extent, equation.field
    changes = [_fixed(one.changes(field)[:, axes] / extent) for one in known]
    places = np.concatenate([joints(plane), *(extent * one for one in changes)])
    values = _chosen([one.points[one.value[:, field]] for one in known], axes)
    slopes = _chosen([one.points[one.slope[:, field]] for one in known], axes)
    places = places[(_distances(places, values) < near) & (_distances(places, slopes) < near)]
    for corner in corners_at(plane, places, least=0.0):
        ends = np.array(corner.at) + near * corner.sides
        value, slope = (_distances(ends, one) < near / 2 for one in (values, slopes))
        by = stretch(equation, axes, np.array(corner.at) + near * corner.inwards)
        if value.sum() == 1 and slope[~value].all() and by is not None:
            made = replace(corner.stretched(by), mixed=fields[field])
            if made.angle > LEAST:
                yield made


def _fixed(places: Array) -> Array:
    """The distinct ones (N, 2) of ``places``; none where there are too many, as they move."""
    found = np.unique(places.round(DECIMALS), axis=0)
    return found if len(found) <= MOST else found[:0]


def _chosen(points: Sequence[Array], axes: Sequence[int]) -> Array:
    """All points (N, 2) in a plane."""
    return np.concatenate([np.empty((0, 2)), *(one[:, axes] for one in points)])


def _distances(points: Array, others: Array) -> Array:
    """How far the nearest of ``others`` is from each of the points (N,)."""
    if not len(others):
        return np.full(len(points), np.inf)
    return np.atleast_1d(cKDTree(others).query(points)[0])
