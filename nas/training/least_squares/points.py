"""Points to solve a linearised problem at, and points to judge the solution by.

Axis legend: B points.
"""

from dataclasses import replace

import torch
from torch import Tensor

from nas.training.collocation import Points, Sample, Sampler
from nas.training.least_squares.features import Answer
from nas.training.point_counts import point_counts
from nas.training.resampling import Resampler, residual_sizes

CPU = torch.device("cpu")


def points_at_residuals(
    sampler: Sampler, answer: Answer, rows: int, number: int = 0
) -> tuple[Points, Points]:
    """Draw number ``number`` of both, most of them where the residuals of ``answer`` are large.

    Parameters
    ----------
    sampler
        Of which problem, and by which seed; how many points it draws does not matter.
    rows
        For each field, one for each equation at each point inside.

    Examples
    --------
    >>> from nas.training import example
    >>> def one(points, derivatives):
    ...     return torch.ones(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> solved_at, judged_by = points_at_residuals(example.SAMPLER, one, rows=100)
    >>> len(solved_at.interior), bool(torch.isin(solved_at.interior, judged_by.interior).any())
    (100, False)
    """
    problem = sampler.problem
    equations = sum(len(term.probed) for term in problem.groups[0].terms)
    interior = rows * len(problem.fields) // equations
    counts = point_counts(problem, interior, share=1 / 4)

    def sizes(sample: Sample) -> Tensor:
        jet = answer(sample.points, problem.derivatives).double()
        return residual_sizes(problem, jet, sample)[None]

    resampler = Resampler(replace(sampler, counts=counts), sizes)
    return resampler.draw(2 * number, CPU), resampler.draw(2 * number + 1, CPU)
