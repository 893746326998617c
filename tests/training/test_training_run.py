"""Whole runs: they learn, drop, stop, resume bit for bit, and diverge on the record."""

from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.problems import Problem
from nas.training import checkpoint
from nas.training.fine_tuning import gauss_newton
from nas.training.physics_loss import mixture_loss
from nas.training.training_run import RunResult, TrainingRun
from tests.training.problems import FEW, POISSON, POOL, settings, to


def error(result: RunResult, problem: Problem = POISSON) -> float:
    """Relative L2 error of the result's mixture."""
    x = torch.linspace(0, 1, 201, dtype=torch.float64).unsqueeze(-1)
    truth = problem.reference(x.numpy())
    assert truth is not None
    got = result.mixture(x, DerivativeSet([], 1))[0].detach().numpy()
    return float(np.linalg.norm(got - truth) / np.linalg.norm(truth))


def facts(result: RunResult) -> dict[str, Any]:
    """All that must be equal, bit for bit, between two runs."""
    return {
        "status": result.status,
        "reason": result.reason,
        "history": result.history,
        "outcomes": result.outcomes,
        "held_out": result.held_out_loss,
        "evaluations": result.evaluations,
        "state": {name: value.tolist() for name, value in result.mixture.state_dict().items()},
    }


def at_step(run: TrainingRun, stop: int) -> bool:
    return run.step >= stop


# Methods of the warm-up: what a user has by default, and the other.
METHODS: dict[str, dict[str, Any]] = {
    "gauss_newton": {"warm_up": "gauss_newton"},
    "adam": {"warm_up": "adam"},
}
BY = pytest.mark.parametrize("by", METHODS)


CHUNK = settings().fine_tuning.check_every


@pytest.fixture(scope="module")
def wholes() -> dict[str, RunResult]:
    """Uninterrupted runs."""
    return {by: TrainingRun(POISSON, settings(**chosen)).run() for by, chosen in METHODS.items()}


@pytest.fixture
def whole(wholes: dict[str, RunResult]) -> RunResult:
    """The run by Gauss–Newton."""
    return wholes["gauss_newton"]


@pytest.mark.parametrize(("by", "near"), [("gauss_newton", 1e-4), ("adam", 5e-2)])
def test_a_run_solves_the_problem_and_drops_experts(
    wholes: dict[str, RunResult], by: str, near: float
) -> None:
    whole = wholes[by]
    assert whole.status == "completed"
    assert error(whole) < near
    assert len(whole.mixture.alive) < len(POOL)
    assert whole.mixture.parameters_alive < whole.parameters_before


def test_outcomes_tell_of_every_expert(whole: RunResult) -> None:
    assert set(whole.outcomes) == set(range(len(POOL)))
    for index, outcome in whole.outcomes.items():
        assert (outcome.ended is None) == (index in whole.mixture.alive)
        assert outcome.individual_loss is not None
        assert outcome.importance is not None


def test_phases_follow_each_other_as_they_are_set(whole: RunResult) -> None:
    """6 iterations, 15 % of 110 steps, the rest of them, 20 iterations; told every 50 steps."""
    told = [(row["phase"], row["step"]) for row in whole.history]
    assert told == [
        ("selection", 50),
        ("selection", 100),
        ("selection", 116),
        ("fine-tuning", 126),
        ("fine-tuning", 136),
    ]
    run, phases = TrainingRun(POISSON, settings()), []
    while not run._finished:
        step, name = run.step, run.phase.name
        run._advance(lambda progress: None)
        phases += [name] * (run.step - step)
    assert [len(list(group)) for _, group in groupby(phases)] == [6, 16, 94, 20]
    assert (whole.steps, whole.iterations) == (116, 20)


@BY
def test_a_watcher_is_told_how_much_is_done(by: str) -> None:
    told: list[float] = []
    TrainingRun(POISSON, settings(**METHODS[by])).run(
        watch=lambda progress: told.append(progress.done)
    )
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == 1


def test_the_reason_tells_why_the_fine_tuning_ended_early(whole: RunResult) -> None:
    assert whole.reason == ""
    method = gauss_newton.Settings(
        resampling=FEW, rows_per_parameter=0.1, point_factors=(0.25, 0.5)
    )
    tuning = {"method": method, "patience": 0, "progress": 0.0}
    result = TrainingRun(POISSON, settings(iterations=90, fine_tuning=tuning)).run()
    assert result.status == "completed"
    assert result.iterations == 20
    assert result.reason.startswith("stalled after 20 iterations: the held-out loss no longer")


@BY
def test_the_gate_learns_nothing_in_the_warm_up(by: str) -> None:
    run = TrainingRun(POISSON, settings(**METHODS[by]))
    while run.selection is None:
        assert all(row["held_out_loss"] is None for row in run.log.history)
        run._advance(lambda progress: None)
    mixture, x = run.mixture, torch.rand(5, 1)
    assert mixture.gate.networks.weights[-1].abs().max() == 0
    # After it the gate knows how good each expert is, and at what size.
    values = DerivativeSet([], 1)
    weights = mixture.weights(mixture.logits(mixture.coordinates(x, values), values)).double()
    own = [run.outcomes[index].individual_loss or 1 for index in mixture.alive]
    sizes = [mixture.expert_parameters(index) for index in mixture.alive]
    inverse = 1 / (torch.tensor(own) * torch.tensor(sizes))
    torch.testing.assert_close(weights, (inverse / inverse.sum()).expand(5, -1).double())


def test_the_last_row_of_the_warm_up_has_the_loss_that_the_gate_starts_from() -> None:
    run = to(TrainingRun(POISSON, settings(warm_up_iterations=20)), "gate")
    assert run.selection is not None
    first, last = run.log.history
    assert (first["phase"], first["step"], first["held_out_loss"]) == ("warm-up", 10, None)
    assert (last["phase"], last["step"]) == ("warm-up", 20)
    assert last["held_out_loss"] == run.selection.held_out_loss()


@BY
def test_fine_tuning_keeps_the_best_state_by_held_out_loss(
    wholes: dict[str, RunResult], by: str
) -> None:
    result = wholes[by]
    fine = [row["held_out_loss"] for row in result.history if row["phase"] == "fine-tuning"]
    assert result.held_out_loss is not None
    assert result.held_out_loss <= min(fine)
    assert result.mixture.centre.dtype == torch.float64


@pytest.mark.parametrize(
    ("by", "short", "long"),
    [
        ("gauss_newton", {"warm_up_iterations": 1}, {"warm_up_iterations": 8}),
        ("gauss_newton", {"iterations": 1}, {"iterations": 20}),
        ("adam", {"warm_up_iterations": 10}, {"warm_up_iterations": 200}),
        ("adam", {"iterations": 5}, {"iterations": 60}),
    ],
)
def test_more_steps_are_better(by: str, short: dict[str, int], long: dict[str, int]) -> None:
    few = {"steps": 30, "iterations": 0} | METHODS[by]
    one = TrainingRun(POISSON, settings(**(few | short))).run()
    other = TrainingRun(POISSON, settings(**(few | long))).run()
    assert error(other) < 0.5 * error(one)


# In the warm-up, at the gate's first step and its last, after a drop, at the search's end, and in
# the fine-tuning.
STOPS = {
    "gauss_newton": [[0, 3, 6], [5, 22, 60], [115], [116, 117, 127]],
    "adam": [[5, 60, 76], [23, 140, 170, 179]],
}


@pytest.mark.parametrize(
    ("by", "stops"), [(by, stops) for by, every in STOPS.items() for stops in every]
)
def test_interrupted_anywhere_it_ends_bit_for_bit_the_same(
    tmp_path: Path, wholes: dict[str, RunResult], by: str, stops: list[int]
) -> None:
    path = tmp_path / "checkpoint"
    for stop in stops:
        run = TrainingRun(POISSON, settings(**METHODS[by]), path)
        assert run.run(should_stop=partial(at_step, run, stop)).status == "interrupted"
    resumed = TrainingRun(POISSON, settings(**METHODS[by]), path)
    assert resumed.step == stops[-1]
    assert facts(resumed.run()) == facts(wholes[by])


def test_of_a_selection_that_is_over_only_what_became_of_each_expert_is_saved(
    tmp_path: Path,
) -> None:
    path = tmp_path / "checkpoint"
    run = TrainingRun(POISSON, settings(), path)
    run.run(should_stop=partial(at_step, run, 120))
    kept = checkpoint.load(path)["selection"]
    assert kept["competition"] == {"alive": run.mixture.alive}
    assert kept["pruning"]["on_trial"] is None
    assert TrainingRun(POISSON, settings(), path).outcomes == run.outcomes


def test_same_settings_same_run_and_told_again_as_it_was(tmp_path: Path, whole: RunResult) -> None:
    path = tmp_path / "checkpoint"
    for _ in range(2):
        assert facts(TrainingRun(POISSON, settings(), path).run()) == facts(whole)


def test_a_run_that_dies_goes_on_from_its_last_checkpoint(tmp_path: Path, whole: RunResult) -> None:
    path = tmp_path / "checkpoint"
    calls = count()

    def die() -> bool:
        if next(calls) == 90:  # after a drop
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        TrainingRun(POISSON, settings(), path, save_after=0.0).run(should_stop=die)
    resumed = TrainingRun(POISSON, settings(), path)
    assert resumed.step == 90
    assert len(resumed.mixture.alive) < len(POOL)
    assert facts(resumed.run()) == facts(whole)


@pytest.mark.parametrize(
    "changes", [{"p": 2.0}, {"dtype": torch.float64}, {"spread": "latin_hypercube"}], ids=str
)
def test_other_settings_train_as_well(changes: dict[str, Any]) -> None:
    result = TrainingRun(POISSON, settings(**changes)).run()
    assert result.status == "completed"
    assert error(result) < 0.1


def test_the_state_kept_has_the_held_out_loss_that_is_told(whole: RunResult) -> None:
    points = settings().sampler.held_out(torch.device("cpu"))
    measured = float(mixture_loss(POISSON, whole.mixture, points).detach())
    assert measured == pytest.approx(whole.held_out_loss, rel=1e-10)


def test_refusals_are_recorded() -> None:
    # No loss falls by more than it all.
    run = TrainingRun(POISSON, settings(rule={"tolerance": -1.0}))
    refused = [outcome for outcome in run.run().outcomes.values() if outcome.refusals]
    assert refused
    for outcome in refused:
        assert outcome.refused_at is not None
        assert outcome.ended is not None or "held-out loss would rise" in outcome.reason


def test_a_run_goes_on_from_another_ones_warm_up_with_some_experts(tmp_path: Path) -> None:
    path = tmp_path / "warmed"
    warmed = TrainingRun(POISSON, settings(), path)
    warmed.run(should_stop=lambda: warmed.selection is not None)
    run = TrainingRun(POISSON, settings())
    run.go_on_from(path, [0, 2])
    assert sorted(run.mixture.alive) == [0, 2]
    assert run.step == 6
    assert run.warm_up.evaluations == warmed.warm_up.evaluations / 2
    result = run.run()
    assert result.status == "completed"
    assert set(result.outcomes) == {0, 2}


def test_a_checkpoint_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    run = TrainingRun(POISSON, settings(), path)
    run.save()
    state = checkpoint.load(path)
    state["search"] = state.pop("warm_up")
    checkpoint.save(path, state)
    with pytest.raises(
        UserError, match=r"of this version .* got one of another \('warm_up'\); delete it"
    ):
        TrainingRun(POISSON, settings(), path)
