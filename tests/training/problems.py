"""Small problems with known solutions, for training tests."""

from typing import Any

import numpy as np
import torch

from nas.mixture.dropping import DropRule
from nas.mixture.gates.perceptron import GateSettings
from nas.problems import Box, Condition, Periodic, Problem
from nas.problems.sampling import Method
from nas.problems.terms import PointCounts
from nas.problems.unknown import Unknown
from nas.search_spaces import Candidate
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuningSettings, gauss_newton
from nas.training.resampling import ResamplingSettings
from nas.training.selection import SelectionSettings
from nas.training.training_run import TrainingRun
from nas.training.training_settings import TrainingSettings
from nas.training.warm_up import WarmUpSettings, method

POISSON = Problem(
    name="poisson",
    domain=Box(x=(0.0, 1.0)),
    residual=lambda u, x: u.xx + torch.pi**2 * torch.sin(torch.pi * x),
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
ENDS = 2  # of its interval: points that are there but once, however many are asked for
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
# A rate and a source are to be found from the solution itself, u = 0.4 + 0.6 exp(-1.5 t).
INVERSE = Problem(
    name="inverse",
    domain=Box(t=(0.0, 1.0)),
    residual=lambda u, t, k, m: (u.t + k * u - m, u - 0.4 - 0.6 * torch.exp(-1.5 * t)),
    conditions=[Condition("t_min", lambda u: u - 1)],
    unknown={"k": Unknown(start=0.5, low=0, truth=1.5), "m": Unknown(start=2.0)},
    solution=lambda t: 0.4 + 0.6 * np.exp(-1.5 * t),
)

POOL = (
    Candidate("sine", 1, 8),
    Candidate("tanh", 2, 6),
    Candidate("swish", 2, 6),
    Candidate("softplus", 1, 8),
)
FEW = ResamplingSettings(candidates=256)  # so that a draw takes no time


PERIODIC = Problem(
    name="periodic",
    domain=Box(x=(0.0, 1.0), y=(0.0, 2.0)),
    residual=lambda u: u - 1,
    conditions=[Periodic("x", derivatives=0, weight=4.0)],
)


def sampler(
    interior: int,
    boundary: int,
    problem: Problem = POISSON,
    seed: int = 0,
    spread: Method = "sobol",
) -> Sampler:
    """A sampler of so many points."""
    return Sampler(problem, PointCounts(interior, boundary), spread, seed)


def settings(
    *,
    problem: Problem = POISSON,
    pool: tuple[Candidate, ...] = POOL,
    warm_up: str = "gauss_newton",
    warm_up_iterations: int | None = None,
    steps: int = 110,
    iterations: int = 20,
    fine_tuning: dict[str, Any] | None = None,
    p: float = 0.2,
    threshold: float = 0.9,
    rule: dict[str, Any] | None = None,
    learning_rate: float = 5e-3,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    spread: Method = "sobol",
) -> TrainingSettings:
    """A run of a second or so; the warm-up is such that both methods make experts of use."""
    learn = warm_up_iterations or {"gauss_newton": 6, "adam": 60}[warm_up]
    return TrainingSettings(
        pool=pool,
        gate=GateSettings(1, 8),
        warm_up=WarmUpSettings(
            iterations=learn,
            counts=PointCounts(32, 4),
            method=method(warm_up, learning_rate=learning_rate, resampling=FEW),
        ),
        selection=SelectionSettings(
            steps=steps,
            learning_rate=learning_rate,
            p=p,
            rule=DropRule(threshold, **(rule or {})),
        ),
        fine_tuning=FineTuningSettings(
            **{
                "iterations": iterations,
                "method": gauss_newton.Settings(resampling=FEW),
                **(fine_tuning or {}),
            }
        ),
        sampler=sampler(64, 4, problem, seed, spread),
        seed=seed,
        dtype=dtype,
        devices=(torch.device("cpu"),),
    )


def to(run: TrainingRun, phase: str) -> TrainingRun:
    """The run at the start of a phase: gate or selection."""
    while run.phase.name != phase:
        run._advance(lambda progress: None)
    return run
