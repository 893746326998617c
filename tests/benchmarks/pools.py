"""A small mixture in which everything counts, for tests of baselines and cases."""

import torch

from experiments.benchmarks.ours import Ours
from nas.problems import Problem
from nas.search_spaces import Candidate

POOL = (
    Candidate("sine", 1, 6),
    Candidate("tanh", 2, 5),
    Candidate("swish", 2, 5),
    Candidate("softplus", 1, 6),
    Candidate("sine", 2, 5),
)


def stirred(problem: Problem, points: int = 12) -> Ours:
    """Ours in float64, with no parameter at zero: a gate that is uniform would hide mistakes."""
    ours = Ours(problem, POOL, points, dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in ours.mixture.parameters():
            noise = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.add_(0.6 * (noise - 0.5))
    return ours
