"""The physics losses of many tries at once: a base with features added in several amounts.

Axis legend: N tries, S derivatives, B points, C fields, U unknown coefficients, K features.
"""

import torch
from torch import Tensor

from nas.problems import Problem
from nas.training.collocation import Points
from nas.training.least_squares.features import Answer, Features


@torch.no_grad()
def losses(
    problem: Problem, base: Answer, features: Features, points: Points, coefficients: Tensor
) -> Tensor:
    """The physics loss (N,) of ``base`` with features added, for each row of the coefficients.

    Parameters
    ----------
    coefficients : Tensor (N, C·K + U)
        In the order of the columns of `linearised`.

    Examples
    --------
    Of u' + u and u(0) - 1 for the constants 0 and 2:

    >>> from nas.training import example
    >>> from nas.training.least_squares.features import Affine
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> tries = torch.tensor([[0.0, 0.0], [2.0, 0.0]]).double()
    >>> losses(example.PROBLEM, zero, Affine([(0.0, 1.0)]), example.points(), tries).tolist()
    [1.0, 5.0]
    """
    fields, count = len(problem.fields), len(features)
    by_field = coefficients[:, : fields * count].view(-1, fields, count)
    by_unknown = coefficients[:, fields * count :]
    found = coefficients.new_zeros(len(coefficients))
    for group, sample in zip(problem.groups, points.samples, strict=True):
        flat = sample.points.flatten(0, -2)
        jet = base(flat, group.derivatives).double().repeat(len(coefficients), 1, 1, 1)
        added = features.jet(flat, group.derivatives) @ by_field.flatten(0, 1).T
        jet[..., :fields] += added.unflatten(-1, (-1, fields)).movedim(-2, 0)
        jet[:, 0, :, fields:] += by_unknown[:, None, :]
        for term in group.terms:
            seen = sample.seen_by(term)
            for residual in seen.weighted(problem, seen.part(jet), group.derivatives):
                found += residual.square().sum(-1)
    return found
