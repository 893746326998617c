"""A damped Gauss–Newton step for each expert, on points drawn anew for each iteration.

Axis legend: E experts, N candidates for points.

Adam leaves a shock's plateau late or never; these steps, one for each expert on its own residual,
leave it in some dozens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from typing import Any, ClassVar

import torch
from torch import Tensor

from nas import networks
from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import ALL
from nas.training.collocation import Points, Sample, Sampler
from nas.training.gauss_newton import GaussNewton, GaussNewtonSettings
from nas.training.resampling import Resampler, ResamplingSettings, residual_sizes
from nas.training.residuals import ExpertResiduals
from nas.training.side_by_side import side_by_side

MOST_ENTRIES = 2**26  # of the normal matrices of a group: 512 MiB, of which it needs a few


@dataclass(frozen=True)
class Settings:
    """A `Method`: the steps' parts and numbers, and how points follow the residuals.

    The momentum is a compromise: points change from step to step, and with them the residuals.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> learning = Settings().begin(example.PROBLEM, mixture, example.SAMPLER, iterations=6)
    >>> learning.advance(0).shape  # a loss for each expert
    torch.Size([3])
    """

    title: ClassVar[str] = "Gauss–Newton"

    steps: GaussNewtonSettings = GaussNewtonSettings(momentum=0.5)
    resampling: ResamplingSettings = ResamplingSettings()

    def begin(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, iterations: int
    ) -> "ByGaussNewton":
        """See `Method`."""
        return ByGaussNewton(problem, mixture, sampler, self)


class ByGaussNewton:
    """A `Learning`; experts that fit into memory together take their steps in one go.

    Experts on several devices take theirs side by side: none needs anything of another.

    Examples
    --------
    >>> from nas.training import example
    >>> mixture = example.mixture()
    >>> learning = ByGaussNewton(example.PROBLEM, mixture, example.SAMPLER, Settings())
    >>> first, *_, last = [learning.advance(iteration) for iteration in range(4)]
    >>> bool((last < 0.1 * first).all())
    True
    """

    def __init__(
        self, problem: Problem, mixture: Mixture, sampler: Sampler, settings: Settings
    ) -> None:
        self._problem, self._mixture = problem, mixture
        self._stacks = [stack for stack in mixture.expert_stacks if stack.learns == ALL]
        self._by_device = [  # groups of experts
            [
                GaussNewton(ExpertResiduals(problem, mixture, group), settings.steps)
                for group in groups(list(of_device), sampler.rows())
            ]
            for _, of_device in groupby(self._stacks, key=lambda stack: stack.slot)
        ]
        self._resampler = Resampler(sampler, self._sizes, settings.resampling)
        self.points_seen = 0

    def advance(self, iteration: int) -> Tensor:
        """See `Learning`."""
        home = self._mixture.centre.device
        points = self._resampler.draw(iteration, home)
        self.points_seen += points.evaluations
        found = side_by_side([partial(_advance, one, points) for one in self._by_device])
        return torch.cat([losses.to(home) for losses in found])

    def state(self) -> dict[str, Any]:
        """See `Learning`."""
        return {"groups": [group.state() for group in chain(*self._by_device)]}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Learning`."""
        for group, saved in zip(chain(*self._by_device), state["groups"], strict=True):
            group.restore(saved)

    def _sizes(self, candidates: Sample) -> Tensor:
        derivatives = self._problem.derivatives
        coordinates = self._mixture.coordinates(candidates.points, derivatives)
        jet = networks.evaluate(derivatives, coordinates, [one.alone for one in self._stacks])
        return residual_sizes(self._problem, jet, candidates)


def _advance(groups: Sequence[GaussNewton], points: Points) -> Tensor:
    """A step of each of the groups on a device; their losses (k,) before it."""
    return torch.cat([group.advance(points) for group in groups])


def groups(stacks: Sequence[ExpertStack], rows: int) -> list[list[ExpertStack]]:
    """Stacks that take their steps in one go: as many as their normal matrices have room for.

    Examples
    --------
    >>> from nas.training import example
    >>> stacks = example.mixture().expert_stacks
    >>> [len(group) for group in groups(stacks, rows=17)]  # both fit into memory together
    [2]
    >>> [len(group) for group in groups(stacks, rows=6000)]
    [1, 1]
    """
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
