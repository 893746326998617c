"""How many points a least-squares problem is to have, beside so many inside."""

from nas.problems.problem import Problem
from nas.problems.terms import PointCounts

EACH = 8  # on a part of the boundary, at least


def point_counts(problem: Problem, interior: int, share: float) -> PointCounts:
    """``interior`` points; on the boundary a ``share`` of as many, but some for each of its parts.

    Examples
    --------
    >>> from nas.problems import load
    >>> point_counts(load("burgers"), interior=300, share=1 / 4)
    PointCounts(interior=300, boundary=75)
    >>> point_counts(load("burgers"), interior=30, share=1 / 4)  # of three parts
    PointCounts(interior=30, boundary=24)
    """
    regions = sum(len(group.regions) for group in problem.groups[1:])
    return PointCounts(interior, max(int(interior * share), EACH * regions))
