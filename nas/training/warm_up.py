"""The warm-up: every expert of the pool learns the problem alone.

Axis legend: E experts, C candidates for points.

Who is chosen before having learnt is chosen by chance. Adam leaves a shock's plateau late or
never; Gauss–Newton steps, one for each expert on its individual loss, leave it in some dozens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.gauss_newton import GaussNewton
from nas.training.least_squares import ExpertResiduals, count_rows
from nas.training.loss import learn_individually
from nas.training.optimisers import adam, cosine, set_learning_rates
from nas.training.points import Sampler
from nas.training.resampling import Resampler, residual_sizes

Method = Literal["gauss_newton", "adam"]

MOMENTUM = 0.5
MOST_ENTRIES = 2**26  # of the normal matrices of a group: 512 MiB, of which it needs a few
REDRAW = 10  # steps of Adam for which the same points serve


@dataclass(frozen=True)
class WarmUpSettings:
    """``iterations`` of a method, on ``interior`` and ``boundary`` points each.

    The learning rate is Adam's.
    """

    method: Method
    iterations: int
    interior: int
    boundary: int
    learning_rate: float


class WarmUp(Protocol):
    """Trains the experts of a mixture in place, each alone."""

    def advance(self, iteration: int) -> Tensor:
        """Do iteration number ``iteration``; return the experts' losses (E,) before it."""
        ...

    def state(self) -> dict[str, Any]:
        """What a continuation needs beside the mixture."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        ...


def begin(problem: Problem, mixture: Mixture, sampler: Sampler, settings: WarmUpSettings) -> WarmUp:
    """The warm-up that ``settings`` name."""
    sampler = replace(sampler, interior=settings.interior, boundary=settings.boundary)
    if settings.method == "adam":
        return ByAdam(problem, mixture, sampler, settings)
    return ByGaussNewton(problem, mixture, sampler)


class ByGaussNewton:
    """A damped Gauss–Newton step for each expert, on points drawn anew for each iteration."""

    def __init__(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> None:
        self._mixture = mixture
        rows = count_rows(problem, sampler)
        self._groups = [
            GaussNewton(ExpertResiduals(problem, mixture, group), MOMENTUM)
            for group in groups(mixture.expert_stacks, rows)
        ]
        self._resampler = Resampler(sampler, self._sizes)
        self._problem = problem

    def advance(self, iteration: int) -> Tensor:
        """See `WarmUp`."""
        like = self._mixture.centre
        points = self._resampler.draw(iteration, like.dtype, like.device)
        return torch.cat([group.advance(points) for group in self._groups])

    def state(self) -> dict[str, Any]:
        """See `WarmUp`."""
        return {"groups": [group.state() for group in self._groups]}

    def restore(self, state: dict[str, Any]) -> None:
        """See `WarmUp`."""
        for group, saved in zip(self._groups, state["groups"], strict=True):
            group.restore(saved)

    def _sizes(self, candidates: Tensor) -> Tensor:
        derivatives = self._problem.derivatives
        coordinates = self._mixture.coordinates(candidates, derivatives)
        jet = self._mixture.experts(coordinates, derivatives)
        return residual_sizes(self._problem, jet, candidates)


def groups(stacks: Sequence[ExpertStack], rows: int) -> list[list[ExpertStack]]:
    """Stacks that take their steps in one go: as many as their normal matrices have room for."""
    found: list[list[ExpertStack]] = []
    room = 0
    for stack in stacks:
        entries = len(stack.members) * rows**2
        if not found or entries > room:
            found.append([])
            room = MOST_ENTRIES
        found[-1].append(stack)
        room -= entries
    return found


class ByAdam:
    """Adam on the sum of the experts' losses, the learning rate on a cosine."""

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: WarmUpSettings
    ) -> None:
        self._problem, self._mixture, self._sampler = problem, mixture, sampler
        self._settings = settings
        self._optimiser = adam(settings.learning_rate, mixture.stacks.parameters())

    def advance(self, iteration: int) -> Tensor:
        """See `WarmUp`."""
        like, settings = self._mixture.centre, self._settings
        points = self._sampler.draw(iteration // REDRAW, like.dtype, like.device)
        rate = settings.learning_rate * cosine(iteration / settings.iterations)
        set_learning_rates(self._optimiser, [rate])
        self._optimiser.zero_grad()
        losses = learn_individually(self._problem, self._mixture, points)
        self._optimiser.step()
        return losses

    def state(self) -> dict[str, Any]:
        """See `WarmUp`."""
        return {"optimiser": self._optimiser.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `WarmUp`."""
        self._optimiser.load_state_dict(state["optimiser"])
