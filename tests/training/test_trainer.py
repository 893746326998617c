"""Whole runs: they learn, drop, stop, resume bit for bit, and diverge on the record."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.jets import Streams
from nas.problems import Problem
from nas.training import trainer as trainer_module
from nas.training.loss import mixture_loss
from nas.training.trainer import Outcome, Trainer
from tests.training.problems import POISSON, POOL, settings


def error(outcome: Outcome, problem: Problem = POISSON) -> float:
    """Relative L2 error of the outcome's mixture."""
    x = torch.linspace(0, 1, 201, dtype=torch.float64).unsqueeze(-1)
    truth = problem.reference(x.numpy())
    assert truth is not None
    got = outcome.mixture(x, Streams([], 1))[0].detach().numpy()
    return float(np.linalg.norm(got - truth) / np.linalg.norm(truth))


def facts(outcome: Outcome) -> dict[str, Any]:
    """All that must be equal, bit for bit, between two runs."""
    return {
        "status": outcome.status,
        "history": outcome.history,
        "fates": outcome.fates,
        "held_out": outcome.held_out_loss,
        "state": {name: value.tolist() for name, value in outcome.mixture.state_dict().items()},
    }


def reached(looks: Iterator[int], stop: int) -> bool:
    """Whether the step or chunk looked at is ``stop``."""
    return next(looks) >= stop


@pytest.fixture(scope="module")
def whole() -> Outcome:
    """An uninterrupted run."""
    return Trainer(POISSON, settings()).run()


def test_a_run_solves_the_problem_and_drops_experts(whole: Outcome) -> None:
    assert whole.status == "completed"
    assert error(whole) < 5e-2
    assert len(whole.mixture.alive) < len(POOL)
    assert whole.mixture.parameters_alive < whole.parameters_before


def test_fine_tuning_solves_the_problem() -> None:
    assert error(Trainer(POISSON, settings(rounds=3, iterations=100)).run()) < 1e-4


def test_fates_tell_of_every_expert(whole: Outcome) -> None:
    assert set(whole.fates) == set(range(len(POOL)))
    for place, fate in whole.fates.items():
        assert (fate.ended is None) == (place in whole.mixture.alive)
        assert fate.own_loss is not None
        assert fate.importance is not None


def test_the_gate_learns_nothing_in_the_warm_up() -> None:
    run = Trainer(POISSON, settings())
    while run.search.phase == "warm-up":
        run.search.advance()
    assert run.search.mixture.gate.out_weight.abs().max() == 0
    assert run.search.held_out_loss() is None


def test_experts_stand_still_while_the_gate_learns() -> None:
    run = Trainer(POISSON, settings())
    while run.search.phase == "warm-up":
        run.search.advance()
    before = [p.detach().clone() for p in run.search.mixture.stacks.parameters()]
    run.search.advance()
    assert run.search.phase == "gate"
    after = run.search.mixture.stacks.parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert run.search.mixture.gate.out_weight.abs().max() > 0


def test_fine_tuning_keeps_the_best_state_by_held_out_loss() -> None:
    outcome = Trainer(POISSON, settings(rounds=3)).run()
    fine = [row["held_out_loss"] for row in outcome.history if row["phase"] == "fine-tuning"]
    assert outcome.held_out_loss is not None
    assert outcome.held_out_loss <= min(fine)
    assert outcome.mixture.centre.dtype == torch.float64


@pytest.mark.parametrize("rounds", [0, 1])
def test_more_steps_are_better(rounds: int) -> None:
    short = Trainer(POISSON, settings(steps=60, rounds=rounds)).run()
    long = Trainer(POISSON, settings(steps=480, rounds=rounds)).run()
    assert error(long) < 0.5 * error(short)


@pytest.mark.parametrize("stops", [[0], [20], [60, 70], [80], [159], [160, 161], [5, 50, 90, 161]])
def test_interrupted_anywhere_it_ends_bit_for_bit_the_same(
    tmp_path: Path, whole: Outcome, stops: list[int]
) -> None:
    path = tmp_path / "checkpoint"
    for stop in stops:
        run = Trainer(POISSON, settings(), path)
        chunks = run.fine_tuning.iteration // 20 if run.fine_tuning else 0
        looks = count(run.search.step + chunks)
        assert run.run(should_stop=partial(reached, looks, stop)).status == "interrupted"
    assert facts(Trainer(POISSON, settings(), path).run()) == facts(whole)


def test_a_run_that_dies_goes_on_from_its_last_checkpoint(
    tmp_path: Path, whole: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "SAVE_AFTER", 0.0)
    path = tmp_path / "checkpoint"
    calls = count()

    def die() -> bool:
        if next(calls) == 90:  # after a drop
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        Trainer(POISSON, settings(), path).run(should_stop=die)
    resumed = Trainer(POISSON, settings(), path)
    assert resumed.step == 90
    assert facts(resumed.run()) == facts(whole)


def test_a_loss_that_is_not_finite_ends_the_run_as_diverged() -> None:
    problem = replace(POISSON, residual=lambda u: u.xx / 0.0)
    outcome = Trainer(problem, settings(problem=problem)).run()
    assert outcome.status == "diverged"
    assert "at step 10 (warm-up)" in outcome.reason
    assert outcome.held_out_loss is None


def test_a_learning_rate_beyond_reason_diverges_without_an_exception() -> None:
    outcome = Trainer(POISSON, settings(learning_rate=1e30)).run()
    assert outcome.status == "diverged"


def test_an_expert_that_diverges_leaves_and_the_others_go_on() -> None:
    run = Trainer(POISSON, settings())
    while run.search.phase == "warm-up":
        run.search.advance()
    last = run.search.mixture.stacks[0]
    with torch.no_grad():
        next(iter(last.parameters()))[0] = torch.nan
    outcome = run.run()
    assert outcome.status == "completed"
    lost = [fate for fate in outcome.fates.values() if "own loss nan" in fate.reason]
    assert len(lost) == 1
    assert error(outcome) < 0.1


def test_same_settings_same_run(whole: Outcome) -> None:
    assert facts(Trainer(POISSON, settings()).run()) == facts(whole)


@pytest.mark.parametrize(
    "changes", [{"p": 2.0}, {"dtype": torch.float64}, {"method": "latin_hypercube"}], ids=str
)
def test_other_settings_train_as_well(changes: dict[str, Any]) -> None:
    outcome = Trainer(POISSON, settings(**changes)).run()
    assert outcome.status == "completed"
    assert error(outcome) < 0.1


def test_the_state_kept_has_the_held_out_loss_that_is_told(whole: Outcome) -> None:
    points = settings().sampler.held_out(torch.float64, torch.device("cpu"))
    measured = float(mixture_loss(POISSON, whole.mixture, points).detach())
    assert measured == pytest.approx(whole.held_out_loss, rel=1e-10)


def test_refusals_are_recorded(whole: Outcome) -> None:
    refused = [fate for fate in whole.fates.values() if fate.refusals]
    assert refused
    for fate in refused:
        assert fate.refused_at is not None
        assert fate.ended is not None or "held-out loss would rise" in fate.reason
