"""The toolkit's runs: what campaign they are of, and a few steps of one."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch.nn.utils import parameters_to_vector

from experiments.training import ours, settings
from experiments.training.truth import POINTS, Truth
from nas import problems
from nas.campaign.differences import differences
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from nas.training.fine_tuning import FineTuning
from nas.training.points import Sampler
from nas.training.trainer import Trainer
from tests.training_experiments.made_up import burgers


def test_the_error_is_relative_and_infinite_for_what_is_no_number() -> None:
    truth = Truth(problems.load("helmholtz"))
    assert truth.points.shape == (POINTS, 2)
    assert truth.error(1.25 * truth.values) == pytest.approx(0.25)
    assert truth.errors(np.stack([truth.values, 0 * truth.values])) == pytest.approx([0, 1])
    assert truth.error(np.nan * truth.values) == float("inf")


def test_the_pool_has_each_candidate_once() -> None:
    space = ours.campaign(burgers()).search_space()
    assert len(space) == settings.EXPERTS
    assert len(set(space.pool(settings.EXPERTS, 0))) == settings.EXPERTS


def test_the_one_network_is_that_of_the_demo() -> None:
    campaign = ours.campaign(burgers(settings.ONE))
    assert campaign.search_space().candidates == (Candidate("tanh", 3, 20),)
    assert campaign.gate.depth == 0


@pytest.mark.parametrize(("method", "changes"), settings.SEARCHES.items())
def test_a_method_changes_one_thing_of_the_default(method: str, changes: dict[str, Any]) -> None:
    there = ours.campaign(burgers()).resolved()
    here = ours.campaign(burgers(method)).resolved()
    assert len(differences(there, here)) == len(changes)


def test_while_fine_tuning_the_best_state_is_measured_and_training_goes_on_from_the_last() -> None:
    problem = problems.load("helmholtz")
    mixture = Mixture(
        [Candidate("tanh", 1, 4)], GateSettings(0, 1, "tanh"), problem.domain.bounds, 1, 0
    )
    sampler = Sampler(problem, 4, 4, "sobol", 0)
    tuning = FineTuning(problem, mixture, sampler, 1)
    trainer = cast(Trainer, SimpleNamespace(fine_tuning=tuning, mixture=mixture))
    best = parameters_to_vector(mixture.parameters()).detach().clone()
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.add_(1.0)
    last = parameters_to_vector(mixture.parameters()).detach().clone()
    with ours.at_its_best(trainer):
        assert parameters_to_vector(mixture.parameters()).equal(best)
    assert parameters_to_vector(mixture.parameters()).equal(last)
    assert not best.equal(last)


def test_before_fine_tuning_there_is_but_one_state() -> None:
    with ours.at_its_best(cast(Trainer, SimpleNamespace(fine_tuning=None))):
        pass


def test_a_warm_up_is_measured_expert_by_expert() -> None:
    problem = problems.load("helmholtz")
    pool = [Candidate("tanh", 1, 4), Candidate("sine", 1, 4)]
    mixture = Mixture(pool, GateSettings(0, 1, "tanh"), problem.domain.bounds, 1, seed=0)
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.zero_()  # all networks are zero, and zero is wrong by 100 %
    watcher = ours.Watcher(Truth(problem), warming=True)
    point = watcher.measured(mixture, 3.0)
    (row,) = watcher.warm_up
    assert (row.seconds, row.experts, row.under) == (3.0, 2, 0)
    assert point.error == row.median == pytest.approx(1)
    watcher.warming = False
    assert watcher.measured(mixture, 4.0).error == pytest.approx(1)
    assert len(watcher.warm_up) == 1


@pytest.mark.parametrize("method", [settings.POOL, settings.ONE])
def test_a_short_run_ends_when_its_time_is_up(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SPACE", {"activations": ["tanh", "sine"], "depths": [1]})
    monkeypatch.setattr(settings, "EXPERTS", 2)
    run = ours.run(burgers(method), 0.2)
    assert run.reason == "time is up"
    assert run.last.seconds >= 0.2
    assert (len(run.warm_up) > 0) == (method == settings.POOL)
    assert all(np.isfinite(point.error) for point in run.curve)
