"""Small problems with known solutions, for training tests."""

import numpy as np
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.problems import Box, Condition, Problem
from nas.problems.sampling import Method
from nas.search_spaces import Candidate
from nas.training import warm_up
from nas.training.points import Sampler
from nas.training.search import Search, SearchSettings
from nas.training.trainer import RunSettings
from nas.training.warm_up import WarmUpSettings

POISSON = Problem(
    name="poisson",
    domain=Box(x=(0.0, 1.0)),
    residual=lambda u, x: u.xx + torch.pi**2 * torch.sin(torch.pi * x),
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
# Two fields, two equations, conditions of one and of two residuals, and weights.
SYSTEM = Problem(
    name="system",
    domain=Box(x=(0.0, 1.0), y=(-1.0, 1.0)),
    fields=("u", "v"),
    residual=lambda u, v, x: (u.xx + v.yy + u * v - x, u.x - v.y + v**2),
    conditions=[
        Condition(("x_min", "y_max"), lambda u: u - 1, weight=3.0),
        Condition("y_min", lambda u, v, x: (v.y - x, u * v)),
    ],
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
    warm_up: warm_up.Method = "gauss_newton",
    warm_up_iterations: int | None = None,
    steps: int = 110,
    iterations: int = 20,
    p: float = 0.2,
    threshold: float = 0.9,
    learning_rate: float = 5e-3,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    method: Method = "sobol",
) -> RunSettings:
    """A run of a second or so; the warm-up is such that both methods make experts of use."""
    learn = warm_up_iterations or {"gauss_newton": 6, "adam": 60}[warm_up]
    return RunSettings(
        pool=pool,
        gate=GateSettings(1, 8),
        search=SearchSettings(
            WarmUpSettings(warm_up, learn, 32, 4, learning_rate),
            steps,
            learning_rate,
            p,
            threshold,
        ),
        fine_tuning=iterations,
        sampler=Sampler(problem, 64, 4, method, seed),
        seed=seed,
        dtype=dtype,
        device=torch.device("cpu"),
    )


def to(search: Search, phase: str) -> Search:
    """The search at the start of a phase."""
    while search.phase != phase:
        search.advance()
    return search
