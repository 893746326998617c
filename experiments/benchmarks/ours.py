"""The toolkit's own step: loss, gradient, Adam."""

from collections.abc import Sequence

import torch
from torch import Tensor

from experiments.benchmarks import settings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training.loss import learn_mixture
from nas.training.optimisers import adam
from nas.training.points import Points, Sampler


def gradient(problem: Problem, mixture: Mixture, points: Points) -> Tensor:
    """Fill the parameters' ``grad``; return the loss () without its graph."""
    mixture.zero_grad()
    return learn_mixture(problem, mixture, points).loss


class Ours:
    """A mixture, its points and its optimiser; a call is one step.

    Parameters
    ----------
    problem
        Without conditions.
    pool
        The candidates.
    count
        How many points.
    device
        Where it all is.
    """

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
        self.points = Sampler(problem, count, 1, "sobol", seed=0).draw(
            0, dtype, torch.device(device)
        )
        self.optimiser = adam(settings.LEARNING_RATE, self.mixture.parameters())

    def __call__(self) -> Tensor:
        loss = gradient(self.problem, self.mixture, self.points)
        self.optimiser.step()
        return loss
