"""Whether conditions agree where parts of the boundary meet.

Axis legend: N points, D coordinates, C fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from scipy.spatial import cKDTree

from nas.assessment.families import demanding
from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.problems.ansatz.angle_jump import AngleJump
from nas.problems.ansatz.jump import CornerJump
from nas.problems.domains import Array, located
from nas.problems.terms import PointCounts, Term
from nas.problems.terms.condition import Boundary

POINTS = PointCounts(interior=1, boundary=2048)
NEAR = 0.05  # of the domain: parts further from each other do not meet
APART = 0.02  # of the largest value that is demanded: a disagreement, not the way to the corner


@dataclass(frozen=True)
class Value:
    """A condition that gives a field's value on a part of the boundary.

    Examples
    --------
    >>> from nas.problems import load
    >>> first = next(values_known(load("burgers")))  # u = -sin πx at the start
    >>> first.part, first.field, first.points.shape == (len(first.values), 2)
    ('t_min', 0, True)
    """

    term: Term
    residual: int
    field: int
    part: str
    points: Array
    data: Array
    values: Array


def contradictions(problem: Problem) -> list[str]:
    """Where two conditions demand different values of a field at one place, a line each.

    Jumps that the fields' form has (`nas.Problem.known_jumps`) are none.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> plate = Problem("plate", Box(x=(0, 1), y=(0, 1)), lambda u: u.xy, [
    ...     Condition(("x_min", "x_max"), lambda u: u),
    ...     Condition("y_min", lambda u: u - 1),
    ...     Condition("y_max", lambda u, x: u - x * (1 - x)),
    ... ])
    >>> for line in contradictions(plate):
    ...     print(line)
    u is 0 on x_min and 1 on y_min, which meet at x=0, y=0
    u is 0 on x_max and 1 on y_min, which meet at x=1, y=0
    """
    asked = demanding(problem)
    known = list(values_known(asked))
    met = {
        (one.field, frozenset(one.parts(problem.domain)))
        for one in problem.known_jumps
        if isinstance(one, CornerJump | AngleJump)
    }
    largest = {
        field: max((np.abs(one.values).max() for one in known if one.field == field), default=0.0)
        for field in range(len(problem.fields))
    }
    found = [
        _disagreement(asked, one, other, largest[one.field])
        for one, other in combinations(known, 2)
        if one.field == other.field and (one.field, frozenset((one.part, other.part))) not in met
    ]
    return [line for line in found if line]


def values_known(problem: Problem) -> Iterator[Value]:
    """Each condition that gives a field's value on a part, with some points of it.

    Examples
    --------
    >>> from nas.problems import load
    >>> [(one.part, float(one.values.max())) for one in values_known(load("burgers"))][1:]
    [('x_min', 0.0), ('x_max', 0.0)]
    """
    for group in problem.groups[1:]:
        if not isinstance(group.source, Boundary):
            continue
        drawn = group.source.draw(
            problem.domain, group.regions, POINTS, seed=0, draw=0, method="sobol"
        )
        for term in group.terms:
            for part in term.regions:
                points, data = drawn[part].points, drawn[part].data
                for number in range(len(term.probed)):
                    for field in range(len(problem.fields)):
                        values = demanded(problem, term, number, field, points, data)
                        if values is not None:
                            yield Value(term, number, field, part, points, data, values)


def demanded(
    problem: Problem, term: Term, number: int, field: int, points: Array, data: Array
) -> Array | None:
    """The value (N,) of a field where a residual vanishes; None unless it is linear in it alone.

    Other residuals of the same condition may have derivatives.

    Examples
    --------
    >>> from nas.problems import load
    >>> burgers = load("burgers")
    >>> demanded(burgers, burgers.terms[2], 0, 0, np.zeros((1, 2)), np.zeros((1, 2)))
    array([0.])
    """
    at = torch.as_tensor(points)
    width = len(problem.fields) + len(problem.unknown)
    derivatives = DerivativeSet(term.derivatives, len(problem.coordinates))
    trials = torch.zeros(4, len(derivatives), len(at), width, dtype=torch.float64)
    trials[3] = 0.7  # of all else
    trials[:, 0, :, field] = torch.tensor([0.0, 1.0, 2.0, 1.0]).view(-1, 1).double()
    residuals = term.residuals(trials, derivatives, at, torch.as_tensor(data))[number]
    zero, one, two, moved = residuals.detach().numpy()
    if not residuals.isfinite().all():
        return None
    slope = one - zero
    linear = np.allclose(two - one, slope, rtol=1e-9, atol=0) and np.abs(slope).min() > 0
    alone = np.allclose(moved, one, rtol=1e-12, atol=1e-12 * np.abs(slope).max(initial=0))
    return 0.0 - zero / slope if linear and alone else None


def _disagreement(problem: Problem, one: Value, other: Value, largest: float) -> str:
    low, high = np.transpose(problem.domain.bounds)
    scaled = [(values.points - low) / (high - low) for values in (one, other)]
    found = cKDTree(scaled[1]).query(scaled[0])
    distances, nearest = np.atleast_1d(found[0]), np.atleast_1d(found[1])
    row = int(distances.argmin())
    if distances[row] > NEAR:
        return ""
    # Both formulas at the corner: the way to it, or from one to the other, is a difference too.
    corner = _corner(problem, one.points[row])
    here = _there(problem, one, row, corner)
    there = _there(problem, other, int(nearest[row]), corner)
    if not abs(here - there) > APART * largest:
        return ""
    name = tuple(problem.fields)[one.field]
    if one.part == other.part:
        return f"{name} is {here:.3g} and {there:.3g} on {one.part}"
    demands = f"{name} is {here:.3g} on {one.part} and {there:.3g} on {other.part}"
    return f"{demands}, which meet at {located(problem.coordinates, corner, digits=3)}"


def _there(problem: Problem, one: Value, row: int, corner: Array) -> float:
    """What is demanded at a corner (D,); beside it, at a point of its own, where that fails."""
    data = one.data[row][None]
    found = demanded(problem, one.term, one.residual, one.field, corner[None], data)
    if found is None or not np.isfinite(found[0]):
        return float(one.values[row])
    return float(found[0])


def _corner(problem: Problem, point: Array) -> Array:
    """The corner (D,) beside a point (D,), or the point itself if none is near."""
    low, high = np.transpose(problem.domain.bounds)
    # Points are drawn near a corner, never on it.
    near: Array = np.where(np.abs(point - low) < NEAR * (high - low), low, point)
    return np.where(np.abs(point - high) < NEAR * (high - low), high, near)
