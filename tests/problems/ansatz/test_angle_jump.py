"""Jumps at corners of domains in the plane: harmonic, of the right height, and where none is."""

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.assessment.corners import contradictions
from nas.assessment.singular import unmet
from nas.problems import Box, Condition, Disc, Mesh, Polygon, Problem, Unknown, laplacian
from nas.problems.ansatz.angle_jump import AngleJump
from nas.problems.ansatz.jump import jumping
from nas.problems.domains import Domain
from nas.problems.sampling import interior_points
from tests.oracles import nested

WEDGE = Polygon([(0, 0), (1, 0), (1, 1), (-1, 1)], names=["a", "b", "c", "d"])
HOLED = Box(x=(-1, 1), y=(-1, 1)) - Polygon(
    [(-0.3, -0.2), (0.4, -0.2), (0.4, 0.3), (-0.3, 0.3)], names=["s", "e", "n", "w"]
)
TRIANGLE = Mesh(
    [(0, 0), (1, 0), (0, 1)],
    [(0, 1, 2)],
    {"a": [(0, 1)], "b": [(1, 2)], "c": [(2, 0)]},
)


def level(value: float, *on: str) -> Condition:
    return Condition(on, lambda u, a=value: u - a)


def made(
    domain: Domain, *conditions: Condition, residual: Any = lambda u: laplacian(u), **more: Any
) -> Problem:
    return Problem("jumps", domain, residual, conditions, **more)


def jumps(problem: Problem) -> list[AngleJump]:
    assert all(isinstance(one, AngleJump) for one in problem.known_jumps)
    return [one for one in problem.known_jumps if isinstance(one, AngleJump)]


def described(problem: Problem) -> list[str]:
    return sorted(one.describe(problem.domain, "u") for one in jumps(problem))


def beside(jump: AngleJump, by: float) -> Tensor:
    """Points (2, 2) on the two sides of a corner, as it was before it was stretched."""
    sides = jump.corner.sides / [1, jump.corner.stretch]
    return torch.from_numpy(np.array(jump.corner.at) + by * sides)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "domain", [WEDGE, WEDGE.named("all"), TRIANGLE], ids=["wedge", "n", "mesh"]
)
def test_where_two_values_meet(domain: Domain, turned: bool) -> None:
    first, *_, last = domain.parts
    one, other = level(1, first), level(4, last)
    problem = made(domain, *((other, one) if turned else (one, other)))
    assert described(problem) == [
        f"u jumps from 1 on {first} to 4 on {last} where they meet, at x=0, y=0"
    ]
    (jump,) = jumps(problem)
    w = jump.profile(problem.domain)(beside(jump, 0.2))
    assert (4 + jump.height * w).tolist() == pytest.approx([1, 4], abs=1e-12)


@pytest.mark.parametrize("stretch", [1.0, 3.0, 0.2])
@pytest.mark.parametrize("domain", [WEDGE, HOLED], ids=["wedge", "hole"])
def test_it_meets_the_equation_and_both_values(domain: Any, stretch: float) -> None:
    names = ("a", "d") if domain is WEDGE else ("s", "w")
    walls = level(1, names[0]), level(4, names[1])
    problem = made(domain, *walls, residual=lambda u: u.xx + u.yy / stretch**2)
    (jump,) = jumps(problem)
    profile = jump.profile(problem.domain)
    assert set(zip(jump.between, jump.values, strict=True)) == {(names[0], 1.0), (names[1], 4.0)}
    assert profile(beside(jump, 1e-6)).tolist() == pytest.approx([1, 0], abs=1e-5)
    points = torch.from_numpy(interior_points(problem.domain, 300, seed=0, draw=0))
    second = [nested(profile, points, key) for key in ((2, 0), (0, 2))]
    left = (second[0] + second[1] / stretch**2).abs() / second[0].abs().max()
    assert float(left.max()) < 1e-11


def test_along_time_it_stays() -> None:
    heat = {"residual": lambda u: u.t - laplacian(u)}
    room = WEDGE * Box(t=(0, 2))
    start = Condition("t_min", lambda u: u)
    assert len(jumps(made(room, level(1, "a"), level(4, "d"), start, **heat))) == 1
    rising = Condition("a", lambda u, t: u - t)
    assert jumps(made(room, rising, level(4, "d"), start, **heat)) == []
    both = Condition("a", lambda u, t: u - t), Condition("d", lambda u, t: u - t - 3)
    (jump,) = jumps(made(room, *both, start, **heat))
    assert jump.height == pytest.approx(-3)


@pytest.mark.parametrize(
    "conditions",
    [
        (level(1, "a", "d"),),
        (Condition("a", lambda u, x: u - x), Condition("d", lambda u, y: u - y)),
        (level(1, "a"), Condition("d", lambda u: u.n)),
        (level(1, "a"), level(2, "c")),
        (level(1, "a"), level(1, "a"), level(2, "d")),  # which counts?
        (Condition("a", lambda u: u, exact=True), level(2, "d")),
    ],
)
def test_where_values_agree_or_are_not_told_there_is_none(conditions: Any) -> None:
    assert jumps(made(WEDGE, *conditions)) == []


@pytest.mark.parametrize(
    "residual",
    [
        lambda u: u.xx - u.yy,
        lambda u: u.x + u.yy,
        lambda u: u.xx + u.yy + u.xy,
        lambda u: laplacian(laplacian(u)),
        lambda u: u.x + u.y,
    ],
)
def test_of_another_kind_of_equation_there_is_none(residual: Any) -> None:
    assert jumps(made(WEDGE, level(1, "a"), level(2, "d"), residual=residual)) == []


def test_what_counts_is_the_value_on_the_way_to_the_corner() -> None:
    step = Condition("a", lambda u, x: u - torch.where(x > 0, 2.0, 7.0))
    (jump,) = jumps(made(WEDGE, step, level(4, "d")))
    assert jump.values == (2.0, 4.0)
    linear = Condition("a", lambda u, x: u - 2 - x)
    (jump,) = jumps(made(WEDGE, linear, level(4, "d")))
    assert jump.values == (2.0, 4.0)


def test_those_of_several_corners_add_up() -> None:
    room = Polygon([(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)], names=[*"abcdef"])
    problem = made(room, level(100, "a", "c"), level(20, "b", "d"), level(0, "e", "f"))
    assert len(jumps(problem)) == 5
    together = jumping(problem.known_jumps, problem.domain)
    points = torch.tensor([[-0.5, -0.4], [0.3, -0.6]], dtype=torch.float64)
    alone = [one.height * one.profile(problem.domain)(points) for one in problem.known_jumps]
    torch.testing.assert_close(together(points), torch.stack(alone).sum(0))


def test_along_a_side_it_may_jump_as_well() -> None:
    strip = Condition("a", lambda u, x: u - torch.where((x > 0.3) & (x < 0.6), 1.0, 0.0))
    problem = made(WEDGE, strip)
    assert described(problem) == [
        "u jumps from 0 to 1 along a, at x=0.6, y=0",
        "u jumps from 1 to 0 along a, at x=0.3, y=0",
    ]
    assert unmet(problem) == []
    # Both are told against the direction of the boundary: from greater angles to smaller ones.
    w = jumping(problem.known_jumps, problem.domain)
    points = torch.tensor([[0.1, 0.0], [0.4, 0.0], [0.8, 0.0]], dtype=torch.float64)
    lifted = (w(points) - w(points)[0]).tolist()
    assert lifted == pytest.approx([0, 1, 0], abs=1e-12)


def test_on_a_rim_it_is_found_where_the_rim_begins_too() -> None:
    """u = 1/2 + atan2(2y, 1 - x² - y²)/π, which is all of it (Poisson's integral)."""
    problem = made(Disc((0, 0), 1), Condition("rim", lambda u, y: u - torch.where(y > 0, 1.0, 0.0)))
    assert sorted(one.corner.at for one in jumps(problem)) == [(-1.0, 0.0), (1.0, 0.0)]
    assert unmet(problem) == []
    points = torch.from_numpy(interior_points(problem.domain, 50, seed=0, draw=0))
    x, y = points.T
    expected = torch.atan2(2 * y, 1 - x**2 - y**2) / math.pi
    w = jumping(problem.known_jumps, problem.domain)(points)
    # What is left is smooth: here it is constant, as the angles at both ends add up.
    assert float((w - expected).std()) < 1e-9


def test_a_smooth_rim_and_a_box_have_none_of_these() -> None:
    assert made(Disc((0, 0), 1), level(1, "rim")).known_jumps == ()
    square = made(Box(x=(0, 1), y=(0, 1)), level(1, "x_min"), level(0, "y_min"))
    assert not any(isinstance(one, AngleJump) for one in square.known_jumps)
    assert math.isclose(abs(square.known_jumps[0].height), 1.0)


def test_the_order_of_conditions_does_not_matter() -> None:
    room, heat = WEDGE * Box(t=(0, 2)), {"residual": lambda u: u.t - laplacian(u)}
    start, rising = Condition("t_min", lambda u: u), Condition("a", lambda u, t: u - t)
    for conditions in permutations([start, rising, level(4, "d")]):
        assert jumps(made(room, *conditions, **heat)) == []


def test_parts_that_do_not_meet_have_none() -> None:
    """However close they are: across a thin strip, or a gap between two electrodes."""
    for height in (0.05, 0.2, 0.5):
        outline = [(0.0, 0.0), (100.0, 0.0), (100.0, height), (0.0, height)]
        strip = Polygon(outline, names=["low", "end", "high", "start"])
        ends = Condition(("end", "start"), lambda u: u.n)
        assert jumps(made(strip, level(0, "low"), level(1, "high"), ends)) == []
    for gap in (1e-4, 1e-3, 3e-3, 1e-2):
        outline = [(-1.0, 0.0), (-gap, 0.0), (gap, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0)]
        electrodes = Polygon(outline, names=["A", "gap", "B", "r", "t", "l"])
        between = Condition("gap", lambda u: u.n)
        assert jumps(made(electrodes, level(0, "A"), level(1, "B"), between)) == []


@pytest.mark.parametrize("power", [0.5, 0.25, 0.1])
def test_a_root_that_begins_at_the_corner_is_no_jump(power: float) -> None:
    root = Condition("a", lambda u, x: u - 1 - x**power)
    assert jumps(made(WEDGE, root, level(1, "d"))) == []
    (jump,) = jumps(made(WEDGE, root, level(3, "d")))
    assert jump.values == (1.0, 3.0)


def test_an_unknown_coefficient_that_turns_the_angle_leaves_none() -> None:
    unknown = {"unknown": {"k": Unknown(start=1.0)}}
    both = level(1, "a"), level(4, "d")
    assert jumps(made(WEDGE, *both, residual=lambda u, k: k * u.xx + u.yy, **unknown)) == []
    assert len(jumps(made(WEDGE, *both, residual=lambda u, k: k * laplacian(u), **unknown))) == 1


def test_one_that_is_known_is_no_contradiction() -> None:
    both = level(1, "a"), level(4, "d")
    assert contradictions(made(WEDGE, *both)) == []
    assert len(contradictions(made(WEDGE, *both, residual=lambda u: u.xx - u.yy))) == 1


def test_coefficients_count_as_they_are_at_the_corner() -> None:
    (jump,) = jumps(
        made(WEDGE, level(1, "a"), level(4, "d"), residual=lambda u, y: u.xx + (1 + 5 * y) * u.yy)
    )
    assert jump.corner.stretch == pytest.approx(1, abs=1e-6)
