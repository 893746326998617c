"""Step by step in time, where a start from zero finds a wrong solution; the right one is known."""

import dataclasses
from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Box, Condition, Problem, Unknown, load
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.least_squares import marching
from nas.training.least_squares.correction_search import CorrectionSearch
from nas.training.least_squares.features import Answer
from nas.training.least_squares.marching import Early, Marching, begins, early_of, held
from nas.training.least_squares.outputs import zero

# Up and down four times between two rests, of which a start from zero finds one.
SWING = Problem(
    name="swing",
    domain=Box(t=(1, 13)),
    residual=lambda u: u.tt + torch.sin(u),
    conditions=[Condition("t_min", lambda u: u - 2), Condition("t_min", lambda u: u.t)],
    balanced=False,
)
SAMPLER = Sampler(SWING, PointCounts(64, 1), "sobol", seed=0)


def truth(times: np.ndarray) -> np.ndarray:
    """By another method: DOP853."""
    solved = solve_ivp(
        lambda t, state: [state[1], -np.sin(state[0])],
        (1, 13),
        [2.0, 0.0],
        "DOP853",
        rtol=1e-12,
        atol=1e-12,
        t_eval=times,
    )
    found: np.ndarray = solved.y[0]
    return found


def finished(search: CorrectionSearch) -> CorrectionSearch:
    while not search.finished:
        search.advance()
    return search


def test_it_finds_the_solution_that_newton_from_zero_does_not() -> None:
    at_once = finished(CorrectionSearch(SAMPLER, zero(SWING), columns=200))
    marched = finished(Marching(SAMPLER, columns=200))
    assert marched.loss < 1e-8 < 1e-3 < at_once.loss
    times = np.linspace(1, 13, 50)
    points = torch.as_tensor(times)[:, None]
    found = marched.answer(points, DerivativeSet([], 1))[0, :, 0].numpy()
    assert np.abs(found - truth(times)).max() < 1e-4


def test_its_best_is_its_answer() -> None:
    marched = finished(Marching(SAMPLER, columns=100))
    best = marched.best
    assert best is not None
    assert best.loss == pytest.approx(marched.loss, rel=1e-6, abs=1e-12)
    assert best.candidate.width == 100


def test_two_searches_are_the_same() -> None:
    first, second = (finished(Marching(SAMPLER, columns=100)) for _ in range(2))
    assert first.best is not None
    assert second.best is not None
    assert first.best.loss == second.best.loss
    assert all(map(torch.equal, first.best.weights, second.best.weights))


def test_a_time_that_gets_too_short_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marching, "GOOD", 0.0)  # nothing is good
    marched = finished(Marching(SAMPLER, columns=100))
    plain = finished(CorrectionSearch(SAMPLER, zero(SWING), columns=100))
    assert marched.loss == plain.loss


@pytest.mark.parametrize(
    ("each", "most", "used"),
    [
        (0.006, 400, [100, 200]),  # a hundred waves are enough for 0.6 of the time, 200 for all
        (0.006, 100, [100]),  # and there are no more
        (0.003, 400, [100, 200, 400]),
        (0.0005, 400, [100]),  # they have not got to a tenth of it: twice as many will not
    ],
)
def test_for_a_longer_time_there_are_twice_as_many_waves(
    each: float, most: int, used: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Played:
        """A search with no solution but over a share of the time, ``each`` for a column."""

        def __init__(self, sampler: Early, answer: Answer, columns: int, **_: Any) -> None:
            self.share, self.columns, self.answer = sampler.share, columns, answer
            self.loss, self.coming, self.finished = 1.0, columns, False

        def advance(self) -> None:
            self.loss, self.finished = float(self.share > each * self.columns), True

    monkeypatch.setattr(marching, "CorrectionSearch", Played)
    found: CorrectionSearch | None = None
    reached = list[float]()

    def followed() -> Generator[int, None, None]:
        nonlocal found
        found = yield from marching._marched(SAMPLER, most, 1.0, reached.append)

    solves = list(followed())
    assert sorted(set(solves)) == used == list(dict.fromkeys(solves))
    assert (found is not None) == (each * used[-1] > 1)
    assert reached == sorted(reached)
    assert (reached[-1] == pytest.approx(1.0)) if found else all(one < 1 for one in reached)


@pytest.mark.parametrize(
    ("first", "gain", "asked"),
    [
        (1e-6, 1.0, [1.0, 0.01]),
        (1e-6, 0.02, [1.0, 0.01]),
        (1e-6, 0.01, [1.0]),  # the search over the whole time has found a solution
        (0.0, 1.0, [1.0]),  # exact at once
        (np.inf, 1.0, [1.0]),  # no better than nothing
    ],
)
def test_where_errors_have_grown_on_the_way_smaller_ones_come_next(
    first: float, gain: float, asked: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a march of 200 waves would, whose loss is ``first`` times how strict it is."""
    marches, counts = list[float](), list[int]()

    def marched(
        sampler: Sampler, most: int, strictness: float, reached: object
    ) -> Generator[int, None, SimpleNamespace]:
        marches.append(strictness)
        yield 100
        loss = first * strictness
        candidate = SimpleNamespace(width=200)
        return SimpleNamespace(best=SimpleNamespace(candidate=candidate), answer=loss, loss=loss)

    def searched(search: CorrectionSearch, count: int) -> Generator[int, None, None]:
        counts.append(count)
        search.loss *= gain
        yield from ()

    monkeypatch.setattr(marching, "_marched", marched)
    monkeypatch.setattr(CorrectionSearch, "_search", searched)
    monkeypatch.setattr(
        CorrectionSearch, "_loss", lambda _, found: found if isinstance(found, float) else 1.0
    )
    search = finished(Marching(SAMPLER, columns=400))
    assert marches == asked
    assert counts == ([200] * len(asked) if first < 1 else [0])
    assert search.loss == (first * asked[-1] * gain if first < 1 else 1.0)


def test_too_few_columns_for_a_window_are_left_to_the_search() -> None:
    assert Marching(SAMPLER, columns=50).finished


@pytest.mark.parametrize(
    "changed",
    [
        {"conditions": [Condition(("t_min", "t_max"), lambda u: u)]},
        {"conditions": [*SWING.conditions, Condition("t_max", lambda u: u)]},
        {"conditions": [Condition("t_min", lambda u: u - 2, exact=True)]},
        {
            "unknown": {"k": Unknown(start=1.0)},
            "residual": lambda u, k: u.tt + k * torch.sin(u),
        },
    ],
)
def test_only_initial_values_alone_begin(changed: dict[str, object]) -> None:
    assert begins(SWING)
    assert not begins(dataclasses.replace(SWING, **changed))  # type: ignore[arg-type]


def test_a_problem_in_space_and_time_does_not_begin() -> None:
    assert not begins(load("wave"))


def test_early_points_are_the_samplers_own_squeezed() -> None:
    early = early_of(SAMPLER, 0.25)
    mine, own = (one.draw(3, torch.device("cpu")) for one in (early, SAMPLER))
    assert torch.allclose(mine.interior, 1 + 0.25 * (own.interior - 1))
    assert torch.equal(mine.samples[1].points, own.samples[1].points)  # the beginning stays
    assert isinstance(early.scaled(2.0), marching.Early)
    assert bool((early.held_out(torch.device("cpu")).interior <= 4).all())


def test_what_is_held_has_no_derivatives() -> None:
    def square(points: torch.Tensor, derivatives: DerivativeSet) -> torch.Tensor:
        ones = torch.ones_like(points)
        fields = torch.stack([points**2, 2 * points, 2 * ones])
        return torch.cat([fields, torch.stack([7 * ones, 0 * ones, 0 * ones])], dim=-1)

    times = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
    jet = held(square, 2.0, count=1)(times, DerivativeSet([(1,), (2,)], 1))
    assert jet[:, 0, 0].tolist() == [1.0, 2.0, 2.0]
    assert jet[:, 1, 0].tolist() == [4.0, 0.0, 0.0]
    assert jet[:, 1, 1].tolist() == [7.0, 0.0, 0.0]  # an unknown coefficient is no field
