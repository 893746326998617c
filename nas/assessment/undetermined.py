"""What a problem leaves open: unknown coefficients that nothing tells, fields up to a constant, and
fields for which there are too few equations; and families of solutions (`families`).

A coefficient is left open where a change of it can be undone by a change of the fields, in the
equations and in all conditions: its column of the linearised problem lies in the span of the
fields' columns, and there is a family of solutions. A field is free up to a constant where adding
one changes nothing at all. Both are seen at an answer that is made up, so before any training too.

Axis legend: R rows, P columns, S derivatives, B points, C fields, U unknown coefficients, K waves.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from nas.assessment.families import resonant, waves_of
from nas.assessment.inflow import given_downstream
from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.problems.terms.observations import ObservationTerm
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Answer, with_added
from nas.training.least_squares.linearised import linearise
from nas.training.point_counts import point_counts

COLUMNS = 400  # of all fields together
WAVES = {1: 60}  # a field's; of more coordinates than one, more
MANY = 300
ROWS = 3  # for each wave
SLOW, REACH = 2.0, {1: 25.0, 2: 6.0}  # frequencies of the made-up answer, and of waves
FEWER = 4.0  # of waves in more dimensions
NOTHING = 2e-2  # of what is its own: left of a column that waves could undo, if they were more
CUT = 1e-12  # of singular values: waves are nearly dependent
ALONE = 1e-10  # of what waves do to a residual, of what a coefficient does: nothing


def left_open(problem: Problem) -> list[str]:
    """What equations and conditions leave open near a made-up answer, a line each.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Observations, Unknown
    >>> rod = Problem(
    ...     "rod", Box(x=(0, 1)), lambda u, k: k * u.xx + 1, unknown={"k": Unknown(start=1.0)},
    ...     conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    ... )
    >>> for line in left_open(rod):
    ...     print(line[:73])
    nothing tells the unknown k: equations and conditions leave a family of s
    """
    if few := _equations(problem):
        return few  # all else is open, too
    count = min(WAVES.get(len(problem.coordinates), MANY), COLUMNS // len(problem.fields))
    waves = waves_of(problem, REACH.get(len(problem.coordinates), FEWER), count, seed=0)
    counts = point_counts(problem, ROWS * count, share=1 / 3)
    points = Sampler(problem, counts, "sobol", 0).held_out(torch.device("cpu"))
    matrix = linearise(problem, _slow(problem), waves, points).matrix
    if not matrix.isfinite().all():
        return []
    width = len(problem.fields) * count
    # Each row counts the same: noisy observations tell a coefficient as well, if less of it.
    rows = matrix / matrix[:, :width].norm(dim=1, keepdim=True).clamp_min(1e-300)
    found = [*_constants(problem, matrix[:, :width], count), *_unknown(problem, rows, width)]
    # Each is a family by itself.
    return found or [*resonant(problem, _slow(problem)), *given_downstream(problem)]


def untold_start(name: str) -> str:
    """How a line of `left_open` begins that tells of an unknown coefficient.

    Examples
    --------
    >>> untold_start("k")
    'nothing tells the unknown k:'
    """
    return f"nothing tells the unknown {name}:"


def tells_of_unknown(line: str) -> bool:
    """Whether a line of `left_open` is about one unknown coefficient, and not the whole answer.

    Examples
    --------
    >>> tells_of_unknown("nothing tells the unknown k: equations and conditions leave a family")
    True
    >>> tells_of_unknown("only derivatives of p occur, in equations and conditions")
    False
    """
    return line.startswith(untold_start("").removesuffix(":"))


def _slow(problem: Problem) -> Answer:
    """A made-up answer: fields of slow waves, and the unknown coefficients' starts."""
    fields, waves = len(problem.fields), waves_of(problem, SLOW, 4, seed=1)
    generator = torch.Generator().manual_seed(2)
    weights = 0.5 + torch.rand(fields * len(waves), generator=generator, dtype=torch.float64)
    raw = torch.tensor([one.first for one in problem.unknown.values()], dtype=torch.float64)

    def nothing(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        shape = (len(derivatives), len(points), fields + len(raw))
        return torch.zeros(shape, dtype=torch.float64)

    return with_added(nothing, waves, torch.cat([weights, raw]))


def _equations(problem: Problem) -> list[str]:
    """Whether there are fewer equations, and quantities observed, than fields in the equations."""
    terms = problem.groups[0].terms
    seen = frozenset[int]().union(*(term.components for term in terms))
    fields = [field for number, field in enumerate(problem.fields) if number in seen]
    equations = sum(len(term.probed) for term in terms)
    observed = sum(len(term.weights) for term in problem.terms if isinstance(term, ObservationTerm))
    if equations + observed >= len(fields):
        return []
    given = f"{equations} equation{'s' * (equations != 1)}"
    if observed:
        given += f" and {observed} observed quantit{'ies' if observed > 1 else 'y'}"
    return [
        f"{given} for the fields {', '.join(fields)}: infinitely many solutions; give an equation "
        "for each field, or observations (nas.Observations)"
    ]


def _constants(problem: Problem, matrix: Tensor, count: int) -> Iterator[str]:
    """Fields whose constant changes no residual: the first wave is one."""
    for number, field in enumerate(problem.fields):
        of_field = matrix[:, number * count : (number + 1) * count]
        # Row by row: units of an equation may be a billion times those of a condition.
        if bool((of_field[:, 0].abs() <= ALONE * of_field.norm(dim=1)).all()):
            yield (
                f"only derivatives of {field} occur, in equations and conditions: {field} is free "
                "up to a constant; fix its value at a point with nas.Observations, or its mean "
                "with nas.Integral"
            )


def _unknown(problem: Problem, rows: Tensor, width: int) -> Iterator[str]:
    """Unknown coefficients whose columns are combinations of all others."""
    fields, unknown = rows[:, :width], rows[:, width:]
    for number, name in enumerate(problem.unknown):
        column = unknown[:, number]
        others = torch.cat([unknown[:, :number], unknown[:, number + 1 :]], dim=1)
        # Two coefficients may do nearly the same, and yet not quite: what one does that the others
        # do not is what fields would have to undo.
        own = _left(others, column)
        left = _left(torch.cat([fields, others], dim=1), column)
        if own.norm() <= ALONE * column.norm() or left.norm() < NOTHING * own.norm():
            yield (
                f"{untold_start(name)} equations and conditions leave a family of "
                f"solutions, one for each {name}; add what was measured (nas.Observations), a mean "
                f"(nas.Integral) or a condition, or give {name} as a number"
            )


def _left(others: Tensor, column: Tensor) -> Tensor:
    """What is left of a column (R,) when its projection on others (R, P) is taken away."""
    if not others.shape[1]:
        return column
    scaled = others / others.norm(dim=0).clamp_min(1e-300)
    u, s, _ = torch.linalg.svd(scaled, full_matrices=False)
    span = u[:, s > CUT * s[0]]
    left: Tensor = column - span @ (span.T @ column)
    return left
