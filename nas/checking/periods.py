"""Whether conditions agree with periodic ones.

Axis legend: N points, D coordinates.
"""

from collections.abc import Iterator

import numpy as np

from nas.assessment.corners import APART, NEAR, Value, demanded, values_known
from nas.problems import Problem
from nas.problems.domains import Array
from nas.problems.terms.periodic import Pairs, PeriodicTerm


def unlike_ends(problem: Problem) -> list[str]:
    """Where a field is to have the same value at both ends, and two values there, a line each.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Periodic
    >>> ring = Problem("ring", Box(x=(0, 1), t=(0, 1)), lambda u: u.t - u.xx, [
    ...     Condition("t_min", lambda u, x: u - x), Periodic("x"),
    ... ])
    >>> unlike_ends(ring)
    ['u is periodic along x, but 0 at x=0 and 1 at x=1 by the condition on t_min']
    """
    known = list(values_known(problem))
    return [
        line
        for group in problem.groups[1:]
        for term in group.terms
        if isinstance(group.source, Pairs) and isinstance(term, PeriodicTerm)
        for line in _of(problem, group.source.coordinate, term, known)
    ]


def _of(problem: Problem, name: str, term: PeriodicTerm, known: list[Value]) -> Iterator[str]:
    axis = problem.coordinates.index(name)
    low, high = problem.domain.bounds[axis]
    for field in [field for key, field in term.pairs if not any(key)]:
        given = [one for one in known if one.field == field]
        largest = max((float(np.abs(one.values).max()) for one in given), default=0.0)
        for one in given:
            for other in given:
                if one.part == f"{name}_min" and other.part == f"{name}_max":
                    where = f"the conditions on {one.part} and {other.part}"
                elif one is other and one.part not in (f"{name}_min", f"{name}_max"):
                    where = f"the condition on {one.part}"
                else:
                    continue
                here, there = _at_ends(problem, axis, one, other)
                rows = np.abs(here - there)
                if len(rows) and rows.max() > APART * largest:
                    row = int(rows.argmax())
                    yield (
                        f"{tuple(problem.fields)[field]} is periodic along {name}, but "
                        f"{here[row]:.3g} at {name}={low:g} and {there[row]:.3g} at "
                        f"{name}={high:g} by {where}"
                    )


def _at_ends(problem: Problem, axis: int, one: Value, other: Value) -> tuple[Array, Array]:
    """The values of ``one`` at the lower end, and of ``other`` at the upper (N,).

    Nothing where the part does not lead from end to end, as the rim of a hole.
    """
    low, high = problem.domain.bounds[axis]
    depth = (one.points[:, axis] - low) / (high - low)
    near = depth < NEAR
    if not near.any() or (one is other and not (depth > 1 - NEAR).any()):
        return np.empty(0), np.empty(0)
    ends = []
    for value, at in ((one, low), (other, high)):
        points = one.points[near]
        points[:, axis] = at
        data = value.data[:1].repeat(len(points), axis=0)
        found = demanded(problem, value.term, value.residual, value.field, points, data)
        ends.append(np.empty(0) if found is None else found)
    if len(ends[0]) != len(ends[1]):
        return np.empty(0), np.empty(0)
    return ends[0], ends[1]
