"""The physics loss, mean squared residuals of equations and conditions, and its gradient.

Axis legend: S derivatives, B points, D coordinates, C fields, E experts alive; … any leading axes.

The loss is a sum over points, so it and its gradient are gathered chunk by chunk: memory does
not grow with the number of points.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from operator import add

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.points import Points

Evaluate = Callable[[Tensor, DerivativeSet], Tensor]  # points (B, D) -> jet (…, S, B, C)
Chunk = Callable[[DerivativeSet], int]  # -> points

CHUNK_BYTES = 2**28  # of pre-activations, about, that a chunk leaves to its backward pass
SMALLEST_CHUNK = 64  # points


def physics_loss(
    problem: Problem, points: Points, evaluate: Evaluate, chunk: Chunk = lambda derivatives: 2**62
) -> Tensor:
    """Σ mean r² over the equations on interior points, and weighted over the conditions.

    Parameters
    ----------
    chunk
        How many points to evaluate at once, given the derivatives.

    Returns
    -------
    Tensor (…): one number for each of ``evaluate``'s leading axes, so the loss of a mixture, or
    of every expert alone in one go.
    """
    return reduce(add, (share(evaluate) for share in _shares(problem, points, chunk)))


@torch.no_grad()
def mixture_loss(
    problem: Problem, mixture: Mixture, points: Points, without: int | None = None
) -> Tensor:
    """The mixture's physics loss (); ``without`` an expert, by its index in the pool."""
    return physics_loss(problem, points, partial(mixture, without=without), _chunk(mixture))


@torch.no_grad()
def individual_losses(problem: Problem, mixture: Mixture, points: Points) -> Tensor:
    """Each expert's physics loss (E,), as if it were alone."""
    return physics_loss(problem, points, _alone(mixture), _chunk(mixture))


def learn_individually(problem: Problem, mixture: Mixture, points: Points) -> Tensor:
    """As `individual_losses`; adds the gradient of their sum to the parameters' ``grad``."""
    shares = _shares(problem, points, _chunk(mixture))
    return reduce(add, (_learn(share, _alone(mixture)) for share in shares))


@dataclass(frozen=True)
class Seen:
    """What a step of the mixture saw: its physics loss (), each expert's importance (E,)."""

    loss: Tensor
    importance: Tensor


def learn_mixture(
    problem: Problem, mixture: Mixture, points: Points, experts_learn: bool = True
) -> Seen:
    """As `mixture_loss`; adds its gradient to the parameters' ``grad``.

    Importance is the mean of the gate's weights over the interior points: it is a matter of
    the domain, not of its edge. Without ``experts_learn`` the gate learns alone.
    """
    weighted: list[Tensor] = []

    def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        coordinates = mixture.coordinates(x, derivatives)
        with torch.set_grad_enabled(experts_learn):
            experts = mixture.experts(coordinates, derivatives)
        logits = mixture.logits(coordinates, derivatives)
        if derivatives is problem.derivatives:  # the conditions have derivatives of their own
            weighted.append(mixture.weights(logits.detach()).sum(0))
        return mixture.mix(derivatives, logits, experts)

    shares = _shares(problem, points, _chunk(mixture))
    loss = reduce(add, (_learn(share, evaluate) for share in shares))
    return Seen(loss, reduce(add, weighted) / len(points.interior))


def learn_importance(mixture: Mixture, points: Points, slope: Tensor) -> None:
    """Add to the gate's ``grad`` that of a function of the importance with this slope (E,)."""
    values = DerivativeSet([], mixture.inputs)
    for rows in _slices(len(points.interior), _chunk(mixture)(values)):
        coordinates = mixture.coordinates(points.interior[rows], values)
        weights = mixture.weights(mixture.logits(coordinates, values))
        gathered = (weights.sum(0) * slope).sum() / len(points.interior)
        gathered.backward()  # type: ignore[no-untyped-call]


Share = Callable[[Evaluate], Tensor]  # what some of the points contribute to the loss (…)


def _chunk(mixture: Mixture) -> Chunk:
    """As many points as `CHUNK_BYTES` allow."""

    def points(derivatives: DerivativeSet) -> int:
        a_point = len(derivatives) * mixture.units * mixture.centre.element_size()
        return max(CHUNK_BYTES // a_point, SMALLEST_CHUNK)

    return points


def _shares(problem: Problem, points: Points, chunk: Chunk) -> Iterator[Share]:
    for rows in _slices(len(points.interior), chunk(problem.derivatives)):
        yield partial(_equations, problem, points.interior[rows], points.weights[rows])
    if problem.conditions:
        for rows in _slices(len(points.boundary), chunk(problem.condition_derivatives)):
            yield partial(_conditions, problem, points, rows)


def _slices(count: int, most: int) -> list[slice]:
    return [slice(begin, min(begin + most, count)) for begin in range(0, count, most)]


def _equations(problem: Problem, x: Tensor, weights: Tensor, evaluate: Evaluate) -> Tensor:
    jet = evaluate(x, problem.derivatives)
    residuals = problem.equations(jet, problem.derivatives, x)
    return torch.stack([residual.square() @ weights for residual in residuals]).sum(0)


def _conditions(problem: Problem, points: Points, rows: slice, evaluate: Evaluate) -> Tensor:
    derivatives, x = problem.condition_derivatives, points.boundary[rows]
    jet = evaluate(x, derivatives)
    terms = []
    for condition, expression in zip(
        problem.conditions, problem.condition_expressions, strict=True
    ):
        here, total = points.on(condition.parts, rows), points.count(condition.parts)
        if len(here):
            residuals = expression(jet[..., here, :], derivatives, x[here])
            terms += [condition.weight * r.square().sum(-1) / total for r in residuals]
    return torch.stack(terms).sum(0)


def _alone(mixture: Mixture) -> Evaluate:
    return lambda x, derivatives: mixture.experts(mixture.coordinates(x, derivatives), derivatives)


def _learn(share: Share, evaluate: Evaluate) -> Tensor:
    loss = share(evaluate)
    loss.sum().backward()  # type: ignore[no-untyped-call]
    return loss.detach()
