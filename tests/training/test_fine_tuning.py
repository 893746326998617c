"""Fine-tuning: how near it comes, why it ends, what it keeps, and that it goes on bit for bit."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.calculus.fields import Field
from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training import checkpoint, descent, fine_tuning, resampling
from nas.training.fine_tuning import CHUNK, PATIENCE, PROGRESS, FineTuning
from nas.training.loss import mixture_loss
from nas.training.points import Sampler
from tests.training.problems import POISSON

POOL = (Candidate("tanh", 1, 8), Candidate("sine", 1, 6))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few candidates for points; and it begins with a quarter of the points."""
    monkeypatch.setattr(resampling, "CANDIDATES", 256)
    monkeypatch.setattr(descent, "ROWS_EACH", 0.1)


def mixture() -> Mixture:
    made = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    with torch.no_grad():
        made.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(0))
    return made.float()


def begun(iterations: int, problem: Problem = POISSON) -> FineTuning:
    sampler = Sampler(problem, 128, 16, "sobol", 0)
    return FineTuning(problem, mixture(), sampler, iterations)


def on(tuning: FineTuning) -> float:
    """Go on to the next look; the loss."""
    loss = tuning.advance()
    assert loss is not None
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


@pytest.mark.parametrize(
    ("each", "products", "times"),
    [
        (0.1, 2**32, 0.25),  # not fewer than a quarter of the points
        (2.0, 2**32, 2 * 62 / 144),  # twice as many rows as parameters
        (1000.0, 2**32, 8.0),  # not more than eight times the points
        (2.0, 62 * 50**2, 50 / 144),  # as many as J Jᵀ may have
        (1000.0, 62**2 * 300, 300 / 144),  # or Jᵀ J, where there are more rows than parameters
    ],
)
def test_it_begins_with_as_many_points_as_the_parameters_need(
    monkeypatch: pytest.MonkeyPatch, each: float, products: int, times: float
) -> None:
    monkeypatch.setattr(descent, "ROWS_EACH", each)
    monkeypatch.setattr(descent, "FIRST_PRODUCTS", products)
    tuning = begun(10)
    assert tuning.mixture.parameters_learning == 62
    assert tuning.times == pytest.approx(times)


def test_no_more_iterations_than_asked_for_and_none_at_all() -> None:
    tuning = begun(CHUNK + 3)
    tuning.advance()
    assert (tuning.iterations, tuning.finished) == (CHUNK, False)
    tuning.advance()
    assert (tuning.iterations, tuning.finished, tuning.ended) == (CHUNK + 3, True, "")
    nothing = begun(0)
    assert nothing.finished
    before = {name: value.clone() for name, value in nothing.mixture.state_dict().items()}
    nothing.take_best()
    after = nothing.mixture.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert nothing.best_loss == nothing.held_out


def test_it_ends_when_it_has_stalled_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network can make the residual of u = ±1 small: the best is the mean, with a loss of 1."""
    seen = set()

    def hopeless(u: Field, x: Tensor) -> Tensor:
        seen.add(len(x))
        return u - torch.sign(torch.sin(400 * x))

    monkeypatch.setattr(fine_tuning, "PATIENCE", 2)
    monkeypatch.setattr(fine_tuning, "MOST_TIMES", 1.0)
    tuning = ended(begun(1000, replace(POISSON, residual=hopeless, conditions=[])))
    assert 9 * CHUNK <= tuning.iterations < 1000
    assert tuning.ended == (
        f"stalled after {tuning.iterations} iterations: the held-out loss falls no more, nor with "
        "1 times the points"
    )
    assert tuning.best_loss == pytest.approx(1, abs=0.1)
    assert {32, 64, 128} <= seen


def test_it_converges_wherever_it_is_stopped(tmp_path: Path) -> None:
    """How long no step was done is part of the state."""
    problem = replace(POISSON, residual=lambda u: 0 * u, conditions=[])
    tuning = begun(1000, problem)
    assert tuning.advance(lambda: tuning.iterations >= 4) is None
    checkpoint.save(tmp_path / "c", tuning.state())
    again = begun(1000, problem)
    again.restore(checkpoint.load(tmp_path / "c"))
    ended(again)
    assert again.ended.startswith(f"converged after {CHUNK} iterations")


def test_it_ends_where_no_step_lowers_the_loss_and_says_so() -> None:
    """u = 0 everywhere: met exactly, since a network can be zero."""
    problem = replace(POISSON, residual=lambda u: u, conditions=[])
    tuning = begun(1000, problem)
    with torch.no_grad():
        for stack in tuning.mixture.expert_stacks:
            stack.weights[-1].zero_()
            stack.biases[-1].zero_()
    ended(tuning)
    assert tuning.ended == f"converged after {CHUNK} iterations: no step lowers the loss"


def pretend(tuning: FineTuning, patch: pytest.MonkeyPatch, losses: list[float]) -> list[float]:
    """Nothing is learnt, and the held-out losses are ``losses``, after 1 at the beginning.

    Returns how many times the points each chunk had, as it goes on.
    """
    looks, times_seen = iter(losses), list[float]()

    def advance(iteration: int, times: float) -> Tensor:
        if iteration % CHUNK == 0:
            times_seen.append(times)
        return torch.tensor(1.0)

    patch.setattr(tuning, "_measure", lambda: next(looks))
    patch.setattr(tuning._descent, "advance", advance)
    tuning.best_loss = 1.0
    return times_seen


def test_where_it_stalls_it_goes_on_with_more_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss that falls by a hair at each look: five looks show that it has not within four."""
    monkeypatch.setattr(fine_tuning, "MOST_TIMES", 1.0)
    tuning = begun(100 * CHUNK)
    times = pretend(tuning, monkeypatch, [0.999**n for n in range(1, 101)])
    ended(tuning)
    assert times == [0.25] * (PATIENCE + 1) + [0.5] * (PATIENCE + 1) + [1] * (PATIENCE + 1)
    assert tuning.ended


def test_no_more_points_are_drawn_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for 72 rows of 144: half the points are the most, and the reason says so."""
    monkeypatch.setattr(descent, "MOST_ENTRIES", 72 * mixture().parameters_alive)
    seen = set()

    def residual(u: Field, x: Tensor) -> Tensor:
        seen.add(len(x))
        return u.xx

    tuning = begun(1000, replace(POISSON, residual=residual))
    assert tuning._descent.most_times == 0.5
    for times in (0.25, 0.5, 1.0):
        tuning._descent.advance(0, times)
    assert {32, 64} <= seen
    assert 128 not in seen
    pretend(tuning, monkeypatch, [1.0] * 100)
    ended(tuning)
    assert tuning.ended.endswith("falls no more, nor with 0.5 times the points")


def test_steps_are_damped_as_the_held_out_losses_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less after each best, more where the loss is far from the best, and within bounds."""
    looks = [0.5, 0.4, 0.5, 1.2, 1.3, math.nan, *[0.3 / 2**n for n in range(9)], *[1.0] * 12]
    tuning = begun(len(looks) * CHUNK)
    seen = []
    steps = tuning._descent._steps
    pretend(tuning, monkeypatch, looks)
    monkeypatch.setattr(fine_tuning, "PATIENCE", 100)
    for _ in looks:
        tuning.advance()
        seen.append(round(math.log10(steps.least)))
    assert seen[:6] == [-9, -10, -10, -10, -9, -9]
    assert seen[6:15] == [-10] * 9
    assert seen[15:] == [-9, -8, -7, -6, -5, -4, -3, -2, -1, -1, -1, -1]


def test_where_it_makes_progress_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where most looks see nothing better."""
    falls = [PROGRESS ** (n // PATIENCE * 1.01) * (1 + n % PATIENCE) for n in range(PATIENCE, 40)]
    tuning = begun(len(falls) * CHUNK)
    times = pretend(tuning, monkeypatch, falls)
    ended(tuning)
    assert times == [0.25] * len(falls)
    assert not tuning.ended


def test_the_best_by_held_out_loss_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = begun(5 * CHUNK)
    looks = iter([0.5, 0.2, math.nan, 0.3, math.inf])
    monkeypatch.setattr(tuning, "_measure", lambda: next(looks))
    tuning.best_loss = 1.0
    states = []
    while not tuning.finished:
        tuning.advance()
        states.append({name: v.clone() for name, v in tuning.mixture.state_dict().items()})
    tuning.take_best()
    assert tuning.best_losses == [0.5, 0.2, 0.2, 0.2, 0.2]
    kept = tuning.mixture.state_dict()
    matches = [all(torch.equal(kept[name], one[name]) for name in kept) for one in states]
    assert matches == [False, True, False, False, False]


def test_the_best_loss_is_that_of_the_best_on_points_never_trained_on() -> None:
    tuning = ended(begun(3 * CHUNK))
    tuning.take_best()
    sampler = Sampler(POISSON, 128, 16, "sobol", 0)
    points = sampler.held_out(torch.float64, torch.device("cpu"))
    assert float(mixture_loss(POISSON, tuning.mixture, points)) == tuning.best_loss
    assert tuning.best_loss == min(tuning.best_losses)


def test_a_beginning_without_numbers_is_no_best() -> None:
    problem = replace(POISSON, residual=lambda u: u.xx * torch.nan)
    tuning = begun(CHUNK, problem)
    assert tuning.best_loss == math.inf
    assert not math.isfinite(on(tuning))
    assert tuning.best_loss == math.inf
    assert tuning.ended.startswith(f"stopped after {CHUNK} iterations: loss ")


def facts(tuning: FineTuning, losses: list[float]) -> dict[str, Any]:
    return {
        "now": {name: value.tolist() for name, value in tuning.mixture.state_dict().items()},
        "best": {name: value.tolist() for name, value in tuning.best.items()},
        "losses": losses,
        "told": (tuning.iterations, tuning.times, tuning.ended, tuning.best_loss),
        "best_losses": tuning.best_losses,
    }


def resumed(
    iterations: int, stop: int, path: Path, spoil: Callable[[Any], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an uninterrupted run led to, and one that was stopped at a chunk."""
    tuning = begun(iterations)
    losses: list[float] = []
    while not tuning.finished:
        if len(losses) == stop:
            checkpoint.save(path, tuning.state())
        losses.append(on(tuning))
    again, later = begun(iterations), []
    state = checkpoint.load(path)
    spoil(state)
    again.restore(state)
    while not again.finished:
        later.append(on(again))
    return facts(again, later), facts(tuning, losses[stop:])


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_it_goes_on_bit_for_bit(stop: int, tmp_path: Path) -> None:
    again, whole = resumed(4 * CHUNK, stop, tmp_path / "c", lambda state: None)
    assert again == whole


@pytest.mark.parametrize("stop", [1, CHUNK - 1, CHUNK, CHUNK + 3])
def test_it_stops_between_two_looks_and_goes_on_bit_for_bit(stop: int, tmp_path: Path) -> None:
    whole, told = begun(3 * CHUNK), []
    losses = [on(whole) for _ in range(3)]
    tuning = begun(3 * CHUNK)
    while tuning.iterations < stop:
        told.append(tuning.advance(lambda: tuning.iterations >= stop))
    assert tuning.iterations == stop
    assert (told[-1] is None) == (stop % CHUNK != 0)
    checkpoint.save(tmp_path / "c", tuning.state())
    again = begun(3 * CHUNK)
    again.restore(checkpoint.load(tmp_path / "c"))
    later = [on(again) for _ in range(3 - stop // CHUNK)]
    assert facts(again, later) == facts(whole, losses[stop // CHUNK :])


@pytest.mark.parametrize("stop", [2, 3])
def test_it_goes_on_bit_for_bit_with_more_points(
    stop: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left before the first chunk with twice the points, and after it."""
    monkeypatch.setattr(fine_tuning, "PATIENCE", 1)
    monkeypatch.setattr(fine_tuning, "PROGRESS", 0.0)
    before = begun(4 * CHUNK).times
    again, whole = resumed(4 * CHUNK, stop, tmp_path / "c", lambda state: None)
    assert again == whole
    assert again["told"][1] == 4 * before


def test_a_state_that_is_forgotten_shows(tmp_path: Path) -> None:
    """What the tests above would see, were the step before not kept."""

    def forget(state: Any) -> None:
        state["method"]["step"] *= 0

    again, whole = resumed(3 * CHUNK, 1, tmp_path / "c", forget)
    assert again["now"] != whole["now"]


def test_losses_that_are_no_numbers_come_back(tmp_path: Path) -> None:
    tuning = begun(10)
    tuning.best_loss, tuning.best_losses = math.inf, [math.inf, 0.5]
    checkpoint.save(tmp_path / "c", tuning.state())
    again = begun(10)
    again.restore(checkpoint.load(tmp_path / "c"))
    assert (again.best_loss, again.best_losses) == (math.inf, [math.inf, 0.5])
