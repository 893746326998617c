"""Conditions that no smooth answer meets, within one part of the boundary or by an integral.

Where two parts meet it is `nas.assessment.corners` that looks.

Axis legend: N points, D coordinates, Q pairs of them, S derivatives, C fields.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from nas.assessment.corners import APART, Value, demanded, values_known
from nas.assessment.families import demanding
from nas.calculus.derivatives import order_of
from nas.problems import Problem
from nas.problems.ansatz.given import Given, given
from nas.problems.domains import Array, located
from nas.problems.terms import Integral
from nas.problems.terms.condition import Boundary
from nas.training.least_squares.corners import encoding

Mask = NDArray[np.bool_]
Rows = NDArray[np.int_]

NEIGHBOURS = 4  # of each point
PAIRS = 32  # of points, those with the largest changes
BISECTIONS = 40  # of what lies between two points
STAYS = 0.5  # of a change between them, where it is a jump
SAME = 1e-4  # of the domain: a jump that the field's form has, by a chord of its side


def unmet(problem: Problem) -> list[str]:
    """What asks for a jump that fields' forms do not have, or an infinite gradient, a line each.

    Examples
    --------
    >>> import torch
    >>> from nas.problems import Box, Condition
    >>> pulse = Condition("t_min", lambda u, x: u - torch.where(x > 0.3, 1.0, 0.0))
    >>> string = Problem("string", Box(x=(0, 1), t=(0, 1)), lambda u: u.tt - u.xx, [pulse])
    >>> unmet(string)
    ['u jumps from 0 to 1 along t_min, at x=0.3, t=0']
    """
    asked = demanding(problem)
    jumps = [line for one in values_known(asked) if (line := _jump(asked, one))]
    return [*jumps, *_changes(asked, problem), *_fluxes(problem)]


def _jump(problem: Problem, one: Value) -> str:
    """A jump of a value along its part that is not known, the one that changes most."""

    def values(points: Array) -> Array:
        data = np.repeat(one.data[:1], len(points), axis=0)
        found = demanded(problem, one.term, one.residual, one.field, points, data)
        return np.full(len(points), np.nan) if found is None else found

    rows = _neighbours(problem, one.points)
    changes = np.abs(one.values[rows[0]] - one.values[rows[1]])
    most = np.argsort(-changes, kind="stable")[:PAIRS]
    most = most[changes[most] > APART * np.abs(one.values).max()]
    ends = np.stack([one.points[row[most]] for row in rows])  # (2, Q, D)
    told = np.stack([one.values[row[most]] for row in rows])
    least = STAYS * changes[most]
    for _ in range(BISECTIONS):
        if not len(least):
            return ""
        middle = ends.mean(0)
        between = values(middle)
        half = np.where(abs(between - told[0]) > abs(told[1] - between), 1, 0)
        ends[half, range(len(half))], told[half, range(len(half))] = middle, between
        stays = abs(told[1] - told[0]) > least
        ends, told, least = ends[:, stays], told[:, stays], least[stays]
    for row in range(len(least)):
        (at, below), (_, above) = sorted(zip(ends[:, row], told[:, row], strict=True), key=_along)
        if not _is_known(problem, one, at):
            name = tuple(problem.fields)[one.field]
            where = located(problem.coordinates, at, digits=3)
            return f"{name} jumps from {below:.3g} to {above:.3g} along {one.part}, at {where}"
    return ""


def _along(end: tuple[Array, float]) -> tuple[float, ...]:
    return tuple(end[0])


def _is_known(problem: Problem, one: Value, point: Array) -> bool:
    there = dict(zip(problem.coordinates, point, strict=True))
    extents = np.ptp(problem.domain.bounds, axis=1)
    near = dict(zip(problem.coordinates, SAME * extents, strict=True))
    return any(
        known.field == one.field
        and set(known.parts(problem.domain)) == {one.part}
        and all(abs(there[c] - at) <= near[c] for c, at in known.place(problem.domain).items())
        for known in problem.known_jumps
    )


def _changes(problem: Problem, posed: Problem) -> Iterator[str]:
    """Where a condition turns from a field's value to its derivative, within one part.

    ``posed`` is the problem as it was written, whose networks see corners or do not.
    """
    raw = [coefficient.first for coefficient in problem.unknown.values()]
    for group in problem.groups[1:]:
        for term in group.terms if isinstance(group.source, Boundary) else ():
            if any(map(order_of, term.derivatives)):
                for one in given(term, problem.domain, len(problem.fields), raw):
                    yield from _changes_along(posed, one)


def _changes_along(problem: Problem, one: Given) -> Iterator[str]:
    for field, name in enumerate(problem.fields):
        unknown = [at for at in one.changes(field) if not _is_corner(problem, at)]
        if unknown:
            at = located(problem.coordinates, unknown[0], digits=2)
            yield (
                f"{one.part} gives the value of {name} on one part and a derivative on another, "
                f"which meet at {at}, where its gradient is infinite"
            )


def _is_corner(problem: Problem, point: Array) -> bool:
    """Whether networks see what fields do at a point (D,), between a value and a derivative."""
    there = dict(zip(problem.coordinates, point, strict=True))
    extent = float(np.ptp(problem.domain.bounds, axis=1).max())
    return bool(encoding(problem)) and any(
        math.dist(corner.at, [there[one] for one in corner.coordinates]) <= SAME * extent
        for corner in problem.corners
        if corner.mixed
    )


def _fluxes(problem: Problem) -> Iterator[str]:
    """Integrals of derivatives over a part at which the field jumps."""
    for term in problem.terms:
        one = problem.requirement_of(term)
        if not isinstance(one, Integral) or not any(map(order_of, term.derivatives)):
            continue
        for jump in problem.known_jumps:
            if jump.field in term.components and one.on in jump.parts(problem.domain):
                name = tuple(problem.fields)[jump.field]
                yield (
                    f"{one.describe()}: derivatives of {name} grow without bound there, as "
                    f"{jump.describe(problem.domain, name)}; an integral of them is off by some "
                    "percent, or is infinite: take a part without the jump"
                )


def _neighbours(problem: Problem, points: Array) -> tuple[Rows, Rows]:
    """Pairs of neighbours, as rows (Q,) and (Q,) of points (N, D)."""
    low, high = np.transpose(problem.domain.bounds)
    scaled = (points - low) / (high - low)
    count = min(NEIGHBOURS + 1, len(points))
    _, nearest = cKDTree(scaled).query(scaled, k=count)
    others = np.reshape(nearest, (len(points), count))[:, 1:]
    return np.repeat(np.arange(len(points)), count - 1), np.ravel(others)
