"""What a Gauss–Newton step sees of networks: residuals that are to vanish, and their Jacobian.

Axis legend: K systems, each with a residual of its own; R rows, S derivatives, B points, C fields,
U unknown coefficients, P parameters of a system.

The sum of the squares of a system's rows is its physics loss: a row carries the square root of
its weight in the mean.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from nas import networks
from nas.calculus import jacobians
from nas.calculus.jacobians import (
    BlockDiagonalJacobian,
    DenseJacobian,
    JointJacobian,
    StackJacobian,
)
from nas.calculus.jets import DerivativeSet
from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture
from nas.networks import Rows, Stack, Trace
from nas.problems.problem import Problem
from nas.training.collocation import Points, View

# points (B, D) -> jet (…, S, B, C + U), and the traces that it came from
Traced = Callable[[Tensor, DerivativeSet], tuple[Tensor, Sequence[Trace]]]


class LeastSquares(Protocol):
    """K systems that are solved side by side."""

    def linearise(
        self, points: Points
    ) -> tuple[Tensor, BlockDiagonalJacobian | DenseJacobian | JointJacobian]:
        """Residuals (K, R) and their derivative (K, R, P) at ``points``."""
        ...

    def residuals(self, points: Points, systems: Tensor, steps: Tensor) -> Tensor:
        """Residuals (k, R) that ``systems`` (k,) would have after moving by ``steps`` (k, P)."""
        ...

    def move(self, steps: Tensor) -> None:
        """Move the parameters by ``steps`` (K, P)."""
        ...


class ExpertResiduals:
    """The experts of some stacks, each with the residual that it leaves by itself.

    The stacks are on one device, and so is all that is made of them: the points come there.

    The parameters of an expert stand as in `StackJacobian`, and zeros behind those of the smaller.
    Unknown coefficients are among them: each expert has its own.

    Examples
    --------
    The sum of the squares of an expert's rows is its physics loss:

    >>> from nas.training import example
    >>> from nas.training.physics_loss import individual_losses
    >>> mixture, points = example.mixture(), example.points()
    >>> systems = ExpertResiduals(example.PROBLEM, mixture, mixture.expert_stacks)
    >>> rows, jacobian = systems.linearise(points)
    >>> rows.shape, jacobian.parameters  # (K, R), and of the largest expert
    (torch.Size([3, 17]), 13)
    >>> losses = individual_losses(example.PROBLEM, mixture, points)
    >>> torch.allclose(rows.square().sum(1), losses)
    True
    """

    def __init__(self, problem: Problem, mixture: Mixture, stacks: Sequence[ExpertStack]) -> None:
        self._problem, self._mixture, self._stacks = problem, mixture, stacks
        self._counts = [len(stack.members) for stack in stacks]
        self._device = stacks[0].device

    def linearise(self, points: Points) -> tuple[Tensor, BlockDiagonalJacobian]:
        """See `LeastSquares`."""
        stacks = [stack.alone for stack in self._stacks]

        def traced(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, list[Trace]]:
            coordinates = self._mixture.coordinates(x, derivatives)
            traces = [networks.trace(derivatives, coordinates, stack) for stack in stacks]
            return torch.cat([trace.jet for trace in traces]), traces

        residuals, rows = linearised(self._problem, points.to(self._device), traced)
        return residuals, BlockDiagonalJacobian([StackJacobian(of_stack) for of_stack in rows])

    @torch.no_grad()
    def residuals(self, points: Points, systems: Tensor, steps: Tensor) -> Tensor:
        """See `LeastSquares`."""
        stacks, left = [], 0
        indices = jacobians.indices(systems, self._counts)
        for stack, of_stack in zip(self._stacks, indices, strict=True):
            if len(of_stack):
                chosen, right = stack.alone.of(of_stack), left + len(of_stack)
                stacks += jacobians.moved([chosen], [steps[left:right]])
                left = right

        def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
            return networks.evaluate(derivatives, self._mixture.coordinates(x, derivatives), stacks)

        there = points.to(self._device)
        return torch.cat(list(residuals_of(self._problem, there, evaluate)), dim=-1)

    def move(self, steps: Tensor) -> None:
        """See `LeastSquares`."""
        stacks = [stack.alone for stack in self._stacks]
        moved = jacobians.moved(stacks, torch.split(steps, self._counts))
        for stack, new in zip(stacks, moved, strict=True):
            write(stack, new)


class MixtureResiduals:
    """The experts and the gate of a mixture with the residual that they leave together.

    The residual is where the gate is, and its derivatives by an expert where that is. Unknown
    coefficients are behind the parameters of the gate, or of a single expert. The mixture's
    corrections are constants: they are added, and no column is theirs.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture, points = example.mixture(), example.points()
    >>> rows, jacobian = MixtureResiduals(example.PROBLEM, mixture).linearise(points)
    >>> rows.shape, jacobian.parameters == mixture.parameters_alive  # (1, R); the gate's included
    (torch.Size([1, 17]), True)
    """

    def __init__(self, problem: Problem, mixture: Mixture) -> None:
        self._problem, self._mixture = problem, mixture

    def linearise(self, points: Points) -> tuple[Tensor, JointJacobian]:
        """See `LeastSquares`."""
        stacks = self._stacks()

        def traced(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, list[Trace]]:
            coordinates = self._mixture.coordinates(x, derivatives)
            traces = [networks.trace(derivatives, coordinates, stack) for stack in stacks]
            jets = [trace.jet.to(x.device) for trace in traces]
            return self._mix(derivatives, coordinates, jets), traces

        residuals, rows = linearised(self._problem, points, traced)
        return residuals[None], JointJacobian([StackJacobian(of_stack) for of_stack in rows])

    @torch.no_grad()
    def residuals(self, points: Points, systems: Tensor, steps: Tensor) -> Tensor:
        """See `LeastSquares`."""
        stacks = self._moved(steps)

        def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
            coordinates = self._mixture.coordinates(x, derivatives)
            jets = [networks.evaluate(derivatives, coordinates, [one]) for one in stacks]
            return self._mix(derivatives, coordinates, jets)

        return torch.cat(list(residuals_of(self._problem, points, evaluate)))[None]

    def move(self, steps: Tensor) -> None:
        """See `LeastSquares`."""
        for stack, new in zip(self._stacks(), self._moved(steps), strict=True):
            write(stack, new)

    def _stacks(self) -> list[Stack]:
        """All that learns, the gate last; a single expert needs no gate.

        The last, of one network, carries the unknown coefficients.
        """
        mixture = self._mixture
        gate = [] if len(mixture.alive) == 1 else [mixture.gate.networks]
        *others, last = [*mixture.networks, *gate]
        unknown = None if mixture.unknown is None else mixture.unknown[None]
        return [*others, networks.with_constants(last, unknown)]

    def _mix(
        self, derivatives: DerivativeSet, coordinates: Tensor, jets: Sequence[Tensor]
    ) -> Tensor:
        """The mixture's jet (S, B, C + U) from the coordinates' and those of its `_stacks`."""
        corrections = self._mixture.corrections
        correction = corrections.jet(coordinates, derivatives)
        *terms, last = jets
        if not terms:
            return corrections.added(last.squeeze(0), correction)
        # The gate's one network has a component for each expert, and then the constants.
        logits, constants = last[0].tensor_split([len(self._mixture.alive)], dim=-1)
        mixed = corrections.added(networks.mix(derivatives, logits, torch.cat(terms)), correction)
        return torch.cat([mixed, constants], dim=-1) if constants.shape[-1] else mixed

    def _moved(self, steps: Tensor) -> list[Stack]:
        stacks = self._stacks()
        counts = [len(stack) for stack in stacks]
        totals = [sum(p.numel() for p in (*stack.weights, *stack.biases)) for stack in stacks]
        pieces = zip(torch.split(steps[0], totals), counts, strict=True)
        return jacobians.moved(stacks, [piece.view(count, -1) for piece, count in pieces])


def residuals_of(
    problem: Problem, points: Points, evaluate: Callable[[Tensor, DerivativeSet], Tensor]
) -> Iterator[Tensor]:
    """Weighted residuals (…, b) of each equation of each term.

    Examples
    --------
    Their squares make the physics loss:

    >>> from nas.training import example
    >>> from nas.training.physics_loss import mixture_loss
    >>> mixture, points = example.mixture(), example.points()
    >>> found = torch.cat(list(residuals_of(example.PROBLEM, points, mixture)))
    >>> loss = mixture_loss(example.PROBLEM, mixture, points)
    >>> torch.allclose(found.square().sum(), loss)
    True
    """
    for seen, derivatives in _views(problem, points):
        yield from seen.weighted(problem, evaluate(seen.flat, derivatives), derivatives)


@torch.enable_grad()
def linearised(problem: Problem, points: Points, traced: Traced) -> tuple[Tensor, list[list[Rows]]]:
    """Residuals (…, R), and for each stack the factors of their derivatives.

    Examples
    --------
    Of a single network, at 16 points inside and one at the start:

    >>> from nas.training import example
    >>> from nas.training.pool.learning import only
    >>> mixture = only(example.mixture(), [0])
    >>> def traced(x, derivatives):
    ...     coordinates = mixture.coordinates(x, derivatives)
    ...     trace = networks.trace(derivatives, coordinates, mixture.networks[0])
    ...     return trace.jet, [trace]
    >>> residuals, (rows,) = linearised(example.PROBLEM, example.points(), traced)
    >>> residuals.shape, StackJacobian(rows).dense().shape
    (torch.Size([1, 17]), torch.Size([1, 17, 7]))
    """
    found, blocks = [], []
    for seen, derivatives in _views(problem, points):
        jet, traces = traced(seen.flat, derivatives)
        residuals = seen.weighted(problem, jet, derivatives)
        for index, residual in enumerate(residuals):
            again = index < len(residuals) - 1
            blocks.append(jacobians.rows(residual, traces, again))
            found.append(residual.detach())
    return torch.cat(found, dim=-1), [list(of_stack) for of_stack in zip(*blocks, strict=True)]


def _views(problem: Problem, points: Points) -> Iterator[tuple[View, DerivativeSet]]:
    """What each term sees, and the derivatives that are known there."""
    for group, sample in zip(problem.groups, points.samples, strict=True):
        yield from ((sample.seen_by(term), group.derivatives) for term in group.terms)


@torch.no_grad()
def write(into: Stack, new: Stack) -> None:
    """Let the networks of a stack have the parameters of those of another.

    Examples
    --------
    >>> from nas.training import example
    >>> (one, *_), (other, *_) = example.mixture().networks, example.mixture().networks
    >>> _ = one.weights[0].data.zero_()
    >>> write(one, other)
    >>> torch.equal(one.weights[0], other.weights[0])
    True
    """
    for old, value in zip((*into.weights, *into.biases), (*new.weights, *new.biases), strict=True):
        old.copy_(value)
