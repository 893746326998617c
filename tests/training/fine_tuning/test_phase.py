"""Fine-tuning: how near it comes, why it ends, what it keeps, and that it goes on bit for bit."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from nas.calculus.fields import Field
from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Condition, Problem
from nas.search_spaces import Candidate
from nas.training import checkpoint
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuning, FineTuningSettings, gauss_newton
from nas.training.physics_loss import mixture_loss
from tests.training.problems import FEW, POISSON, sampler

POOL = (Candidate("tanh", 1, 8), Candidate("sine", 1, 6))


DEFAULT = FineTuningSettings(1, gauss_newton.Settings())
CHUNK, PATIENCE, PROGRESS = DEFAULT.check_every, DEFAULT.patience, DEFAULT.progress
# Few candidates for points; and it begins with a quarter of the points.
QUICK = gauss_newton.Settings(resampling=FEW, rows_per_parameter=0.1)


def mixture() -> Mixture:
    made = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    with torch.no_grad():
        made.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(0))
    return made.float()


def begun(
    iterations: int,
    problem: Problem = POISSON,
    method: gauss_newton.Settings = QUICK,
    **settings: Any,
) -> FineTuning:
    chosen = FineTuningSettings(iterations, method, **settings)
    return FineTuning(problem, mixture(), sampler(128, 16, problem), chosen)


def on(tuning: FineTuning) -> float:
    """Continue to the next check; the loss."""
    loss = tuning.advance()
    while not tuning.due:
        loss = tuning.advance()
    return float(loss)


def ended(tuning: FineTuning) -> FineTuning:
    while not tuning.finished:
        tuning.advance()
    return tuning


def error(made: Mixture) -> float:
    """Relative L2 error on sin πx."""
    x = torch.linspace(0, 1, 101, dtype=torch.float64).unsqueeze(-1)
    truth = torch.sin(torch.pi * x)
    return float((made(x, DerivativeSet([], 1))[0].detach() - truth).norm() / truth.norm())


def test_it_comes_near() -> None:
    assert error(mixture().double()) > 0.1
    tuning = ended(begun(60))
    tuning.take_best()
    assert tuning.mixture.centre.dtype == torch.float64
    assert error(tuning.mixture) < 1e-5


def test_it_goes_on_with_a_correction_in_place() -> None:
    """The experts learn what it leaves; it stays as it is, and its memory is not theirs."""
    generator = torch.Generator().manual_seed(0)
    first, last, phase, offset = (
        torch.randn(shape, generator=generator) for shape in ((1, 40), (40, 1), (40,), (1,))
    )
    corrected = (
        mixture().double().corrected(Candidate("sine", 1, 40), [first, 0.1 * last], [phase, offset])
    )
    before = {name: of.clone() for name, of in corrected.corrections.state_dict().items()}
    assert error(corrected) > 0.1
    settings = FineTuningSettings(60, QUICK)
    tuning = ended(FineTuning(POISSON, corrected, sampler(128, 16, POISSON), settings))
    tuning.take_best()
    assert error(tuning.mixture) < 1e-5
    after = tuning.mixture.corrections.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_no_more_iterations_than_asked_for_and_none_at_all() -> None:
    tuning = begun(CHUNK + 3)
    on(tuning)
    assert (tuning.iterations, tuning.finished) == (CHUNK, False)
    on(tuning)
    assert (tuning.iterations, tuning.finished, tuning.ended) == (CHUNK + 3, True, "")
    nothing = begun(0)
    assert nothing.finished
    before = {name: value.clone() for name, value in nothing.mixture.state_dict().items()}
    nothing.take_best()
    after = nothing.mixture.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert nothing.best_loss == nothing.held_out_loss


def test_it_ends_when_it_has_stalled_and_says_so() -> None:
    """No network can make the residual of u = ±1 small: the best is the mean, with a loss of 1."""
    seen = set()

    def hopeless(u: Field, x: Any) -> Any:
        seen.add(x.value.numel())
        return u - torch.sign(torch.sin(400 * x))

    problem = replace(
        POISSON,
        residual=hopeless,
        conditions=[Condition("x_min", lambda u: 0 * u)],
        balanced=False,
    )
    tuning = ended(begun(1000, problem, replace(QUICK, point_factors=(0.25, 1.0)), patience=2))
    assert 9 * CHUNK <= tuning.iterations < 1000
    assert tuning.ended == (
        f"stalled after {tuning.iterations} iterations: the held-out loss no longer falls, even "
        "with 1 times as many points"
    )
    assert tuning.best_loss == pytest.approx(1, abs=0.1)
    assert {32, 64, 128} <= seen


def test_it_converges_wherever_it_is_stopped(tmp_path: Path) -> None:
    """How long no step was done is part of the state."""
    problem = replace(
        POISSON,
        residual=lambda u: 0 * u,
        conditions=[Condition("x_min", lambda u: 0 * u)],
    )
    tuning = begun(1000, problem)
    for _ in range(4):
        tuning.advance()
    checkpoint.save(tmp_path / "c", tuning.state())
    again = begun(1000, problem)
    again.restore(checkpoint.load(tmp_path / "c"))
    ended(again)
    assert again.ended.startswith(f"converged after {CHUNK} iterations")


def test_it_ends_where_no_step_lowers_the_loss_and_says_so() -> None:
    """u = 0 everywhere: met exactly, since a network can be zero."""
    problem = replace(POISSON, residual=lambda u: u)
    tuning = begun(1000, problem)
    with torch.no_grad():
        for stack in tuning.mixture.expert_stacks:
            stack.weights[-1].zero_()
            stack.biases[-1].zero_()
    ended(tuning)
    assert tuning.ended == f"converged after {CHUNK} iterations: no step lowers the loss"


class Pretended:
    """An optimiser that learns nothing, notes what it is asked, and refines ``times`` times."""

    title: ClassVar[str] = "pretence"
    converged, points_seen = False, 0

    def __init__(self, times: int) -> None:
        self.times, self.ratios, self.refined_at = times, list[float](), list[int]()
        self.iterations = 0

    def begin(self, problem: Problem, mixture: Mixture, sampler: Sampler) -> "Pretended":
        return self

    def advance(self, iteration: int) -> Tensor:
        self.iterations = iteration + 1
        return torch.tensor(1.0)

    def update(self, ratio: float) -> None:
        self.ratios.append(ratio)

    def refine(self) -> str:
        self.refined_at.append(self.iterations)
        return "" if len(self.refined_at) <= self.times else "with magic"

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        pass


def pretend(
    patch: pytest.MonkeyPatch, losses: list[float], times: int = 0
) -> tuple[FineTuning, Pretended]:
    """The held-out losses are ``losses``, after 1 at the beginning."""
    optimiser, measured = Pretended(times), iter(losses)
    settings = FineTuningSettings(len(losses) * CHUNK, optimiser)
    tuning = FineTuning(POISSON, mixture(), sampler(16, 2), settings)
    patch.setattr(tuning, "_measure", lambda mixture: next(measured))
    tuning.best_loss = 1.0
    return tuning, optimiser


def test_where_it_stalls_it_refines_until_that_helps_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A loss that falls by a hair at each check: five checks show that it has not within four."""
    falls = [0.999**n for n in range(1, 101)]
    tuning, optimiser = pretend(monkeypatch, falls, times=2)
    ended(tuning)
    checks = PATIENCE + 1
    assert optimiser.refined_at == [checks * CHUNK, 2 * checks * CHUNK, 3 * checks * CHUNK]
    assert tuning.ended == (
        f"stalled after {3 * checks * CHUNK} iterations: the held-out loss no longer falls, even "
        "with magic"
    )


def test_where_it_makes_progress_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where most checks see nothing better."""
    falls = [PROGRESS ** (n // PATIENCE * 1.01) * (1 + n % PATIENCE) for n in range(PATIENCE, 40)]
    tuning, optimiser = pretend(monkeypatch, falls)
    ended(tuning)
    assert not optimiser.refined_at
    assert not tuning.ended


def test_the_optimiser_is_given_each_held_out_loss_over_the_best(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tuning, optimiser = pretend(monkeypatch, [0.5, 0.25, 0.5, math.nan])
    ended(tuning)
    assert optimiser.ratios[:3] == [0.5, 0.5, 2.0]
    assert math.isnan(optimiser.ratios[3])


def test_the_best_by_held_out_loss_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = begun(5 * CHUNK)
    measured = iter([0.5, 0.2, math.nan, 0.3, math.inf])
    monkeypatch.setattr(tuning, "_measure", lambda mixture: next(measured))
    tuning.best_loss = 1.0
    states = []
    while not tuning.finished:
        on(tuning)
        states.append({name: v.clone() for name, v in tuning.mixture.state_dict().items()})
    tuning.take_best()
    assert tuning.best_losses == [0.5, 0.2, 0.2, 0.2, 0.2]
    kept = tuning.mixture.state_dict()
    matches = [all(torch.equal(kept[name], one[name]) for name in kept) for one in states]
    assert matches == [False, True, False, False, False]


def test_the_best_loss_is_that_of_the_best_at_points_it_has_not_seen() -> None:
    seen = set()

    def residual(u: Field, x: Any) -> Any:
        if x.requires_grad or torch.is_grad_enabled():  # training, not measuring
            seen.update(x.tolist())
        return u.xx + torch.pi**2 * torch.sin(torch.pi * x)

    tuning = ended(begun(3 * CHUNK, replace(POISSON, residual=residual)))
    tuning.take_best()
    points = sampler(128, 16).held_out(torch.device("cpu"))
    assert float(mixture_loss(POISSON, tuning.mixture, points)) == tuning.best_loss
    assert tuning.best_loss == min(tuning.best_losses)
    assert len(seen) > 100
    assert seen.isdisjoint(points.interior[:, 0].tolist())


def test_a_beginning_without_numbers_is_no_best() -> None:
    problem = replace(POISSON, residual=lambda u: (1e9 * u.xx**2).exp(), balanced=False)
    tuning = begun(CHUNK, problem)
    assert tuning.best_loss == math.inf
    assert not math.isfinite(on(tuning))
    assert tuning.best_loss == math.inf
    assert tuning.ended.startswith(f"stopped after {CHUNK} iterations: loss ")
