"""The physics loss: the weighted mean squares of all residuals, and its gradient.

Axis legend: S derivatives, B points, L locations, D coordinates, C fields, U unknown coefficients,
E experts alive; … any leading axes.

The loss is a sum over points, so it and its gradient are gathered chunk by chunk: memory does
not grow with the number of points.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add

import torch
from torch import Tensor

from nas import networks
from nas.calculus.jets import DerivativeSet
from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.problems.terms import Group
from nas.training.collocation import Points, Sample, Sampler

Evaluate = Callable[[Tensor, DerivativeSet], Tensor]  # points (B, D) -> jet (…, S, B, C + U)
Chunk = Callable[[DerivativeSet], int]  # -> points

CHUNK_BYTES = 2**28  # of pre-activations, about, that a chunk leaves to its backward pass
SMALLEST_CHUNK = 64  # points


def physics_loss(
    problem: Problem, points: Points, evaluate: Evaluate, chunk: Chunk = lambda derivatives: 2**62
) -> Tensor:
    """Σ weight · mean square of the residuals over the problem's terms.

    Parameters
    ----------
    chunk
        How many points to evaluate at once, given the derivatives.

    Returns
    -------
    Tensor (…): one number for each of ``evaluate``'s leading axes, so the loss of a mixture, or
    of every expert by itself in one go.

    Examples
    --------
    Of u = 2, for which u' + u = 2 inside and u - 1 = 1 at the start:

    >>> from nas.training import example
    >>> def evaluate(points, derivatives):  # (B, D) -> (S, B, C)
    ...     jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    ...     jet[0] = 2.0
    ...     return jet
    >>> physics_loss(example.PROBLEM, example.points(), evaluate).item()
    5.0
    """
    return reduce(add, (share(evaluate) for share in _shares(problem, points, chunk)))


@torch.no_grad()
def mixture_loss(
    problem: Problem, mixture: Mixture, points: Points, without: int | None = None
) -> Tensor:
    """The mixture's physics loss (); ``without`` an expert, by its index in the pool.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture, points = example.mixture(), example.points()
    >>> whole = mixture_loss(example.PROBLEM, mixture, points)
    >>> rest = mixture_loss(example.PROBLEM, mixture, points, without=0)
    >>> _ = mixture.drop(0)
    >>> torch.allclose(mixture_loss(example.PROBLEM, mixture, points), rest), bool(whole == rest)
    (True, False)
    """
    return physics_loss(problem, points, partial(mixture, without=without), _chunk(mixture))


@torch.no_grad()
def individual_losses(problem: Problem, mixture: Mixture, points: Points) -> Tensor:
    """Each expert's physics loss (E,), as if it were the solution by itself.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> individual_losses(example.PROBLEM, mixture, example.points()).shape  # one an expert
    torch.Size([3])
    """
    return physics_loss(problem, points, _each_expert(mixture), _chunk(mixture))


def learn_individually(
    problem: Problem, mixture: Mixture, points: Points, stacks: Sequence[ExpertStack] | None = None
) -> Tensor:
    """As `individual_losses`; adds the gradient of their sum to the parameters' ``grad``.

    Of the experts in some ``stacks``; by default, of all.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> losses = learn_individually(example.PROBLEM, mixture, example.points())
    >>> all(one.grad is not None for one in mixture.stacks.parameters())
    True
    >>> any(one.grad is not None for one in mixture.gate.parameters())
    False
    """
    shares = _shares(problem, points, _chunk(mixture))
    return reduce(add, (_learn(share, _each_expert(mixture, stacks)) for share in shares))


@dataclass(frozen=True)
class Seen:
    """What a step of the mixture saw: its physics loss (), each expert's importance (E,).

    Examples
    --------
    >>> from nas.training import example
    >>> seen = learn_mixture(example.PROBLEM, example.mixture(), example.points())
    >>> [round(one, 4) for one in seen.importance.tolist()]  # of an untrained gate
    [0.3333, 0.3333, 0.3333]
    """

    loss: Tensor
    importance: Tensor


def learn_mixture(
    problem: Problem, mixture: Mixture, points: Points, experts_learn: bool = True
) -> Seen:
    """As `mixture_loss`; adds its gradient to the parameters' ``grad``.

    Importance is the mean of the gate's weights over the interior points: it is a matter of
    the domain, not of its edge. Without ``experts_learn`` only the gate learns, and no
    unknown coefficient.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture, points = example.mixture(), example.points()
    >>> seen = learn_mixture(example.PROBLEM, mixture, points, experts_learn=False)
    >>> torch.allclose(seen.loss, mixture_loss(example.PROBLEM, mixture, points))
    True
    >>> any(one.grad is not None for one in mixture.stacks.parameters())
    False
    """
    weights: list[Tensor] = []

    def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        coordinates = mixture.coordinates(x, derivatives)
        with torch.set_grad_enabled(experts_learn):
            experts = mixture.fields(coordinates, derivatives)
        logits = mixture.logits(coordinates, derivatives)
        if derivatives is problem.derivatives:  # the other groups have sets of their own
            weights.append(mixture.weights(logits.detach()).sum(0))
        correction = mixture.corrections.jet(coordinates, derivatives)
        return mixture.mix(derivatives, logits, experts, correction=correction)

    shares = _shares(problem, points, _chunk(mixture))
    loss = reduce(add, (_learn(share, evaluate) for share in shares))
    return Seen(loss, reduce(add, weights) / len(points.interior))


def learn_importance(mixture: Mixture, points: Points, slope: Tensor) -> None:
    """Add to the gate's ``grad`` that of a function of the importance with this slope (E,).

    By the chain rule: the function's gradient by the gate's parameters is Σᵢ slopeᵢ ∂λ̄ᵢ, the
    gradient of Σᵢ slopeᵢ λ̄ᵢ with the slope held fixed, and that is a sum over points.

    Examples
    --------
    The slope of an expert's importance by its own logit is λ (1 - λ) = 2/9, at uniform weights:

    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> learn_importance(mixture, example.points(), torch.tensor([1.0, 0.0, 0.0]))
    >>> [round(9 * slope, 6) for slope in mixture.gate.out_bias.grad.tolist()]
    [2.0, -1.0, -1.0]
    """
    values = DerivativeSet([], mixture.inputs)
    for rows in _slices(len(points.interior), _chunk(mixture)(values)):
        coordinates = mixture.coordinates(points.interior[rows], values)
        weights = mixture.weights(mixture.logits(coordinates, values))
        gathered = (weights.sum(0) * slope).sum() / len(points.interior)
        gathered.backward()  # type: ignore[no-untyped-call]


class HeldOutLoss:
    """The physics loss of mixtures on points that are never trained on.

    Parameters
    ----------
    problem
        What the loss is of.
    sampler
        Where the points come from.
    like
        A tensor on the device of the mixtures.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> measure = HeldOutLoss(example.PROBLEM, example.SAMPLER, mixture.centre)
    >>> len(measure.individual(mixture)), measure(mixture) > 0
    (3, True)
    """

    def __init__(self, problem: Problem, sampler: Sampler, like: Tensor) -> None:
        self._problem = problem
        self._points = sampler.held_out(like.device)

    def __call__(self, mixture: Mixture, without: int | None = None) -> float:
        """Of the mixture; ``without`` an expert, by its index in the pool."""
        return float(mixture_loss(self._problem, mixture, self._points, without))

    def individual(self, mixture: Mixture) -> list[float]:
        """Of each expert by itself, in the order of `Mixture.alive`."""
        losses: list[float] = individual_losses(self._problem, mixture, self._points).tolist()
        return losses


Share = Callable[[Evaluate], Tensor]  # what some of the points contribute to the loss (…)


def _chunk(mixture: Mixture) -> Chunk:
    """As many points as `CHUNK_BYTES` allow."""

    def points(derivatives: DerivativeSet) -> int:
        a_point = len(derivatives) * mixture.units * mixture.centre.element_size()
        return max(CHUNK_BYTES // a_point, SMALLEST_CHUNK)

    return points


def _shares(problem: Problem, points: Points, chunk: Chunk) -> Iterator[Share]:
    for group, sample in zip(problem.groups, points.samples, strict=True):
        for rows in _slices(len(sample), max(1, chunk(group.derivatives) // sample.locations)):
            yield partial(_share, problem, group, sample, rows)


def _slices(count: int, most: int) -> list[slice]:
    return [slice(begin, min(begin + most, count)) for begin in range(0, count, most)]


def _share(
    problem: Problem, group: Group, sample: Sample, rows: slice, evaluate: Evaluate
) -> Tensor:
    """What the points in ``rows`` contribute: evaluated once for all terms of the group."""
    flat = sample.points[..., rows, :].flatten(0, -2)
    jet = problem.physical(evaluate(flat, group.derivatives), group.derivatives, flat)
    found = []
    for term in group.terms:
        seen = sample.seen_by(term, rows)
        if seen.points.shape[-2]:
            found += seen.mean_squares(seen.residuals(seen.part(jet), group.derivatives))
    return torch.stack(found).sum(0)


def _each_expert(mixture: Mixture, stacks: Sequence[ExpertStack] | None = None) -> Evaluate:
    alone = [stack.alone for stack in (mixture.expert_stacks if stacks is None else stacks)]

    def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        return networks.evaluate(derivatives, mixture.coordinates(x, derivatives), alone)

    return evaluate


def _learn(share: Share, evaluate: Evaluate) -> Tensor:
    loss = share(evaluate)
    loss.sum().backward()  # type: ignore[no-untyped-call]
    return loss.detach()
