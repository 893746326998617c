"""The linearised problem: how residuals answer to small changes of an answer.

Axis legend: R residuals (rows), S derivatives, B points, L locations, C fields, U unknown
coefficients, K features, J moves.

To first order a change e of the answer u changes the residuals r by Dr(u)[e]. Residuals are
functions of jets, point by point, so one way back from each gives its derivative by the jet, and
the jets of any number of features turn it into columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.training.collocation import Points, Sample, View
from nas.training.least_squares.features import Answer, Features


class Moves(Protocol):
    """J ways in which all fields change together."""

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, C, J) at points (B, D), in float64."""
        ...


@dataclass(frozen=True)
class Rows:
    """A weighted least-squares problem: the sum of the squares of ``residuals`` is a physics loss.

    Parameters
    ----------
    matrix : Tensor (R, C·K + U + J)
        Their derivative by the coefficients of the features, field by field, by the raw unknown
        coefficients, and by the moves.
    residuals : Tensor (R,)

    Examples
    --------
    >>> from nas.training.least_squares.features import Affine
    >>> from nas.training import example
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> rows = linearise(example.PROBLEM, zero, Affine([(0.0, 1.0)]), example.points())
    >>> rows.matrix.shape  # by a constant and a slope, at 16 points and at the start
    torch.Size([17, 2])
    """

    matrix: Tensor
    residuals: Tensor


def linearise(
    problem: Problem,
    answer: Answer,
    features: Features,
    points: Points,
    moves: Moves | None = None,
) -> Rows:
    """The residuals of ``answer`` at ``points``, and their derivative by what is added to it.

    Examples
    --------
    Of u' + u = 0 and u(0) = 1 at the answer 0, where a constant c is added to it:

    >>> from dataclasses import replace
    >>> from nas.training import example
    >>> plain = replace(example.PROBLEM, balanced=False)
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> from nas.training.least_squares.features import Waves
    >>> constant = Waves.drawn([(0.0, 1.0)], reach=[1.0], count=1, seed=0)
    >>> rows = linearise(plain, zero, constant, example.points())
    >>> rows.residuals.square().sum().item()  # all of it the condition's
    1.0
    >>> rows.matrix[-1].item()
    1.0
    """
    at = places(problem, points)
    with torch.no_grad():
        jets = [answer(*one).double() for one in at]
    moved = None if moves is None else [moves.jet(*one) for one in at]
    return linearised_at(problem, points, jets, [features.jet(*one) for one in at], moved)


def places(problem: Problem, points: Points) -> list[tuple[Tensor, DerivativeSet]]:
    """For each group of terms its points (L·B, D), and the derivatives that it asks for.

    Examples
    --------
    >>> from nas.training import example
    >>> [len(at) for at, _ in places(example.PROBLEM, example.points())]
    [16, 1]
    """
    groups = zip(problem.groups, points.samples, strict=True)
    return [(sample.points.flatten(0, -2), group.derivatives) for group, sample in groups]


def linearised_at(
    problem: Problem,
    points: Points,
    jets: Sequence[Tensor],
    added: Sequence[Tensor],
    moved: Sequence[Tensor] | None = None,
) -> Rows:
    """As `linearise`, from jets at the `places`, one of each for each group of terms.

    Parameters
    ----------
    jets : Tensor (S, L·B, C + U) each
        Of the answer.
    added : Tensor (S, L·B, K) each
        Of the features.
    moved : Tensor (S, L·B, C, J) each
        Of the moves.

    Examples
    --------
    >>> from nas.training import example
    >>> points = example.points()
    >>> ones = [torch.ones(2, 16, 1).double(), torch.ones(1, 1, 1).double()]  # exp t, at t = 0
    >>> linearised_at(example.PROBLEM, points, ones, ones).matrix[:, 0].norm().item()
    2.23606797749979
    """
    matrices, residuals, fields = [], [], len(problem.fields)
    for number, (group, sample) in enumerate(zip(problem.groups, points.samples, strict=True)):
        features = _by_location(added[number], sample)
        for term in group.terms:
            seen = sample.seen_by(term)
            for residual, slope in _slopes(problem, seen, group.derivatives, jets[number]):
                residuals.append(residual)
                by_jet = slope[:, :, seen.rows]
                columns = [_columns(problem, by_jet, features[:, :, seen.rows])]
                if moved is not None:
                    ways = _by_location(moved[number], sample)[:, :, seen.rows]
                    columns.append(torch.einsum("slbc,slbcj->bj", by_jet[..., :fields], ways))
                matrices.append(torch.cat(columns, dim=1))
    return Rows(torch.cat(matrices), torch.cat(residuals))


@torch.enable_grad()
def _slopes(
    problem: Problem, seen: View, derivatives: DerivativeSet, jet: Tensor
) -> list[tuple[Tensor, Tensor]]:
    """Each weighted residual (b,) of a term, and its derivative (S, L, B, C + U) by the jet."""
    leaf = jet.detach().requires_grad_()
    residuals = seen.weighted(problem, seen.part(leaf), derivatives)
    # A residual sees the jet of its own points alone, so the sum's derivative is that of each.
    slopes = [
        torch.autograd.grad(residual.sum(), leaf, retain_graph=True)[0] for residual in residuals
    ]
    found = zip(residuals, slopes, strict=True)
    return [(residual.detach(), _by_location(slope, seen.sample)) for residual, slope in found]


def _by_location(jet: Tensor, sample: Sample) -> Tensor:
    """(S, L, B, …) of a jet (S, L·B, …)."""
    return torch.unflatten(jet, 1, (sample.locations, -1))


def _columns(problem: Problem, by_jet: Tensor, added: Tensor) -> Tensor:
    """The derivative (b, C·K + U), of those by the jet (S, L, b, C + U) and by features' jets."""
    fields = len(problem.fields)
    by_field = torch.einsum("slbc,slbk->bck", by_jet[..., :fields], added).flatten(1)
    by_unknown = by_jet[0, :, :, fields:].sum(0)  # constants: their derivatives stay zero
    return torch.cat([by_field, by_unknown], dim=1)
