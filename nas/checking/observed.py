"""Whether values that are observed without noise agree: with each other, and with conditions.

Axis legend: n points, D coordinates.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from nas.assessment.corners import APART, Value, demanded, values_known
from nas.calculus.derivatives import order_of
from nas.problems import Problem
from nas.problems.domains import Array, Box, located
from nas.problems.domains.domain import rounding
from nas.problems.terms.observations import ObservationTerm

HERE = "the observations"


def disagreements(problem: Problem) -> list[str]:
    """Where observations without noise demand different values of a field, a line each.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Observations
    >>> rod = Problem("rod", Box(x=(0, 1)), lambda u: u.xx + 1, [
    ...     Condition("x_min", lambda u: u),
    ...     Observations({"x": [0.0, 0.5, 0.5], "u": [0.3, 0.5, 0.7]}),
    ... ])
    >>> for line in disagreements(rod):
    ...     print(line)
    u is observed as 0.5 and 0.7 at x=0.5, without noise; give one value, or their noise
    u is observed as 0.3 at x=0, without noise, where the condition on x_min demands 0
    """
    seen, known = list(_observed(problem)), list(values_known(problem))
    found = [_with_itself(problem, one) for one in seen]
    found += [_with_another(problem, *pair) for pair in combinations(seen, 2)]
    found += [_with_condition(problem, one, other) for one in seen for other in known]
    return [line for line in found if line]


def _observed(problem: Problem) -> Iterator[Value]:
    """Each quantity that is a field's value at points, and exact."""
    for term in problem.terms:
        if not isinstance(term, ObservationTerm) or problem.requirement_of(term).noise:
            continue
        if any(map(order_of, term.derivatives)):
            continue
        points, data = term.source.points, term.source.values
        for number in range(len(term.weights)):
            for field in range(len(problem.fields)):
                values = demanded(problem, term, number, field, points, data)
                if values is not None:
                    yield Value(term, number, field, HERE, points, data, values)


def _with_itself(problem: Problem, one: Value) -> str:
    return _at_one_place(problem, one.field, one.points, one.values)


def _with_another(problem: Problem, one: Value, other: Value) -> str:
    if one.field != other.field:
        return ""
    points = np.concatenate([one.points, other.points])
    return _at_one_place(problem, one.field, points, np.concatenate([one.values, other.values]))


def _at_one_place(problem: Problem, field: int, points: Array, values: Array) -> str:
    """Two values that are further apart than is usual, at the same of the points (n, D)."""
    order = np.lexsort((values, *points.T))
    at, of = points[order], values[order]
    same = (at[1:] == at[:-1]).all(axis=1)
    apart = np.where(same, of[1:] - of[:-1], 0.0)
    if not len(apart) or apart.max() <= APART * np.abs(values).max():
        return ""
    row = int(apart.argmax())
    return (
        f"{_name(problem, field)} is observed as {of[row]:.3g} and {of[row + 1]:.3g} at "
        f"{located(problem.coordinates, at[row], digits=3)}, without noise; give one value, or "
        "their noise"
    )


def _with_condition(problem: Problem, one: Value, other: Value) -> str:
    """An observation on a face of a box, where a condition demands another value."""
    if one.field != other.field or not isinstance(problem.domain, Box):
        return ""
    coordinate, _, end = other.part.rpartition("_")
    axis = problem.coordinates.index(coordinate)
    face = problem.domain.bounds[axis][end == "max"]
    there = np.abs(one.points[:, axis] - face) <= rounding(problem.domain.bounds)
    points = one.points[there]
    if not len(points):
        return ""
    normals = problem.domain.normals(other.part, points)
    values = demanded(problem, other.term, other.residual, other.field, points, normals)
    largest = max(np.abs(one.values).max(), np.abs(other.values).max())
    if values is None or not np.abs(values - one.values[there]).max() > APART * largest:
        return ""
    row = int(np.abs(values - one.values[there]).argmax())
    return (
        f"{_name(problem, one.field)} is observed as {one.values[there][row]:.3g} at "
        f"{located(problem.coordinates, points[row], digits=3)}, without noise, where the "
        f"condition on {other.part} demands {values[row]:.3g}"
    )


def _name(problem: Problem, field: int) -> str:
    return tuple(problem.fields)[field]
