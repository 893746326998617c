"""Why a loss is not finite: the first residual without a value, and where.

Axis legend: B points, D coordinates, S derivatives, C fields.
"""

from collections.abc import Iterable, Iterator

from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.problems.domains import located
from nas.training.collocation import Points, View
from nas.training.least_squares.features import Answer


def no_value(problem: Problem, answers: Iterable[Answer], points: Points) -> str:
    """What has no value, and where, at the first of ``points`` where this is so; "" if all has.

    ``answers`` are tried in turn; one that is itself not finite is passed over.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.training import example
    >>> sorbing = replace(example.PROBLEM, residual=lambda u: u.t + u**0.5, balanced=False)
    >>> import torch
    >>> def negative(points, derivatives):
    ...     return torch.full((len(derivatives), len(points), 1), -0.25, dtype=torch.float64)
    >>> no_value(sorbing, [negative], example.points())  # doctest: +ELLIPSIS
    'equations: no value (nan) at t=0..., where u=-0.25'
    """
    return next((line for one in answers for line in _lines(problem, one, points)), "")


def _lines(problem: Problem, answer: Answer, points: Points) -> Iterator[str]:
    for group, sample in zip(problem.groups, points.samples, strict=True):
        flat = sample.points.flatten(0, -2)
        jet = answer(flat, group.derivatives).double()
        physical = problem.physical(jet, group.derivatives, flat)
        if not physical.isfinite().all():
            return
        for term in group.terms:
            yield from _of_term(problem, sample.seen_by(term), physical, group.derivatives)


def _of_term(
    problem: Problem, seen: View, physical: Tensor, derivatives: DerivativeSet
) -> Iterator[str]:
    jet = seen.part(physical)
    for residual in seen.residuals(jet, derivatives):
        wrong = (~residual.isfinite()).nonzero()
        if len(wrong):
            row = int(wrong[0, 0])
            at = seen.flat[row].tolist()
            found = jet[0, row, : len(problem.fields)].tolist()
            yield (
                f"{problem.requirement_of(seen.term).describe()}: no value ({residual[row]:g}) at "
                f"{located(problem.coordinates, at, digits=4)}, "
                f"where {located(problem.fields, found, digits=4)}"
            )
