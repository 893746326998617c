"""The settings of one run, from its campaign and what its trial proposes."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch

from nas.campaign.config import Campaign
from nas.errors import UserError
from nas.mixture.gate import GateShape
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training.points import Sampler
from nas.training.search import SearchSettings
from nas.training.trainer import RunSettings
from nas.training.warm_up import WarmUpSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")


def run_settings(
    problem: Problem,
    campaign: Campaign,
    pool: Sequence[Candidate],
    p: float,
    threshold: float,
    seed: int,
    points_seed: int,
) -> RunSettings:
    """A run's settings: a function of configuration, trial and repetition alone.

    Pool and initial weights, which follow ``seed``, differ from trial to trial; the points are
    the same in all trials of a repetition, so that their losses can be compared.
    """
    training = campaign.training.model_dump()
    search = {"p": p, "threshold": threshold}
    return RunSettings(
        pool=tuple(pool),
        gate=taken(GateShape, campaign.gate.model_dump()),
        search=taken(SearchSettings, training, search, warm_up=_warm_up(training)),
        fine_tuning=campaign.training.fine_tuning.iterations,
        sampler=_sampler(problem, training, training["points"], points_seed),
        seed=seed,
        dtype=getattr(torch, campaign.training.dtype),
        device=resolve_device(campaign.training.device),
    )


def taken(settings: type[S], *sections: Mapping[str, Any], **parts: Any) -> S:
    """Settings whose fields are taken by name, from ``parts`` or the last section that has them.

    So a new key of a campaign file reaches the settings that have a field of its name, and what no
    section holds keeps its default.

    Raises
    ------
    TypeError
        If a field without a default is in none of them.

    Examples
    --------
    >>> taken(GateShape, {"depth": 0, "width": 8, "iterations": 100}, width=32)
    GateShape(depth=0, width=32, activation='tanh')
    """
    known = dict(ChainMap(parts, *map(dict, reversed(sections))))
    names = [field.name for field in fields(settings)]
    return settings(**{name: known[name] for name in names if name in known})


def _warm_up(training: Mapping[str, Any]) -> WarmUpSettings:
    section = training["warm_up"]
    return taken(WarmUpSettings, training, section, section["points"])


def _sampler(
    problem: Problem, training: Mapping[str, Any], points: Mapping[str, Any], seed: int
) -> Sampler:
    return taken(Sampler, points, problem=problem, method=training["sampling"], seed=seed)


def without_competition(
    problem: Problem, campaign: Campaign, pool: Sequence[Candidate], seed: int, repetition: int
) -> RunSettings:
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
    """A seed from numbers; trailing zeros do not count.

    Examples
    --------
    >>> seed_of(0, 7) == seed_of(0, 7, 0) != seed_of(0, 7, 1)
    True
    """
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def points_seed(campaign: Campaign, repetition: int) -> int:
    """The seed of the points of all that is trained in a repetition."""
    return seed_of(campaign.seed, repetition)


def resolve_device(name: str) -> torch.device:
    """``auto`` is the first GPU, or the CPU where there is none; `UserError` if it is not there.

    Examples
    --------
    >>> resolve_device("cpu")
    device(type='cpu')
    """
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
    """What a device is called in the records.

    Examples
    --------
    >>> hardware(torch.device("cpu"))
    'cpu'
    """
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def check_points(campaign: Campaign, problem: Problem) -> None:
    """Draw once, so that too few boundary points are refused before any training.

    Raises
    ------
    UserError
        If there are too few.
    """
    training = campaign.training.model_dump()
    for points in (training["warm_up"]["points"], training["points"]):
        sampler = _sampler(problem, training, points, seed=0)
        sampler.draw(0, torch.float64, torch.device("cpu"))
