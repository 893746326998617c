"""The settings of one run, from its campaign and what its trial proposes."""

from collections.abc import Sequence

import numpy as np
import torch

from nas.campaign.config import Campaign
from nas.errors import UserError
from nas.mixture import gate
from nas.mixture.dropping import DropRule
from nas.problems import Problem
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import fine_tuning, warm_up
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuningSettings
from nas.training.selection import SelectionSettings
from nas.training.training_run import TrainingSettings
from nas.training.warm_up import WarmUpSettings


def run_settings(
    problem: Problem,
    campaign: Campaign,
    pool: Sequence[Candidate],
    p: float,
    threshold: float,
    seed: int,
    points_seed: int,
) -> TrainingSettings:
    """A run's settings: a function of configuration, trial and repetition alone.

    Pool and initial weights, which follow ``seed``, differ from trial to trial; the points are
    the same in all trials of a repetition, so that their losses can be compared.
    """
    training = campaign.training
    learning_rate = training.learning_rate
    return TrainingSettings(
        pool=tuple(pool),
        gate=gate.settings(**campaign.gate.model_dump()),
        warm_up=WarmUpSettings(
            iterations=training.warm_up.iterations,
            counts=PointCounts(**training.warm_up.points.model_dump()),
            method=warm_up.method(training.warm_up.method, learning_rate=learning_rate),
        ),
        selection=SelectionSettings(
            steps=training.steps, learning_rate=learning_rate, p=p, rule=DropRule(threshold)
        ),
        fine_tuning=FineTuningSettings(
            iterations=training.fine_tuning.iterations, method=fine_tuning.method("gauss_newton")
        ),
        sampler=Sampler(
            problem=problem,
            counts=PointCounts(**training.points.model_dump()),
            method=training.sampling,
            seed=points_seed,
        ),
        seed=seed,
        dtype=getattr(torch, training.dtype),
        device=resolve_device(training.device),
    )


def without_competition(
    problem: Problem, campaign: Campaign, pool: Sequence[Candidate], seed: int, repetition: int
) -> TrainingSettings:
    """Settings of a run in which all experts stay; on the points of the search's repetition."""
    return run_settings(
        problem,
        campaign,
        pool,
        p=1.0,  # Σ λ̄ᵢ is constant: nothing makes the experts compete
        threshold=0.0,  # and none is dropped
        seed=seed,
        points_seed=points_seed(campaign, repetition),
    )


def seed_of(*parts: int) -> int:
    """A seed from numbers; trailing zeros do not count."""
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def points_seed(campaign: Campaign, repetition: int) -> int:
    """The seed of the points of all that is trained in a repetition."""
    return seed_of(campaign.seed, repetition)


def resolve_device(name: str) -> torch.device:
    """``auto`` is the first GPU, or the CPU where there is none; `UserError` if it is not there."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if count else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= count:
        here = ", ".join(["cpu", *(f"cuda:{index}" for index in range(count))])
        raise UserError(
            f"training.device: expected a device of this machine ({here}), got {name}; "
            "choose one of these, or auto"
        )
    return device


def hardware(device: torch.device) -> str:
    """What a device is called in the records."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def check_points(campaign: Campaign, problem: Problem) -> None:
    """Draw once, so that too few boundary points are told before any training.

    Raises
    ------
    UserError
        If there are too few.
    """
    training = campaign.training
    for points in (training.warm_up.points, training.points):
        counts = PointCounts(**points.model_dump())
        Sampler(problem=problem, counts=counts, method=training.sampling, seed=0).draw(
            0, torch.float64, torch.device("cpu")
        )
