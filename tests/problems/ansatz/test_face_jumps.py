"""Jumps of a condition's value along a side: where they are, and what solutions are like there."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Box, Condition, Periodic, Problem, laplacian
from nas.problems.ansatz.exact import jet_of
from nas.problems.ansatz.jump import FaceJump
from nas.problems.description import jumps_in_words
from nas.problems.terms import Requirement
from tests.problems.ansatz.test_corner_jumps import column, inside

SQUARE, ROD = Box(x=(0, 2), y=(-1, 1)), Box(x=(-1, 1), t=(0, 0.5))


def pieces(x: Tensor) -> Tensor:
    """0, then 2 from 0.3 on, then 2 - x from 0.7 on, which goes on where it jumped to."""
    return torch.where(x < 0.3, 0.0, torch.where(x < 0.7, 2.0, 2.0 - x))


def plate(residual: Any, *conditions: Requirement, domain: Box = SQUARE) -> Problem:
    return Problem("plate", domain, residual, conditions)


STRIP = plate(lambda u: u.xx + 4 * u.yy + u * u.x, Condition("y_max", lambda u, x: u - pieces(x)))
STEP = plate(
    lambda u: 2 * u.t - 0.3 * u.xx, Condition("t_min", lambda u, x: 3 * (u - pieces(x))), domain=ROD
)
SWITCHED = plate(
    lambda u: 2 * u.t - 0.3 * u.xx,
    Condition("x_max", lambda u, t: u - torch.where(t > 0.2, 5.0, 1.0)),
    domain=ROD,
)
BACKWARDS = plate(
    lambda u: 2 * u.t + 0.3 * u.xx,
    Condition("x_min", lambda u, t: u - torch.where(t > 0.2, 5.0, 1.0)),
    domain=ROD,
)
ALL = {"strip": STRIP, "step": STEP, "switched": SWITCHED, "backwards": BACKWARDS}


def test_each_is_found_to_the_last_digit() -> None:
    assert jumps_in_words(STRIP) == [
        "u jumps from 0 to 2 along y_max, at x=0.3",
        "u jumps from 2 to 1.3 along y_max, at x=0.7",
    ]
    assert jumps_in_words(STEP) == [
        "u jumps from 0 to 2 along t_min, at x=0.3",
        "u jumps from 2 to 1.3 along t_min, at x=0.7",
    ]
    assert jumps_in_words(SWITCHED) == ["u jumps from 1 to 5 along x_max, at t=0.2"]
    for jump, place in zip(STRIP.known_jumps, (0.3, 0.7), strict=True):
        assert isinstance(jump, FaceJump)
        assert abs(jump.at - place) < 1e-15


@pytest.mark.parametrize(
    ("name", "leading"),
    [
        ("strip", {(2, 0): 1, (0, 2): 4}),
        ("step", {(0, 1): 2, (2, 0): -0.3}),
        ("switched", {(0, 1): 2, (2, 0): -0.3}),
        ("backwards", {(0, 1): 2, (2, 0): 0.3}),
    ],
)
def test_it_solves_the_leading_part_of_the_equation(
    name: str, leading: dict[tuple[int, int], float]
) -> None:
    problem, keys = ALL[name], DerivativeSet(leading, 2)
    points = inside(problem.domain)
    for jump in problem.known_jumps:
        jet = jet_of(column(jump.profile(problem.domain)), points, keys)[..., 0]
        parts = torch.stack([factor * jet[keys.keys.index(key)] for key, factor in leading.items()])
        assert parts.sum(0).abs().max() < 1e-10 * parts.abs().max()


@pytest.mark.parametrize(
    ("name", "ends", "expected"),
    [
        ("strip", ((0.0, 1.0), (2.0, 1.0)), (0.0, 2 * 1 - 0.7)),
        ("step", ((-1.0, 0.0), (1.0, 0.0)), (0.0, 2 * 1 - 0.7)),
        ("switched", ((1.0, 0.0), (1.0, 0.5)), (0.0, 4.0)),
        ("backwards", ((-1.0, 0.0), (-1.0, 0.5)), (-4.0, 0.0)),
    ],
)
def test_on_the_side_it_is_what_is_demanded_but_for_what_is_continuous(
    name: str, ends: tuple[tuple[float, ...], ...], expected: tuple[float, float]
) -> None:
    """Below all jumps and above them; where time begins nothing of a later front is there."""
    problem = ALL[name]
    found = [
        sum(one.height * one.profile(problem.domain)(torch.tensor([end]).double())
            for one in problem.known_jumps)
        for end in ends
    ]  # fmt: skip
    assert [float(one) for one in found] == pytest.approx(list(expected), abs=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_derivatives_are_finite_up_to_the_point(name: str) -> None:
    problem = ALL[name]
    for jump in problem.known_jumps:
        assert isinstance(jump, FaceJump)
        at = [jump.at, jump.face.at] if jump.axis == 0 else [jump.face.at, jump.at]
        keys = DerivativeSet([(2, 0), (0, 2), (1, 1)], 2)
        point = torch.tensor([at], dtype=torch.float64)
        assert jet_of(column(jump.profile(problem.domain)), point, keys).isfinite().all()


@pytest.mark.parametrize("at", [0.0, 0.25, 0.3])
@pytest.mark.parametrize("kind", ["sign", "heaviside", "where"])
def test_at_the_jump_it_may_have_a_value_of_its_own(kind: str, at: float) -> None:
    def start(x: Tensor) -> Tensor:
        if kind == "sign":
            return torch.sign(x - at)
        if kind == "heaviside":
            return 2 * torch.heaviside(x - at, torch.tensor(0.5).double()) - 1
        return torch.where(x > at, 1.0, -1.0)

    step = Condition("t_min", lambda u, x: u - start(x))
    problem = plate(lambda u: u.t - u.xx, step, domain=ROD)
    assert jumps_in_words(problem) == [f"u jumps from -1 to 1 along t_min, at x={at:.3g}"]


@pytest.mark.parametrize("begins", [0.7, 2000.0])
def test_whenever_it_begins_there_is_a_value_before(begins: float) -> None:
    domain = Box(x=(0, 1), t=(begins, begins + 1))
    step = Condition("t_min", lambda u, x: u - torch.where(x > 0.5, 1.0, 0.0))
    (jump,) = plate(lambda u: u.t - u.xx, step, domain=domain).known_jumps
    before = torch.tensor([[0.2, begins - 1e-3], [0.7, begins - 1e-3]], dtype=torch.float64)
    assert jump.profile(domain)(before).tolist() == [0.0, 1.0]


def smooth(x: Tensor) -> Tensor:
    return torch.tanh(500 * (x - 0.31234))


@pytest.mark.parametrize(
    "problem",
    [
        plate(lambda u: laplacian(u), Condition("y_max", lambda u, x: u - smooth(x))),
        plate(lambda u: laplacian(u), Condition("y_max", lambda u, x: u - (x - 0.5).abs())),
        plate(lambda u: laplacian(u), Condition("y_max", lambda u, x: u - x**0.5)),
        plate(lambda u: laplacian(u), Condition("y_max", lambda u, x: u.y - pieces(x))),
        plate(lambda u: laplacian(u), Condition("y_max", lambda u, x: u - (50 * x).floor())),
        plate(lambda u: u.xx - u.yy, Condition("y_min", lambda u, x: u - pieces(x))),
        plate(lambda u: u.t + u.x, Condition("t_min", lambda u, x: u - pieces(x)), domain=ROD),
        plate(lambda u: u.t - u.xx, Condition("t_max", lambda u, x: u - pieces(x)), domain=ROD),
        plate(lambda u: u.t - (u * u.x).d("x"), Condition("t_min", lambda u, x: u - pieces(x)),
              domain=ROD),
        plate(lambda u: laplacian(u), Condition("y_min", lambda u, x: u - pieces(x)),
              domain=Box(x=(0, 1), y=(0, 1), z=(0, 1))),
    ],
)  # fmt: skip
def test_others_are_left_alone(problem: Problem) -> None:
    assert problem.known_jumps == ()


def test_what_is_exactly_periodic_has_no_step_of_its_own() -> None:
    start = Condition("t_min", lambda u, x: u - torch.where(x.abs() < 0.3, 1.0, 0.0))
    loose, tied = (
        plate(lambda u: u.t - u.xx, start, Periodic("x", exact=exact), domain=ROD)
        for exact in (False, True)
    )
    assert (len(loose.known_jumps), tied.known_jumps) == (2, ())


def test_a_step_at_the_very_end_belongs_to_the_corner() -> None:
    start = Condition("t_min", lambda u, x: u - torch.where(x > -1, 5.0, 0.0))
    assert plate(lambda u: u.t - u.xx, start, domain=ROD).known_jumps == ()


def test_a_step_spreads_as_the_error_function() -> None:
    (jump, _) = STEP.known_jumps
    points = inside(ROD)
    x, t = points.T
    expected = (1 + torch.erf((x - 0.3) / (4 * 0.15 * t).sqrt())) / 2
    torch.testing.assert_close(jump.profile(ROD)(points), expected)
    assert jump.height == 2.0
    assert math.isclose(sum(one.height for one in STEP.known_jumps), 1.3)
