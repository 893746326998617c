"""The instrument that checks known solutions is sharp: small mistakes are seen, at any order."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from nas import problems
from nas.checking import known_solution as local
from nas.problems import Box, Condition, Observations, Problem, Unknown
from tests.training.problems import PERIODIC

MISTAKE = 1e-5  # of the solution


def wrong(problem: Problem) -> Problem:
    """The same problem, its solution a little too large at the far end of the last coordinate."""
    known, last = problem.solution, problem.coordinates[-1]
    assert known is not None

    def solution(**points: Any) -> Any:
        found = known(**points)
        components = found if isinstance(found, tuple) else (found,)
        return tuple(one * (1 + MISTAKE * np.sin(points[last])) for one in components)

    return dataclasses.replace(problem, solution=solution)


@pytest.mark.parametrize(
    "name",
    ["lotka_volterra", "burgers", "kdv", "beam", "heat_multiscale", "poisson_5d", "kovasznay"],
)
def test_a_wrong_solution_is_seen(name: str) -> None:
    """Of orders 1 to 4, in 1 to 5 dimensions, with 1 to 3 fields."""
    problem = problems.load(name)
    (right,) = local.equations(problem)
    (left,) = local.equations(wrong(problem))
    assert right.worst < 1e-7 < left.worst


def test_a_missed_condition_is_seen() -> None:
    worst = max(one.worst for one in local.conditions(wrong(problems.load("poisson_5d"))))
    assert worst > 1e-7


def test_points_at_a_kink_are_not_trusted() -> None:
    """The smallest boxes lie beside the kink, or over it, where no three sizes agree."""
    line = Problem(
        name="line",
        domain=Box(x=(-1, 1)),
        residual=lambda u: u.x**2 - 1,
        conditions=[Condition("x_min", lambda u: u + 1)],
        solution=lambda x: x,
    )
    assert local.equations(line)[0].resolved.all()
    points, _ = local.drawn(line, line.groups[0], line.terms[0])
    place = float(points[points.abs().argmin()]) + 1e-4  # in the middle no box is one-sided
    (left,) = local.equations(dataclasses.replace(line, solution=lambda x: np.abs(x - place)))
    assert 0.9 < left.resolved.mean() < 1
    assert left.worst < 1e-7


def test_a_residual_that_sees_two_points_has_one_remainder_for_each_pair() -> None:
    known = dataclasses.replace(PERIODIC, solution=lambda x, y: 1 + 0 * x)
    (left,) = local.conditions(known)
    assert len(left.residual[0]) == local.COUNTS.boundary
    assert left.worst < 1e-12
    tilted = dataclasses.replace(PERIODIC, solution=lambda x, y: 1 + 1e-3 * x)
    assert local.conditions(tilted)[0].worst == pytest.approx(1e-3 / 4, rel=1e-2)


def test_unknown_coefficients_have_their_true_values_and_observations_their_noise() -> None:
    x = np.linspace(0.1, 0.9, 50)
    scatter = 0.01 * np.cos(np.arange(50) * 2.0)
    decay = Problem(
        name="decay",
        domain=Box(x=(0, 1)),
        residual=lambda u, k: u.x + k * u,
        conditions=[Observations({"x": x, "u": np.exp(-2 * x) + scatter}, noise=0.007)],
        unknown={"k": Unknown(start=1.0, low=0, truth=2.0)},
        solution=lambda x: np.exp(-2 * x),
    )
    assert local.equations(decay)[0].worst < 1e-7
    assert local.conditions(decay) == []  # what is noisy is not satisfied
    left = local.remainders(decay, decay.groups[1], decay.terms[1])
    assert left.residual[0] == pytest.approx(np.abs(scatter), abs=1e-12)
    off = dataclasses.replace(decay, unknown={"k": Unknown(start=1.0, low=0, truth=2.001)})
    assert local.equations(off)[0].worst > 1e-5
