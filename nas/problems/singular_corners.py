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

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from nas.calculus.derivatives import order_of
from nas.problems.ansatz.given import Given, given
from nas.problems.ansatz.leading_part import Equation, equation_of, stretch
from nas.problems.ansatz.probing import probe
from nas.problems.ansatz.sides import BESIDE, CLOSER, Sides
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array, Domain
from nas.problems.domains.corners import MOST, Corner, corners_at, joints, planes, reentrant
from nas.problems.terms import Term
from nas.problems.terms.condition import Boundary

DECIMALS = 7  # of a place, over the extent: what is closer is one
LEAST = np.radians(95)  # at a right angle the leading power is 1, and all is smooth
_NOWHERE = np.empty((0, 2))


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
        pairs = product([Sides(domain, plane) for plane in planes(domain)], alone)
        mixed = [one for pair in pairs for one in _mixed(*pair, known, fields)]
    # Of a corner that is both the mixed one says more.
    distinct = {(one.coordinates, _place(one, domain)): one for one in (*own, *mixed)}
    return tuple(sorted(distinct.values(), key=_sharpness, reverse=True)[:MOST])


def _place(corner: Corner, domain: Domain) -> tuple[float, ...]:
    """Where a corner is, over the domain's extent: as far as one is told from another."""
    extent = float(np.ptp(domain.bounds, axis=1).max())
    return tuple(round(at / extent, DECIMALS) for at in corner.at)


def _sharpness(corner: Corner) -> float:
    """π over the leading power."""
    return corner.angle * (2 if corner.mixed else 1)


def _stretched(corner: Corner, equations: Sequence[Equation], domain: Domain) -> Corner:
    """A corner as all equations have it; as it is if they do not agree."""
    axes = [domain.coordinates.index(one) for one in corner.coordinates]
    extent = float(np.ptp(domain.bounds, axis=1)[axes].max())
    at = np.array(corner.at) + CLOSER * BESIDE * extent * corner.inwards
    found = [stretch(equation, axes, at) or math.nan for equation in equations]
    same = bool(found) and max(found) - min(found) <= CLOSE * found[0]
    return corner.stretched(found[0]) if same and found[0] != 1.0 else corner


def _mixed(
    sides: Sides, equation: Equation, known: Sequence[Given], fields: Sequence[str]
) -> Iterator[Corner]:
    """Those of a plane between value and derivative of one field."""
    plane, field = sides.plane, equation.field
    values = {one.part for one in known if one.value[:, field].any()}
    slopes = {one.part for one in known if one.slope[:, field].any()}
    changes = [_fixed(one.changes(field)[:, sides.axes]) for one in known]
    places = [
        at[None]
        for at in (joints(plane) if values and slopes else ())
        if (beside := sides.beside(at).keys()) & values and beside & slopes
    ]
    for corner in corners_at(plane, np.concatenate([_NOWHERE, *places, *changes]), least=0.0):
        parts = sides.parts(corner)
        by = stretch(equation, sides.axes, sides.within(corner))
        if parts is None or by is None:
            continue
        points = sides.points(corner)
        kinds = [_kind(known, *pair, field) for pair in zip(parts, points, strict=True)]
        made = replace(corner.stretched(by), mixed=fields[field])
        if set(kinds) == {"value", "slope"} and made.angle > LEAST:
            yield made


def _kind(known: Sequence[Given], part: str, points: Array, field: int) -> str:
    """What is given at points (N, D) of a part: a value before a derivative; "" if nothing."""
    told = [one.kind(points, field) for one in known if one.part == part]
    return next((kind for kind in ("value", "slope") if kind in told), "")


def _fixed(places: Array) -> Array:
    """The distinct ones (N, 2) of ``places``; none where there are too many, as they move."""
    found = np.unique(places, axis=0)
    return found if len(found) <= MOST else found[:0]
