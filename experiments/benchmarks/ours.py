"""The toolkit's own step: loss, gradient, Adam."""

from collections.abc import Sequence

import torch
from torch import Tensor

from experiments.benchmarks import settings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training.adam import adam
from nas.training.collocation import Sampler
from nas.training.physics_loss import learn_mixture


class Ours:
    """A mixture of ``pool``, ``count`` points of ``problem`` and an optimiser; a call is a step."""

    def __init__(
        self,
        problem: Problem,
        pool: Sequence[Candidate],
        count: int = settings.POINTS,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.problem = problem
        bounds = problem.domain.bounds
        self.mixture = Mixture(pool, settings.GATE, bounds, outputs=1, seed=0).to(device, dtype)
        sampler = Sampler(problem, PointCounts(count, 1), "sobol", seed=0)
        self.points = sampler.draw(0, torch.device(device))
        self.optimiser = adam(settings.LEARNING_RATE, self.mixture.parameters())

    def gradient(self) -> Tensor:
        """Fill the parameters' ``grad``; return the loss () without its graph."""
        self.mixture.zero_grad()
        return learn_mixture(self.problem, self.mixture, self.points).loss

    def __call__(self) -> Tensor:
        loss = self.gradient()
        self.optimiser.step()
        return loss
