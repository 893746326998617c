"""Small problems with known solutions, for training tests."""

import numpy as np
import torch

from nas.mixture.gate import GateShape
from nas.problems import Box, Condition, Problem
from nas.problems.sampling import Method
from nas.training.fine_tuning import FineTuningSettings
from nas.training.points import Sampler
from nas.training.search import SearchSettings
from nas.training.trainer import RunSettings
from search_spaces import Candidate

POISSON = Problem(
    name="poisson",
    domain=Box(x=(0.0, 1.0)),
    residual=lambda u, x: u.xx + torch.pi**2 * torch.sin(torch.pi * x),
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)

POOL = (
    Candidate("sine", 1, 8),
    Candidate("tanh", 2, 6),
    Candidate("swish", 2, 6),
    Candidate("softplus", 1, 8),
)


def settings(
    *,
    problem: Problem = POISSON,
    pool: tuple[Candidate, ...] = POOL,
    steps: int = 160,
    rounds: int = 1,
    iterations: int = 40,
    p: float = 0.2,
    threshold: float = 0.9,
    learning_rate: float = 5e-3,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    method: Method = "sobol",
) -> RunSettings:
    """A run of a second or so."""
    return RunSettings(
        pool=pool,
        gate=GateShape(1, 8),
        search=SearchSettings(steps, learning_rate, p, threshold),
        fine_tuning=FineTuningSettings(rounds, iterations),
        sampler=Sampler(problem, 64, 4, method, seed),
        seed=seed,
        dtype=dtype,
        device=torch.device("cpu"),
    )
