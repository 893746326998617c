"""The settings of one run, from its campaign and what its trial proposes."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch

from nas.campaign.config import Campaign
from nas.errors import UserError
from nas.mixture import gate
from nas.mixture.dropping import DropRule
from nas.problems import Problem
from nas.problems.terms import PointCounts
from nas.problems.terms.condition import Boundary
from nas.search_spaces import Candidate
from nas.training import fine_tuning, warm_up
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuningSettings
from nas.training.selection import SelectionSettings
from nas.training.training_settings import TrainingSettings
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
) -> TrainingSettings:
    """A run's settings: a function of configuration, trial and repetition alone.

    Pool and initial weights, which follow ``seed``, differ from trial to trial; the points are
    the same in all trials of a repetition, so that their losses can be compared.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> campaign = build(problem="burgers", training={"steps": 500})
    >>> problem, pool = problems.load("burgers"), (Candidate("tanh", 2, 16),)
    >>> settings = run_settings(problem, campaign, pool, 0.5, 0.3, seed=1, points_seed=0)
    >>> settings.selection.steps, settings.selection.p, settings.seed
    (500, 0.5, 1)
    """
    training = campaign.training.model_dump()
    return TrainingSettings(
        pool=tuple(pool),
        gate=taken(gate.settings_type(campaign.gate.kind), campaign.gate.model_dump()),
        warm_up=_warm_up(training),
        selection=taken(SelectionSettings, training, p=p, rule=DropRule(threshold)),
        fine_tuning=_fine_tuning(training),
        sampler=_sampler(problem, training, training["points"], points_seed),
        seed=seed,
        dtype=getattr(torch, campaign.training.dtype),
        devices=devices_of(campaign),
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
    >>> taken(PointCounts, {"interior": 100, "boundary": 8, "steps": 500}, boundary=20)
    PointCounts(interior=100, boundary=20)
    """
    known = dict(ChainMap(parts, *map(dict, reversed(sections))))
    names = [field.name for field in fields(settings)]
    return settings(**{name: known[name] for name in names if name in known})


def _warm_up(training: Mapping[str, Any]) -> WarmUpSettings:
    section = training["warm_up"]
    counts = taken(PointCounts, section["points"])
    return taken(WarmUpSettings, section, counts=counts, method=_method(warm_up, training, section))


def _fine_tuning(training: Mapping[str, Any]) -> FineTuningSettings:
    section = training["fine_tuning"]
    return taken(FineTuningSettings, section, method=_method(fine_tuning, training, section))


def _method(phase: Any, training: Mapping[str, Any], section: Mapping[str, Any]) -> Any:
    """The method that a phase's ``section`` names, with what it knows of the section's keys.

    Of the keys beside the section it is told the learning rate alone: another may have the name of
    a field by accident.
    """
    keys = {name: value for name, value in section.items() if name != "method"}
    return phase.method(section["method"], **{"learning_rate": training["learning_rate"], **keys})


def _sampler(
    problem: Problem, training: Mapping[str, Any], points: Mapping[str, Any], seed: int
) -> Sampler:
    counts = taken(PointCounts, points)
    return taken(Sampler, problem=problem, counts=counts, method=training["sampling"], seed=seed)


def without_competition(
    problem: Problem, campaign: Campaign, pool: Sequence[Candidate], seed: int, repetition: int
) -> TrainingSettings:
    """Settings of a run in which all experts stay; on the points of the search's repetition.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> campaign = build(problem="burgers", training={"steps": 500})
    >>> problem, pool = problems.load("burgers"), (Candidate("tanh", 2, 16),)
    >>> settings = without_competition(problem, campaign, pool, seed=1, repetition=0)
    >>> settings.selection.p, settings.selection.rule.threshold
    (1.0, 0.0)
    """
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
    """The seed of the points of all that is trained in a repetition.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> campaign = build(problem="burgers", seed=3)
    >>> points_seed(campaign, 1) == seed_of(3, 1)
    True
    """
    return seed_of(campaign.seed, repetition)


def devices_of(campaign: Campaign) -> tuple[torch.device, ...]:
    """Those that a run is on; `UserError` if one is not there.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> devices_of(build(problem="burgers", training={"devices": ["cpu", "cpu"]}))
    (device(type='cpu'), device(type='cpu'))
    """
    training = campaign.training
    if training.devices is None:
        return (resolve_device(training.device),)
    return tuple(resolve_device(name, "training.devices") for name in training.devices)


def resolve_device(name: str, key: str = "training.device") -> torch.device:
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
            f"{key}: expected a device of this machine ({here}), got {name}; "
            f"choose one of these{', or auto' if key == 'training.device' else ''}"
        )
    return device


def hardware(devices: Sequence[torch.device]) -> str:
    """What the devices of a run are called in the records.

    Examples
    --------
    >>> hardware([torch.device("cpu")])
    'cpu'
    """
    names = (torch.cuda.get_device_name(one) if one.type == "cuda" else one.type for one in devices)
    return ", ".join(names)


def check_points(campaign: Campaign, problem: Problem) -> None:
    """Refuse numbers of boundary points that leave a part of the boundary without any.

    A budget, and a schedule of one, choose numbers of their own.

    Raises
    ------
    UserError
        If there are too few.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> few = build(problem="burgers", training={"points": {"boundary": 1}})
    >>> check_points(few, problems.load("burgers"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    nas.errors.UserError: training.points.boundary: expected at least 3, ...
    """
    if campaign.within_budget:
        return
    parts = max(
        (len(one.regions) for one in problem.groups[1:] if isinstance(one.source, Boundary)),
        default=0,
    )
    training = campaign.training
    for key, points in (
        ("training.warm_up.points", training.warm_up.points),
        ("training.points", training.points),
    ):
        if points.boundary < parts:
            raise UserError(
                f"{key}.boundary: expected at least {parts}, one for each part of the boundary of "
                f"{problem.name} with a condition, got {points.boundary}"
            )
