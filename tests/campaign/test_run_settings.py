"""Settings of a run: every key of a campaign file reaches one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from nas import problems
from nas.campaign import config
from nas.campaign.run_settings import (
    check_points,
    points_seed,
    resolve_device,
    run_settings,
    seed_of,
    taken,
    without_competition,
)
from nas.errors import UserError
from nas.problems import Condition, Polygon, Problem, laplacian
from nas.search_spaces import Candidate
from nas.training.training_settings import TrainingSettings
from nas.training.warm_up import adam, gauss_newton

# Another value than the default for each key that a training is a function of.
OTHER: dict[str, Any] = {
    "gate.depth": 1,
    "gate.width": 7,
    "gate.activation": "sine",
    "training.warm_up.method": "adam",
    "training.warm_up.iterations": 3,
    "training.warm_up.points.interior": 50,
    "training.warm_up.points.boundary": 40,
    "training.steps": 70,
    "training.points.interior": 90,
    "training.points.boundary": 80,
    "training.learning_rate": 0.5,
    "training.dtype": "float64",
    "training.device": "cpu:0",
    "training.devices": ["cpu", "cpu"],
    "training.sampling": "latin_hypercube",
    "training.fine_tuning.iterations": 9,
}
ONE_CHOICE = {"gate.kind", "training.fine_tuning.method"}  # until there is a second one
PROBLEM = problems.load("burgers")


def settings(**sections: Any) -> TrainingSettings:
    campaign = config.build(problem="burgers", **sections)
    pool = (Candidate("tanh", 2, 16),)
    return run_settings(PROBLEM, campaign, pool, p=0.3, threshold=0.2, seed=5, points_seed=6)


def keys(section: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, value in section.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_all_keys_are_tried_here() -> None:
    resolved = config.build(problem="burgers").resolved()
    there = {*keys(resolved["gate"], "gate."), *keys(resolved["training"], "training.")}
    assert there == set(OTHER) | ONE_CHOICE


VALUES = sorted(OTHER.keys() - {"training.device", "training.devices", "training.warm_up.method"})


@pytest.mark.parametrize("key", VALUES)
def test_every_key_changes_the_settings(key: str) -> None:
    nested = OTHER[key]
    for name in reversed(key.split(".")):
        nested = {name: nested}
    changed, usual = settings(**nested), settings()
    assert changed != usual
    assert str(OTHER[key]) in repr(changed)


def test_the_warm_ups_method_is_the_one_named() -> None:
    changed = settings(training={"warm_up": {"method": "adam"}, "learning_rate": 0.5})
    assert changed.warm_up.method == adam.Settings(learning_rate=0.5)
    assert isinstance(settings().warm_up.method, gauss_newton.Settings)


def test_the_devices_are_those_named_or_the_one_device() -> None:
    here = torch.device("cpu")
    assert settings(training={"device": "cpu"}).devices == (here,)
    assert settings(training={"devices": ["cpu", "cpu"]}).devices == (here, here)
    with pytest.raises(
        UserError,
        match=r"^training.devices: expected a device of this machine \(.*\), got cuda:97; "
        "choose one of these$",
    ):
        settings(training={"devices": ["cpu", "cuda:97"]})


def test_what_the_trial_proposes_and_the_seeds_arrive() -> None:
    made = settings()
    assert (made.selection.p, made.selection.rule.threshold, made.seed) == (0.3, 0.2, 5)
    assert made.sampler.seed == 6
    assert made.pool == (Candidate("tanh", 2, 16),)
    assert made.dtype == torch.float32


def test_without_competition_nobody_is_dropped_and_the_points_are_the_searchs() -> None:
    campaign = config.build(problem="burgers", seed=3)
    made = without_competition(PROBLEM, campaign, (Candidate("tanh", 2, 16),), 5, repetition=1)
    assert (made.selection.p, made.selection.rule.threshold) == (1.0, 0.0)
    assert made.sampler.seed == points_seed(campaign, 1) != points_seed(campaign, 0)


@dataclass(frozen=True)
class Some:
    width: int
    rate: float = 0.1


def test_fields_are_taken_by_name_the_last_word_counts() -> None:
    assert taken(Some, {"width": 1, "other": 2}, {"width": 3}) == Some(3)
    assert taken(Some, {"width": 1, "rate": 0.5}, width=4) == Some(4, 0.5)
    with pytest.raises(TypeError, match="width"):
        taken(Some, {"rate": 0.5})


def test_seeds_differ_by_their_parts() -> None:
    seeds = {seed_of(*parts) for parts in ((0,), (1,), (0, 1), (1, 1), (1, 2), (0, 0, 1))}
    assert len(seeds) == 6
    assert seed_of(3) == seed_of(3, 0)


def test_devices_are_resolved_or_refused() -> None:
    assert resolve_device("cpu") == torch.device("cpu")
    with pytest.raises(UserError, match=r"expected a device of this machine .cpu.*got cuda:97"):
        resolve_device("cuda:97")


@pytest.mark.parametrize("key", ["points", "warm_up.points"])
def test_too_few_boundary_points_are_refused_by_their_key(key: str) -> None:
    few: dict[str, Any] = {"points": {"interior": 10, "boundary": 2}}
    training = few if key == "points" else {"warm_up": few}
    told = rf"^training.{key}.boundary: expected at least 3, .* a condition, got 2$"
    with pytest.raises(UserError, match=told):
        check_points(config.build(problem="burgers", training=training), PROBLEM)
    few["points"]["boundary"] = 3
    check_points(config.build(problem="burgers", training=training), PROBLEM)


def test_a_budget_chooses_its_own_numbers_of_points() -> None:
    sides = np.linspace(0, 2 * np.pi, 150, endpoint=False)
    round_ = Polygon([(np.cos(angle), np.sin(angle)) for angle in sides])
    gon = Problem(
        "gon", round_, lambda u: laplacian(u) + 1, [Condition((*round_.parts,), lambda u: u)]
    )
    timed = config.build(problem="gon", budget=60)
    for campaign in (timed, timed.model_copy(update={"budget": None, "schedule": [{"trials": 1}]})):
        check_points(campaign, gon)
    with pytest.raises(UserError, match=r"training.warm_up.points.boundary: expected at least 150"):
        check_points(config.build(problem="gon"), gon)
