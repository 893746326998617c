"""Newton steps against answers worked by hand, and against known solutions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.networks import untrained
from nas.problems import Box, Condition, Disc, Observations, Problem, Unknown
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training import checkpoint
from nas.training.collocation import Sampler
from nas.training.least_squares.hidden_layer import HiddenLayer
from nas.training.least_squares.newton import Newton, raw_of
from nas.training.least_squares.outputs import zero

ROOT_OF_TWO = Problem(  # u² = 2 at every point: its Newton steps are those of numbers
    name="root",
    domain=Box(t=(0, 1)),
    residual=lambda u: u**2 - 2 + 0 * u.t,
    conditions=[Condition("t_min", lambda u: u**2 - 2)],
    balanced=False,
)


def sampler(problem: Problem) -> Sampler:
    return Sampler(problem, PointCounts(16, 4), "sobol", seed=0)


def layer(problem: Problem, width: int, scale: float) -> HiddenLayer:
    candidate = Candidate("sine", 1, width, scale=scale, learns="output")
    stack = untrained(candidate, problem.coordinates, len(problem.fields))
    return HiddenLayer(stack, problem.domain.bounds)


def value(newton: Newton, *points: list[float]) -> Tensor:
    return newton.answer(torch.tensor(points).double(), DerivativeSet([], len(points[0])))[0]


def test_a_full_step_of_a_quadratic_equation_is_newtons() -> None:
    """From 1.5 for the root of 2: 1.5 - 0.25 / 3, but for the least damping that helps."""

    def start(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
        jet[0] = 1.5
        return jet

    newton = Newton(sampler(ROOT_OF_TWO), start, layer(ROOT_OF_TWO, 4, 1e-3))
    before = newton.advance()
    assert before == pytest.approx(2 * 0.25**2)
    assert value(newton, [0.3]).item() == pytest.approx(1.5 - 0.25 / 3, rel=2e-4)
    assert newton.loss == pytest.approx(2 * ((17 / 12) ** 2 - 2) ** 2, rel=0.1)
    while not newton.finished:
        newton.advance()
    assert value(newton, [0.3]).item() == pytest.approx(2**0.5, rel=1e-9)


def test_a_solution_in_the_span_is_found_in_one_step() -> None:
    """u'' = -9 u with the wave sin 3t: the layer has it, with 19 others."""
    oscillator = Problem(
        name="oscillator",
        domain=Box(t=(-1, 1)),
        residual=lambda u: u.tt + 9 * u,
        conditions=[
            Condition("t_min", lambda u: u + np.sin(3)),
            Condition("t_min", lambda u: u.t - 3 * np.cos(3)),
        ],
        balanced=False,
    )
    stack = untrained(Candidate("sine", 1, 20, scale=0.5, learns="output"), ["t"], outputs=1)
    stack.weights[0][0, 0, 0], stack.biases[0][0, 0] = 3.0, 0.0
    features = HiddenLayer(stack, [(-1.0, 1.0)])
    newton = Newton(sampler(oscillator), zero(oscillator), features)
    newton.advance()
    assert newton.loss < 1e-20
    t = torch.linspace(-1, 1, 9).double()[:, None]
    torch.testing.assert_close(value(newton, *t.tolist()), torch.sin(3 * t), rtol=0, atol=1e-8)


def test_poisson_on_the_disc() -> None:
    """-Δu = 4, u = 0 on the circle: u = 1 - x² - y²."""
    disc = Problem(
        name="disc",
        domain=Disc((0, 0), 1.0),
        residual=lambda u: u.xx + u.yy + 4,
        conditions=[Condition("rim", lambda u: u)],
    )
    newton = Newton(sampler(disc), zero(disc), layer(disc, 100, 0.3))
    newton.advance()
    points = torch.tensor([[0.0, 0.0], [0.6, 0.0], [-0.3, 0.4]]).double()
    found = disc.physical(
        newton.answer(points, DerivativeSet([], 2)), DerivativeSet([], 2), points
    )[0, :, 0]
    expected = torch.tensor([1.0, 0.64, 0.75]).double()
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


RATE = Problem(
    name="rate",
    domain=Box(t=(0, 1)),
    unknown={"k": Unknown(start=1.0)},
    residual=lambda u, k: u.t + k * u,
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Observations({"t": [0.25, 0.5, 1.0], "u": [np.exp(-2 * t) for t in (0.25, 0.5, 1.0)]}),
    ],
    balanced=False,
)


def test_unknown_coefficients_are_found_with_the_solution() -> None:
    newton = Newton(sampler(RATE), zero(RATE), layer(RATE, 20, 0.3))
    while not newton.finished:
        newton.advance()
    (raw,) = raw_of(newton.answer, RATE)
    assert float(RATE.unknown["k"].value(raw)) == pytest.approx(2.0, rel=1e-4)


def test_it_goes_on_bit_for_bit(tmp_path: Path) -> None:
    newton = Newton(sampler(RATE), zero(RATE), layer(RATE, 20, 0.3))
    newton.advance()
    checkpoint.save(tmp_path / "c", newton.state())
    resumed = Newton(sampler(RATE), zero(RATE), layer(RATE, 20, 0.3))
    resumed.restore(checkpoint.load(tmp_path / "c"))
    assert not resumed.finished  # else nothing would be tried
    assert resumed.advance() == newton.advance()
    assert torch.equal(resumed.coefficients, newton.coefficients)
    assert resumed.state().keys() == newton.state().keys()


def test_residuals_without_values_leave_the_answer_as_it_is() -> None:
    singular = Problem(
        name="singular",
        domain=Box(t=(0, 1)),
        residual=lambda u: u.t + 1 / u,
        conditions=[Condition("t_min", lambda u: u - 1)],
        balanced=False,
    )
    newton = Newton(sampler(singular), zero(singular), layer(singular, 4, 1.0))
    newton.advance()
    assert newton.finished
    assert not newton.moved
    assert not newton.coefficients.any()


def test_a_start_outside_the_features_is_left_for_the_solution() -> None:
    """From an answer that no feature has: the whole of the solution is sought, not a difference."""

    def start(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
        jet[0] = 1.5 + 0.1 * (points > 0.5)
        return jet

    newton = Newton(sampler(ROOT_OF_TWO), zero(ROOT_OF_TWO), layer(ROOT_OF_TWO, 20, 0.3), start)
    while not newton.finished:
        newton.advance()
    found = value(newton, [0.2], [0.8])
    torch.testing.assert_close(found, torch.full_like(found, 2**0.5), rtol=1e-6, atol=0)
