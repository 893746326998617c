"""Whether what first-order equations carry along is given where it comes in.

a · ∇u + … = 0 carries u along the lines of a (the method of characteristics). Of the parts of the
boundary that a line crosses u can be given on one: on the others it is what has come there. Given
where lines end, in place of where they begin, conditions are as many as they have to be, and yet
some of them contradict the equation, and all that comes in across the others is open.

Axis legend: N points, D coordinates.
"""

from collections.abc import Iterator

import torch

from nas.calculus.derivatives import order_of, unit
from nas.calculus.fields import TIMES
from nas.problems import Problem
from nas.problems.ansatz.probing import Probe, probe
from nas.problems.terms import PointCounts
from nas.problems.terms.condition import Boundary
from nas.problems.terms.term import Drawn

FEW = PointCounts(interior=16, boundary=256)
ALONG = 1e-6  # of |a|: what crosses a part no faster goes along it


def given_downstream(problem: Problem) -> Iterator[str]:
    """Parts where a linear equation of first order for one field carries out what is given there.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> start, left = Condition("t_min", lambda u: u), Condition("x_min", lambda u: u - 1)
    >>> for line in given_downstream(
    ...     Problem("belt", Box(x=(0, 1), t=(0, 1)), lambda u: u.t - 2 * u.x, [start, left])
    ... ):
    ...     print(line)
    u is given on x_min, where its equation carries it out of the domain, and not on x_max, where \
it comes in: turn the sign of a coefficient around, or give it there
    """
    terms = problem.groups[0].terms
    if len(problem.fields) > 1 or len(terms) > 1 or len(terms[0].probed) > 1:
        return
    if problem.unknown or len(problem.coordinates) < 2:
        return
    tried = probe(terms[0], problem.domain, fields=1)
    if max(map(order_of, tried.derivatives.keys)) != 1:
        return
    across = {part: sign for part in problem.domain.parts if (sign := _across(tried, part))}
    given = [part for part in across if part in _with_conditions(problem)]
    # Time goes forwards, if it is a coordinate and its start is given.
    first = next((part for part in given if part.rpartition("_")[0] in TIMES), None)
    inwards = across[first or given[0]] if given else 0.0
    out = [part for part in given if across[part] == -inwards]
    bare = [part for part, sign in across.items() if sign == inwards and part not in given]
    if out and bare:
        (name,) = problem.fields
        yield (
            f"{name} is given on {', '.join(out)}, where its equation carries it out of the "
            f"domain, and not on {', '.join(bare)}, where it comes in: turn the sign of a "
            "coefficient around, or give it there"
        )


def _across(tried: Probe, part: str) -> float:
    """The sign of a · n, if it is the same all over a part and at two states; else 0."""
    drawn = Boundary().draw(tried.domain, [part], FEW, seed=0, draw=0, method="sobol")[part]
    points, normals = torch.as_tensor(drawn.points), torch.as_tensor(drawn.data)
    there = tried.at(Drawn.bare(drawn.points))
    dimension = points.shape[1]
    index = [tried.derivatives.index[key] for axis in range(dimension)
             if (key := unit(axis, dimension)) in tried.derivatives.index]  # fmt: skip
    if len(index) < dimension:
        return 0.0
    units = torch.cat([there.unit(one, 0) for one in index])
    still, moved = (
        there.linear(state, units)[0] for state in (there.constant([0.0]), there.random(3)[:1])
    )
    if not torch.allclose(still, moved) or not still.isfinite().all():
        return 0.0
    crossing = (still * normals.T).sum(0)
    least = ALONG * still.norm(dim=0).max()
    if bool((crossing > least).all()):
        return 1.0
    return -1.0 if bool((crossing < -least).all()) else 0.0


def _with_conditions(problem: Problem) -> set[str]:
    """The parts on which conditions stand."""
    return {
        region
        for group in problem.groups[1:]
        if isinstance(group.source, Boundary)
        for region in group.regions
    }
