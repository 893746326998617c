"""The physics loss: mean squared residuals of equations and conditions.

Axis legend: S streams, B points, D coordinates, C fields; … any leading axes (experts).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from nas.calculus.jets import Streams
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.points import Points

Evaluate = Callable[[Tensor, Streams], Tensor]  # points (B, D) -> jet (…, S, B, C)


def physics_loss(problem: Problem, points: Points, evaluate: Evaluate) -> Tensor:
    """Σ mean r² over the equations on interior points, and weighted over the conditions.

    Returns
    -------
    Tensor (…): one number for each of ``evaluate``'s leading axes, so the loss of a mixture, or
    of every expert alone in one go.
    """
    jet = evaluate(points.interior, problem.streams)
    residuals = problem.equations(jet, problem.streams, points.interior)
    loss = torch.stack([residual.square().mean(-1) for residual in residuals]).sum(0)
    if problem.conditions:
        loss = loss + _condition_loss(problem, points, evaluate)
    return loss


def _condition_loss(problem: Problem, points: Points, evaluate: Evaluate) -> Tensor:
    streams = problem.condition_streams
    jet = evaluate(points.boundary, streams)
    terms = []
    for condition, expression in zip(
        problem.conditions, problem.condition_expressions, strict=True
    ):
        rows = points.on(condition.parts)
        residuals = expression(jet[..., rows, :], streams, points.boundary[rows])
        terms += [condition.weight * residual.square().mean(-1) for residual in residuals]
    return torch.stack(terms).sum(0)


def mixture_loss(
    problem: Problem, mixture: Mixture, points: Points, without: int | None = None
) -> Tensor:
    """The mixture's physics loss (); ``without`` an expert, by its place in the pool."""

    def evaluate(x: Tensor, streams: Streams) -> Tensor:
        coordinates = mixture.coordinates(x, streams)
        experts = mixture.experts(coordinates, streams)
        return mixture.mix(streams, mixture.weights(coordinates, streams, without), experts)

    return physics_loss(problem, points, evaluate)


def own_losses(problem: Problem, mixture: Mixture, points: Points) -> Tensor:
    """Each expert's physics loss (E,), as if it were alone."""
    return physics_loss(
        problem,
        points,
        lambda x, streams: mixture.experts(mixture.coordinates(x, streams), streams),
    )
