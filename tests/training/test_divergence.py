"""Runs in which a loss is no number: they end as diverged, or go on without the one at fault."""

from dataclasses import replace
from typing import Any

import torch

from nas.calculus.fields import Field
from nas.training.training_run import Progress, TrainingRun
from tests.training.problems import POISSON, settings
from tests.training.test_training_run import BY, CHUNK, METHODS, error


@BY
def test_a_loss_that_is_not_finite_ends_the_run_as_diverged(by: str) -> None:
    problem = replace(POISSON, residual=lambda u: (1e9 * u.xx**2).exp(), balanced=False)
    chosen = settings(problem=problem, warm_up_iterations=20, **METHODS[by])
    result = TrainingRun(problem, chosen).run()
    assert result.status == "diverged"
    assert "at step 10 (warm-up)" in result.reason
    assert result.held_out_loss is None


def test_a_loss_that_is_not_finite_ends_the_fine_tuning_with_its_best() -> None:
    """The residual has no numbers from the third look on."""
    looks = 0

    def residual(u: Field, x: Any) -> Any:
        return u.xx + torch.pi**2 * torch.sin(torch.pi * x) + (x - x) / float(looks < 3)

    def count_looks(progress: Progress) -> None:
        nonlocal looks
        looks += progress.phase == "fine-tuning"

    problem = replace(POISSON, residual=residual)
    chosen = settings(problem=problem, iterations=90)
    result = TrainingRun(problem, chosen).run(watch=count_looks)
    assert result.status == "completed"
    assert result.reason == f"stopped after {4 * CHUNK} iterations: loss nan"
    assert result.held_out_loss == min(row["held_out_loss"] for row in result.history[-3:])


@BY
def test_a_learning_rate_beyond_reason_diverges_without_an_exception(by: str) -> None:
    result = TrainingRun(POISSON, settings(learning_rate=1e30, **METHODS[by])).run()
    assert result.status == "diverged"
    assert "loss" in result.reason


@BY
def test_an_expert_that_diverges_leaves_and_the_others_go_on(by: str) -> None:
    run = TrainingRun(POISSON, settings(**METHODS[by]))
    while run.step < run.settings.warm_up.iterations - 1:
        run._advance(lambda progress: None)
    last = run.mixture.stacks[0]
    with torch.no_grad():
        next(iter(last.parameters()))[0] = torch.nan
    result = run.run()
    assert result.status == "completed"
    lost = [
        outcome for outcome in result.outcomes.values() if "individual loss nan" in outcome.reason
    ]
    assert len(lost) == 1
    assert error(result) < 0.1
