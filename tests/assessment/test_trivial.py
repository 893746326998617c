"""Which answers are trivial, both ways: what is held against them, and what is not."""

import math

import numpy as np
import pytest
import torch

from nas import problems
from nas.assessment.trivial import best_trivial, is_affine
from nas.problems import Box, Condition, Periodic, Problem
from nas.problems.sampling import interior_points
from nas.problems.terms import PointCounts
from nas.training.collocation import Points, Sampler
from tests.assessment import answers


def points(problem: Problem) -> Points:
    sampler = Sampler(problem, PointCounts(200, 40), "sobol", seed=0)
    return sampler.draw(0, torch.device("cpu"))


def rod(low: float, high: float, source: float = 0.0) -> Problem:
    return Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.xx + source,
        conditions=[Condition("x_min", lambda u: u - low), Condition("x_max", lambda u: u - high)],
        balanced=False,
    )


def test_a_parabola_is_not_solved_by_a_line() -> None:
    """u'' = -2, u = 0 at both ends: no line has a loss below 4."""
    problem = rod(0.0, 0.0, source=2.0)
    found = best_trivial(problem, points(problem))
    assert found.loss == pytest.approx(4.0)
    assert not found.solves


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [(0.0, 0.0, "constant"), (5.0, 5.0, "constant"), (1.0, 3.0, "affine function")],
)
def test_a_solution_that_is_zero_constant_or_a_line_is_solved(
    low: float, high: float, name: str
) -> None:
    problem = rod(low, high)
    found = best_trivial(problem, points(problem))
    assert found.name == f"the best {name}"
    assert found.solves


def test_a_nonlinear_problem_is_solved_by_its_line_too() -> None:
    """u u'' + u'² = 1 with u = 1 + x: Gauss–Newton needs more than one step."""
    problem = Problem(
        name="root",
        domain=Box(x=(0, 1)),
        residual=lambda u: u * u.xx + u.x**2 - 1,
        conditions=[Condition("x_min", lambda u: u - 1), Condition("x_max", lambda u: u - 2)],
        balanced=False,
    )
    assert best_trivial(problem, points(problem)).solves


def test_residuals_without_a_value_have_no_finite_loss() -> None:
    problem = Problem(
        name="root",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.xx + (u - 2) ** 0.5,
        conditions=[Condition("x_min", lambda u: u)],
        balanced=False,
    )
    assert math.isinf(best_trivial(problem, points(problem)).loss)


def test_what_is_periodic_by_construction_has_no_slope() -> None:
    """u' = 1 with u(0) = 0 on a circle: a line would solve it, and no network can give one."""
    circle = Problem(
        name="circle",
        domain=Box(x=(0, 1), t=(0, 1)),
        residual=lambda u: u.x - 1 + 0 * u.t,
        conditions=[Periodic("x", exact=True)],
        balanced=False,
    )
    assert best_trivial(circle, points(circle)).loss == pytest.approx(1.0)


def test_affine_answers_are_told_from_others() -> None:
    problem = rod(0.0, 0.0)
    x = torch.linspace(0, 1, 50, dtype=torch.float64)[:, None]
    assert is_affine(problem, answers.of(lambda x: 0 * x), x)
    assert is_affine(problem, answers.of(lambda x: 1e-9 * (7 + x)), x)
    assert not is_affine(problem, answers.of(lambda x: 1e-9 * torch.sin(np.pi * x)), x)
    assert not is_affine(problem, answers.of(lambda x: 5 + 0.1 * torch.sin(np.pi * x)), x)


def test_of_a_field_only_its_piece_is_looked_at() -> None:
    wall = problems.load("two_materials")
    points = torch.as_tensor(interior_points(wall.domain, 200, seed=0, draw=0))

    def bent(x: torch.Tensor, at: float) -> torch.Tensor:
        u, v = x.sum(-1) + torch.relu(x[:, 1] - at) ** 2, x.sum(-1)
        return torch.stack([u, v], -1)

    assert is_affine(wall, answers.of(lambda x: bent(x, 0.5)), points)
    assert not is_affine(wall, answers.of(lambda x: bent(x, 0.2)), points)


def test_what_to_compare_with_is_the_largest_of_their_losses() -> None:
    """Of u'' = 0 between ends at 0, zero has no loss, and the constant 1 has 1 at each end."""
    best = best_trivial(rod(0.0, 0.0), points(rod(0.0, 0.0)))
    assert best.loss == 0
    assert best.typical == pytest.approx(2.0)
