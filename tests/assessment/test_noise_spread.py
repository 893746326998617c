"""What noise alone leaves open, beside what statistics says of the same observations."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from nas.assessment import noise_spread as module
from nas.assessment.noise_spread import DRAWS, deviations, spread
from nas.mixture.gate import settings
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Observations, Problem, Unknown
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training.collocation import Sampler
from nas.training.least_squares.answer import of_mixture, values
from nas.training.residuals import MixtureResiduals

CPU = torch.device("cpu")
X = np.linspace(0.1, 1.0, 10)
NOISE = 0.01


def line(noise: float, at_once: int = 2000) -> Problem:
    """u' = a from u(0) = 0 with a to be found: regression through the origin."""
    return Problem(
        name="line",
        domain=Box(x=(0, 1)),
        residual=lambda u, a: u.x - a,
        conditions=[
            Condition("x_min", lambda u: u),
            Observations({"x": X, "u": 2 * X}, noise=noise, at_once=at_once),
        ],
        unknown={"a": Unknown(start=2.0)},
        balanced=False,
    )


def mixture(problem: Problem, pool: int = 1) -> Mixture:
    made = Mixture(
        [Candidate("tanh", 1, 6)] * pool,
        settings("perceptron"),
        problem.domain.bounds,
        outputs=1,
        seed=0,
        names=problem.coordinates,
        unknown=[one.first for one in problem.unknown.values()],
    )
    return made.double()


@pytest.mark.parametrize("pool", [1, 2])
def test_the_standard_error_of_a_slope_is_that_of_linear_regression(pool: int) -> None:
    """σ / √Σ x², as the observations count little beside the equation."""
    problem = line(NOISE)
    found = spread(problem, mixture(problem, pool))
    assert found is not None
    assert found.unknown["a"] == pytest.approx(NOISE / np.sqrt((X**2).sum()), rel=0.01)


def test_fields_move_as_their_coefficient_does() -> None:
    """An answer a x that is off by δ is off by δ x, everywhere by the share δ / a of itself."""
    problem = line(NOISE)
    made = mixture(problem)
    found = spread(problem, made)
    assert found is not None
    size = float(np.sqrt(1 / 3))  # of x on (0, 1)
    x = torch.linspace(0, 1, 2001).double()[:, None]
    own = float(values(problem, of_mixture(made), x).square().mean().sqrt())
    expected = found.unknown["a"] * size / own
    assert found.relative == pytest.approx(expected, rel=3 / np.sqrt(2 * DRAWS))


def test_noise_twice_as_large_leaves_twice_as_much() -> None:
    one, two = (spread(line(noise), mixture(line(noise))) for noise in (NOISE, 2 * NOISE))
    assert one is not None
    assert two is not None
    assert two.unknown["a"] == pytest.approx(2 * one.unknown["a"], rel=0.01)


def test_without_noise_there_is_no_spread() -> None:
    assert spread(line(0.0), mixture(line(0.0))) is None


def test_a_part_of_the_observations_stands_for_all() -> None:
    """The rows' variances are those of all: with k of n drawn, k / n of what k would leave."""
    sizes = []
    for at_once in (10, 5):
        problem = line(NOISE, at_once)
        points = Sampler(problem, PointCounts(8, 8), "sobol", 0).draw(0, CPU)
        noisy = deviations(problem, points)
        sizes.append(float(noisy[noisy > 0][0]) * len(noisy[noisy > 0]) ** 0.5)
    assert sizes[1] == pytest.approx(sizes[0] * 0.5**0.5)


def fitted(problem: Problem, steps: int) -> Mixture:
    """After so many steps of Gauss–Newton, short as whole ones go astray, from an untrained one."""
    made = mixture(problem)
    points = module._points(problem, 3 * made.parameters_learning, seed=1)
    for _ in range(steps):
        found = module._moves(problem, made, points)
        assert found is not None
        _, step, _ = found
        MixtureResiduals(problem, made).move(0.3 * step[None])
    return made


@pytest.mark.parametrize(
    ("off", "steps", "reached"), [(1, 40, True), (5, 40, False), (1, 15, False), (1, 0, False)]
)
def test_the_limit_of_noise_is_reached_by_a_good_fit_alone(
    off: float, steps: int, reached: bool
) -> None:
    """Observations off by once their noise, or by more; and networks that have to learn on."""
    wrong = off * NOISE * np.resize([1.0, -1.0], len(X))
    seen = Observations({"x": X, "u": 2 * X + wrong}, noise=NOISE)
    problem = replace(line(NOISE), conditions=[line(NOISE).conditions[0], seen])
    found = spread(problem, fitted(problem, steps))
    assert found is not None
    assert found.is_reached == reached
