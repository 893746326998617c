"""A case that is trained in a moment: what a new method, or a new phase, is tried on first.

u' = -u on [0, 1] from u(0) = 1, by a pool of three small experts, with few points, in float64.
"""

import numpy as np
import torch

from nas.mixture import gate
from nas.mixture.dropping import DropRule
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import fine_tuning, selection, warm_up
from nas.training.collocation import Points, Sampler
from nas.training.resampling import ResamplingSettings
from nas.training.training_settings import TrainingSettings

PROBLEM = Problem(
    name="decay",
    domain=Box(t=(0.0, 1.0)),
    residual=lambda u: u.t + u,
    conditions=[Condition("t_min", lambda u: u - 1)],
    solution=lambda t: np.exp(-t),
    balanced=False,
)
POOL = (Candidate("tanh", 1, 2), Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
SAMPLER = Sampler(PROBLEM, PointCounts(interior=16, boundary=1), "sobol", seed=0)
CPU, DOUBLE = torch.device("cpu"), torch.float64


def settings() -> TrainingSettings:
    """Of a run of 6 iterations of warm-up, 20 steps of selection and 5 iterations at the end.

    Examples
    --------
    >>> settings().steps, len(settings().pool)
    (31, 3)
    """
    few = ResamplingSettings(candidates=64)
    return TrainingSettings(
        pool=POOL,
        gate=gate.settings("perceptron", depth=1, width=4),
        warm_up=warm_up.WarmUpSettings(
            iterations=6,
            counts=SAMPLER.counts,
            method=warm_up.method("gauss_newton", resampling=few),
            check_every=2,
        ),
        selection=selection.SelectionSettings(
            steps=20, learning_rate=1e-2, p=0.5, rule=DropRule(0.9, every=5), log_every=10
        ),
        fine_tuning=fine_tuning.FineTuningSettings(
            iterations=5, method=fine_tuning.method("gauss_newton", resampling=few)
        ),
        sampler=SAMPLER,
        seed=0,
        dtype=DOUBLE,
        devices=(CPU,),
    )


def mixture() -> Mixture:
    """The pool with its gate, untrained.

    Examples
    --------
    >>> [made.expert_parameters(index) for made in [mixture()] for index in made.alive]
    [7, 13, 13]
    """
    return settings().mixture(PROBLEM)


def points() -> Points:
    """The first draw.

    Examples
    --------
    >>> [len(sample) for sample in points().samples]  # inside, and on the boundary
    [16, 1]
    """
    return SAMPLER.draw(0, CPU)
