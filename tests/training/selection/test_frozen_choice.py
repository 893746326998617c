"""Whole selections among experts that keep what they have learnt."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.training import checkpoint
from nas.training.physics_loss import mixture_loss
from nas.training.run_result import RunResult
from nas.training.selection import FROZEN, SelectionSettings
from nas.training.selection.competition import Competition
from nas.training.selection.frozen import FrozenCompetition
from nas.training.training_run import TrainingRun
from nas.training.training_settings import TrainingSettings
from tests.training.problems import POISSON, POOL, settings, to
from tests.training.selection.test_frozen import experts_of
from tests.training.test_training_run import facts

CPU = torch.device("cpu")


def frozen(iterations: int = 0, **changes: Any) -> TrainingSettings:
    """6 iterations of warm-up, then the gate alone."""
    chosen = settings(iterations=iterations, dtype=torch.float64)
    rule = replace(FROZEN.rule, threshold=0.9)
    return replace(chosen, selection=replace(FROZEN, p=0.3, rule=rule, **changes))


@pytest.fixture(scope="module")
def whole() -> RunResult:
    return TrainingRun(POISSON, frozen()).run()


def test_the_settings_say_who_learns() -> None:
    mixture = frozen().mixture(POISSON)
    assert type(FROZEN.begin(POISSON, mixture)) is FrozenCompetition
    assert type(settings().selection.begin(POISSON, mixture)) is Competition
    assert SelectionSettings.experts_learn


def test_somebody_leaves_and_the_others_are_as_they_were() -> None:
    run = to(TrainingRun(POISSON, frozen()), "gate")
    before, points = experts_of(run.mixture), run.settings.sampler.held_out(CPU)
    first = float(mixture_loss(POISSON, run.mixture, points))
    result = run.run()
    after = experts_of(result.mixture)
    assert 0 < len(after) < len(POOL)
    assert all(numbers == before[index] for index, numbers in after.items())
    assert result.held_out_loss is not None
    assert result.held_out_loss < first
    dropped = [index for index, one in result.outcomes.items() if one.ended is not None]
    assert sorted([*after, *dropped]) == list(range(len(POOL)))


def test_the_same_points_serve_in_all_steps() -> None:
    run = to(TrainingRun(POISSON, frozen()), "gate")
    assert run.selection is not None
    first = run.selection._current_points()
    to(run, "selection")
    for _ in range(11):
        run.selection.advance()
    assert run.selection._current_points() is first


def test_the_memory_is_there_for_the_selection_alone() -> None:
    run = to(TrainingRun(POISSON, frozen()), "selection")
    assert run.mixture.memory is not None
    assert run.mixture.memory.entries
    result = run.run()
    assert result.mixture.memory is None
    learning = to(TrainingRun(POISSON, settings()), "selection")
    assert learning.mixture.memory is None


def loss_of(result: RunResult) -> float:
    """Held out, by a copy that remembers nothing."""
    fresh = result.mixture.with_alive(result.mixture.alive)
    fresh.memory = None
    fresh.load_state_dict(result.mixture.state_dict())
    return float(mixture_loss(POISSON, fresh, frozen().sampler.held_out(CPU)))


@pytest.mark.parametrize("iterations", [0, 20])
def test_what_is_told_of_the_result_is_true_of_it(iterations: int) -> None:
    result = TrainingRun(POISSON, frozen(iterations)).run()
    assert result.held_out_loss == pytest.approx(loss_of(result), rel=1e-9)


@pytest.mark.parametrize("stop", [8, 15, 30, 45])
def test_stopped_and_restored_it_ends_with_the_same_digits(
    whole: RunResult, tmp_path: Path, stop: int
) -> None:
    path = tmp_path / "c"
    run = TrainingRun(POISSON, frozen(), path)
    assert run.run(lambda: run.step >= stop).status == "interrupted"
    assert facts(TrainingRun(POISSON, frozen(), path).run()) == facts(whole)


def test_stopped_in_the_fine_tuning_nothing_is_remembered(tmp_path: Path) -> None:
    """What the experts said before they learnt on is not what they say."""
    expected, path = TrainingRun(POISSON, frozen(20)).run(), tmp_path / "c"
    run = TrainingRun(POISSON, frozen(20), path)
    ends = 6 + FROZEN.steps
    assert run.run(lambda: run.fine_tuning is not None and run.step >= ends + 5).status == (
        "interrupted"
    )
    again = TrainingRun(POISSON, frozen(20), path)
    assert again.mixture.memory is None
    assert facts(again.run()) == facts(expected)


def begun_elsewhere(path: Path | None = None) -> TrainingRun:
    """A run with experts that have learnt in a pool of other order, in double precision."""
    pool = (POOL[2], POOL[3], POOL[1])
    learnt = to(TrainingRun(POISSON, frozen()), "gate").mixture
    chosen = replace(frozen(), pool=pool, dtype=torch.float32)
    chosen = replace(chosen, warm_up=replace(chosen.warm_up, iterations=0))
    run = TrainingRun(POISSON, chosen, path)
    if run.selection is None:
        run.begin_with(learnt, {0: 2, 1: 3, 2: 1})
        assert experts_of(run.mixture) == {
            mine: experts_of(learnt)[its] for mine, its in {0: 2, 1: 3, 2: 1}.items()
        }
    return run


def test_a_run_begins_with_experts_that_learnt_elsewhere() -> None:
    run = begun_elsewhere()
    assert (run.phase.name, run.step) == ("gate", 0)
    result = run.run()
    assert result.status == "completed"
    assert result.held_out_loss == pytest.approx(loss_of(result), rel=1e-9)
    assert set(result.outcomes) == {0, 1, 2}


@pytest.mark.parametrize("stop", [3, 30])
def test_such_a_run_goes_on_with_equal_digits(tmp_path: Path, stop: int) -> None:
    """The precision of what learnt elsewhere survives as well."""
    path = tmp_path / "c"
    run = begun_elsewhere(path)
    assert run.run(lambda: run.step >= stop).status == "interrupted"
    assert checkpoint.load(path)["selection"]["step"] == stop
    again = begun_elsewhere(path)
    assert again.step == stop
    assert facts(again.run()) == facts(begun_elsewhere().run())
