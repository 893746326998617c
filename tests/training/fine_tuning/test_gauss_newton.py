"""Gauss–Newton in the fine-tuning: how many points a step has, and how it is damped."""

import math
from typing import Any

import pytest
import torch

from nas.calculus.fields import Field
from nas.calculus.quantities import Quantity
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Condition, Problem
from nas.search_spaces import Candidate
from nas.training.fine_tuning import gauss_newton
from nas.training.fine_tuning.gauss_newton import ByGaussNewton, Settings
from tests.training.problems import ENDS, FEW, POISSON, sampler

POOL = (Candidate("tanh", 1, 8), Candidate("sine", 1, 6))


def begun(problem: Problem = POISSON, **settings: Any) -> ByGaussNewton:
    """Of 62 parameters and 144 rows."""
    mixture = Mixture(POOL, GateSettings(1, 4), problem.domain.bounds, 1, seed=0)
    assert mixture.parameters_learning == 62
    chosen = Settings(**{"resampling": FEW, "rows_per_parameter": 0.1, **settings})
    return chosen.begin(problem, mixture, sampler(128, 16, problem))


def points_of(optimiser: ByGaussNewton, iteration: int = 0) -> int:
    """How many points the next step has."""
    before = optimiser.points_seen
    optimiser.advance(iteration)
    return optimiser.points_seen - before


@pytest.mark.parametrize(
    ("each", "products", "factor"),
    [
        (0.1, 2**32, 0.25),  # not fewer than a quarter of the points
        (2.0, 2**32, 2 * 62 / 144),  # twice as many rows as parameters
        (1000.0, 2**32, 8.0),  # not more than eight times the points
        (2.0, 62 * 50**2, 50 / 144),  # as many as J Jᵀ may have
        (1000.0, 62**2 * 300, 300 / 144),  # or Jᵀ J, where there are more rows than parameters
    ],
)
def test_it_begins_with_as_many_points_as_the_parameters_need(
    each: float, products: int, factor: float
) -> None:
    optimiser = begun(rows_per_parameter=each, initial_max_products=products)
    assert points_of(optimiser) == int(factor * 128) + ENDS


def test_refined_it_draws_twice_the_points_up_to_eight_times() -> None:
    optimiser = begun(point_factors=(0.25, 1.0))
    seen, told = [points_of(optimiser)], []
    for iteration in range(1, 4):
        told.append(optimiser.refine())
        seen.append(points_of(optimiser, iteration))
    assert seen[:3] == [32 + ENDS, 64 + ENDS, 128 + ENDS]
    assert told == ["", "", "with 1 times as many points"]


def test_no_more_points_are_drawn_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for 72 rows of 144: half the points are the most, and the reason says so."""
    monkeypatch.setattr(gauss_newton, "MOST_ENTRIES", 72 * 62)
    optimiser = begun()
    seen, told = [], []
    for iteration in range(3):
        seen.append(points_of(optimiser, iteration))
        told.append(optimiser.refine())
    assert seen == [32 + ENDS, 64 + ENDS, 64 + ENDS]
    assert told[:2] == ["", "with 0.5 times as many points"]


def test_nor_more_than_there_is_time_for() -> None:
    optimiser = begun(max_products=62 * 50**2)  # J Jᵀ of 50 rows
    optimiser.refine()
    assert points_of(optimiser) == int(50 / 144 * 128) + ENDS


def test_steps_are_damped_as_the_held_out_losses_say() -> None:
    """Less after each best, more where the loss is far from the best, and within bounds."""
    optimiser = begun()
    ratios = [0.5, 0.8, 1.2, 3.0, 3.1, math.nan, *[0.5] * 9, *[3.5] * 12]
    seen = []
    for ratio in ratios:
        optimiser.update(ratio)
        seen.append(round(math.log10(optimiser.state()["least"])))
    assert seen[:6] == [-9, -10, -10, -10, -9, -9]
    assert seen[6:15] == [-10] * 9
    assert seen[15:] == [-9, -8, -7, -6, -5, -4, -3, -2, -1, -1, -1, -1]


def test_it_has_converged_after_ten_iterations_without_a_step() -> None:
    def nothing(u: Field) -> Quantity:
        return 0 * u

    optimiser = begun(Problem("nothing", POISSON.domain, nothing, [Condition("x_min", nothing)]))
    for iteration in range(10):
        assert not optimiser.converged
        assert torch.equal(optimiser.advance(iteration), torch.tensor(0.0, dtype=torch.float64))
    assert optimiser.converged
