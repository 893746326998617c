"""Jumps between conditions that disagree along an edge: which are known, and what they are."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import erfc
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.calculus.program import Program
from nas.problems import Box, Condition, Disc, Observations, Problem, Unknown, laplacian
from nas.problems.ansatz.exact import jet_of
from nas.problems.ansatz.held import Function
from nas.problems.ansatz.jump import CornerJump, jumping
from nas.problems.domains import Domain

SQUARE, ROD = Box(x=(0, 2), y=(-1, 1)), Box(x=(-1, 1), t=(0, 0.5))
LID = [Condition("y_max", lambda u: u - 3), Condition(("x_min", "x_max", "y_min"), lambda u: u)]
COOLED = [Condition("t_min", lambda u: u - 5), Condition(("x_min", "x_max"), lambda u: u - 1)]


def plate(residual: Any, conditions: Any = LID, **changes: Any) -> Problem:
    return Problem(**{"name": "plate", "domain": SQUARE, "residual": residual} | changes,
                   conditions=conditions)  # fmt: skip


def rod(residual: Any, conditions: Any = COOLED, **changes: Any) -> Problem:
    return plate(residual, conditions, **{"domain": ROD} | changes)


def singular_part(problem: Problem, points: Tensor) -> Tensor:
    """The fields (S, B, C) of networks that are zero, less their offset."""
    zero = torch.zeros(len(problem.derivatives), len(points), len(problem.fields)).double()
    found = problem.physical(zero, problem.derivatives, points)
    found[0] -= torch.tensor([row["offset"] for row in problem.describe_fields()])
    return found


def column(function: Function) -> Function:
    return lambda points: function(points)[:, None]


def inside(domain: Domain, count: int = 50) -> Tensor:
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).unbind(-1)
    shares = torch.as_tensor(np.random.default_rng(0).uniform(0.01, 0.99, (count, len(low))))
    return low + shares * (high - low)


def told(problem: Problem) -> list[str]:
    return [one.describe(problem.domain, list(problem.fields)[one.field])
            for one in problem.known_jumps]  # fmt: skip


def test_between_a_lid_and_walls_it_is_the_angle_about_the_corner() -> None:
    problem, points = plate(lambda u: u.xx + 4 * u.yy), inside(SQUARE)
    assert told(problem) == [
        "u jumps from 0 on x_min to 3 on y_max where they meet, at x=0, y=1",
        "u jumps from 0 on x_max to 3 on y_max where they meet, at x=2, y=1",
    ]
    x, y = points.T
    angles = [torch.atan2((1 - y) / 2, from_wall) for from_wall in (x, 2 - x)]
    expected = -3 * 2 / math.pi * (angles[0] + angles[1])
    torch.testing.assert_close(singular_part(problem, points)[0, :, 0], expected)


def test_where_the_past_begins_elsewhere_it_is_the_front_that_diffuses_from_there() -> None:
    problem, points = rod(lambda u: 2 * u.t - 0.3 * u.xx + u * u.x), inside(ROD)
    assert told(problem) == [
        "u jumps from 1 on x_min to 5 on t_min where they meet, at x=-1, t=0",
        "u jumps from 1 on x_max to 5 on t_min where they meet, at x=1, t=0",
    ]
    x, t = points.T.numpy()
    reach = 2 * np.sqrt(0.15 * t)
    expected = torch.as_tensor(-4 * (erfc((x + 1) / reach) + erfc((1 - x) / reach)))
    torch.testing.assert_close(singular_part(problem, points)[0, :, 0], expected)


@pytest.mark.parametrize(
    ("problem", "leading"),
    [
        (plate(lambda u: u.xx + 4 * u.yy - u), {(2, 0): 1, (0, 2): 4}),
        (rod(lambda u: 2 * u.t - 0.3 * u.xx + u * u.x), {(0, 1): 2, (2, 0): -0.3}),
    ],
    ids=["elliptic", "parabolic"],
)
def test_it_solves_the_leading_part_of_the_equation(
    problem: Problem, leading: dict[tuple[int, int], float]
) -> None:
    points = inside(problem.domain)
    for jump in problem.known_jumps:
        made = jump.profile(problem.domain)
        jet = jet_of(column(made), points, DerivativeSet(leading, 2))[..., 0]
        keys = DerivativeSet(leading, 2).keys
        parts = torch.stack([factor * jet[keys.index(key)] for key, factor in leading.items()])
        assert parts.sum(0).abs().max() < 1e-10 * parts.abs().max()


@pytest.mark.parametrize("problem", [plate(lambda u: laplacian(u)), rod(lambda u: u.t - u.xx)])
def test_what_is_left_to_learn_is_continuous_and_finite_up_to_the_edge(problem: Problem) -> None:
    for jump in problem.known_jumps:
        assert isinstance(jump, CornerJump)
        made, domain = jump.profile(problem.domain), problem.domain
        middle = torch.tensor([sum(ends) / 2 for ends in domain.bounds], dtype=torch.float64)
        for face, other, expected in (
            (jump.one, jump.other, 1.0),
            (jump.other, jump.one, 0.0),
        ):
            on = face.project(middle[None])
            corner = other.project(on)
            near = corner + torch.tensor([[1.0], [1e-3], [1e-6]]).double() * (on - corner)
            torch.testing.assert_close(
                made(near), torch.full((3,), expected).double(), rtol=0, atol=1e-5
            )
        keys = DerivativeSet([(2, 0), (0, 2)], 2)
        assert jet_of(column(made), corner, keys).isfinite().all()


def test_along_the_edges_of_a_box_in_time_and_space() -> None:
    conditions = [
        Condition("t_min", lambda u: u),
        Condition("y_max", lambda u: u - 1),
        Condition(("x_min", "x_max", "y_min"), lambda u: u),
    ]
    block = plate(lambda u: u.t - laplacian(u), conditions,
                  domain=Box(x=(0, 1), y=(0, 1), t=(0, 1)))  # fmt: skip
    assert [one[-8:] for one in told(block)] == ["y=1, t=0", "x=0, y=1", "x=1, y=1"]


def test_a_terminal_condition_begins_at_the_end() -> None:
    ends = [Condition("t_max", lambda u: u - 5), Condition(("x_min", "x_max"), lambda u: u)]
    assert len(rod(lambda u: u.t + u.xx, ends).known_jumps) == 2
    assert rod(lambda u: u.t - u.xx, ends).known_jumps == ()


def test_each_field_of_a_system_has_its_own() -> None:
    both = [
        Condition("t_min", lambda u, v: (u - 1, v - 1)),
        Condition("x_min", lambda u, v: (u - 1, v)),
    ]
    mixed = rod(lambda u, v: (u.t - u.xx + u * v, v.t - 2 * v.xx - u), both, fields=("u", "v"))
    assert told(mixed) == ["v jumps from 0 on x_min to 1 on t_min where they meet, at x=-1, t=0"]
    assert singular_part(mixed, inside(ROD))[..., 0].abs().max() == 0


SLANTED = [Condition("t_min", lambda u: u), Condition("x_min", lambda u, t: u - 1 - t)]


@pytest.mark.parametrize(
    "problem",
    [
        rod(lambda u: u.tt - u.xx),
        rod(lambda u: u.t + u.x),
        rod(lambda u: u.t - u.xx + u.xxxx),
        rod(lambda u: u.t - u * u.xx),
        rod(lambda u: u * u.t - u.xx),
        plate(lambda u: u.xx + u.yy + u.xy),
        plate(lambda u: u.xx + u.yy, [Condition("rim", lambda u: u)], domain=Disc((0, 0), 1)),
        plate(lambda u: u.xx + u.yy, balanced=False),
        plate(lambda u: u.xx + u.yy, [Condition("y_max", lambda u, x: u - x * (2 - x)), LID[1]]),
        plate(lambda u: u.xx + u.yy, [Condition("y_max", lambda u: u.y - 3), LID[1]]),
        plate(lambda u: u.xx + u.yy, [Condition("y_max", lambda u, x: (1 + x) * (u - 3)), LID[1]]),
        plate(lambda u: u.xx + u.yy, [LID[0], *(Condition("x_min", lambda u, a=a: u - a)
                                               for a in (0, 1))]),
        plate(lambda u: u.xx + (u - 3) ** 2 * u.yy),
        rod(lambda u: u.t - (1 + u**2) * u.xx),
        rod(lambda u: u.t - (1 + torch.relu(u - 4)) * u.xx),
        rod(lambda u: u.t - (1 + torch.relu(u - 2) * torch.relu(4 - u)) * u.xx),
        rod(lambda u, k: u.t - k * u.xx, [*COOLED, Observations({"x": [0], "t": [0.1], "u": [1]})],
            unknown={"k": Unknown(1.0)}),
        plate(lambda u, v: (u.xx + u.yy + v.x, v.xx + v.yy),
              [Condition("y_max", lambda u: u - 3), Condition("x_min", lambda u, v: (u, v))],
              fields=("u", "v")),
        plate(lambda u, v: (u.xx + v.yy, v.xx + u.yy),
              [Condition("y_max", lambda u: u - 3), Condition("x_min", lambda u, v: (u, v))],
              fields=("u", "v")),
        Problem("varying", Box(x=(0, 1), y=(0, 1), z=(0, 1)), lambda u: laplacian(u),
                [Condition("x_min", lambda u, z: u - z), Condition("y_min", lambda u: u)]),
        Problem("varying too", Box(x=(0, 1), y=(0, 1), z=(0, 1)),
                lambda u, z: u.xx + (1 + z) * u.yy + u.zz,
                [Condition("x_min", lambda u: u - 1), Condition("y_min", lambda u: u)]),
    ],
)  # fmt: skip
def test_others_are_left_alone(problem: Problem) -> None:
    assert problem.known_jumps == ()
    assert not any(row["exact"] for row in problem.describe_fields())


def test_with_exact_conditions_the_field_has_their_form() -> None:
    start = Condition("x_min", lambda u: u, exact=True)
    assert plate(lambda u: u.xx + u.yy, [LID[0], start]).known_jumps == ()


def test_a_jump_that_only_begins_at_the_edge_counts_there() -> None:
    (jump,) = rod(lambda u: u.t - u.xx, SLANTED).known_jumps
    assert isinstance(jump, CornerJump)
    assert jump.values == (1.0, 0.0)


@pytest.mark.parametrize(
    ("start", "values"),
    [
        (lambda u, x: u - torch.where(x > -1, 5.0, 0.0), [(0.0, 5.0)]),
        (lambda u, x: u - (x + 1) ** 0.5, []),
        (lambda u, x: u - (1 + x).log(), []),
        (lambda u, x: u - 3 * torch.exp(-200 * (x + 1)), [(0.0, 3.0)]),
    ],
)
def test_what_counts_is_the_value_on_the_way_to_the_edge(start: Any, values: list[Any]) -> None:
    wall = Condition("x_min", lambda u: u)
    found = rod(lambda u: u.t - u.xx, [Condition("t_min", start), wall]).known_jumps
    assert [one.values for one in found] == values


def test_coefficients_count_as_they_are_inside() -> None:
    steep = plate(lambda u, y: u.xx + torch.where(y < 1, 4.0, 1.0) * u.yy)
    found = {one.leading.coefficients for one in steep.known_jumps if isinstance(one, CornerJump)}
    assert found == {(1.0, 4.0)}
    assert plate(lambda u, y: u.xx + (1 - y) * u.yy).known_jumps == ()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "conditions",
    [
        [Condition("y_max", lambda u, y: u - 3 - y.log()), Condition("x_min", lambda u: u)],
        [Condition("x_min", lambda u, x: u - torch.exp(60 * x)), Condition("y_max", lambda u: u)],
    ],
)
def test_what_a_formula_is_off_its_face_does_not_matter(conditions: Any, turned: bool) -> None:
    problem = plate(lambda u: u.xx + u.yy, conditions[:: -1 if turned else 1])
    assert len(problem.known_jumps) == 1


@pytest.mark.parametrize("corner", [1e5, 1.7e9])
def test_far_from_zero(corner: float) -> None:
    start = Condition("t_min", lambda u, x: u - torch.where(x > corner, 5.0, 0.0))
    wall = Condition("x_min", lambda u: u)
    far = rod(lambda u: u.t - u.xx, [start, wall], domain=Box(x=(corner, corner + 1), t=(0, 1)))
    assert [one.values for one in far.known_jumps] == [(0.0, 5.0)]


HEAT = [Condition("t_min", lambda u: u - 2), Condition(("x_min", "x_max"), lambda u: u)]
BLOCK = Box(x=(0, 1), y=(0, 1), t=(0, 1))


def test_walls_that_hold_the_same_multiply_and_others_add_up() -> None:
    points = inside(BLOCK)
    from_x, from_y = (torch.erfc(points[:, axis] / (4 * points[:, 2]).sqrt()) for axis in (0, 1))
    for value, expected in (
        (0.0, -2 * (from_x + from_y - from_x * from_y)),
        (1.0, -2 * from_x - from_y),
    ):
        walls = [
            HEAT[0],
            Condition("x_min", lambda u: u),
            Condition("y_min", lambda u, a=value: u - a),
        ]
        block = plate(lambda u: u.t - laplacian(u), walls, domain=BLOCK)
        corners = [one for one in block.known_jumps if isinstance(one, CornerJump)]
        fronts = [one for one in corners if one.leading.parabolic]
        torch.testing.assert_close(jumping(fronts, BLOCK)(points), expected)


def test_with_mixed_derivatives_along_both_walls_what_happens_between_them_is_not_known() -> None:
    other = Condition("y_min", lambda u: u)
    for conditions, count in ((HEAT, 2), ([*HEAT, other], 0)):
        block = plate(lambda u: u.t - laplacian(u) - 0.9 * u.xy, conditions, domain=BLOCK)
        assert len(block.known_jumps) == count


@pytest.mark.parametrize("start", [0.3, 0.7, 2000.0])
def test_whenever_it_begins_it_can_be_written_down_and_has_a_value_before(start: float) -> None:
    late = rod(lambda u: u.t - u.xx, domain=Box(x=(0, 1), t=(start, start + 20)))
    points = inside(late.domain)
    a, _ = Program(late.describe_ansatz()["program"])(points).unbind(-1)
    torch.testing.assert_close(a, singular_part(late, points)[0, :, 0])
    points[:, 1] = np.nextafter(start, 0)
    assert singular_part(late, points)[0].isfinite().all()


@pytest.mark.parametrize("extent", [1e-9, 1e9])
@pytest.mark.parametrize("kind", [plate, rod])
def test_in_single_precision_there_is_a_value_at_the_edge(kind: Any, extent: float) -> None:
    names = "xy" if kind is plate else "xt"
    domain = Box(**dict.fromkeys(names, (0, extent)))
    problem = (
        plate(lambda u: u.xx + u.yy, domain=domain)
        if kind is plate
        else rod(lambda u: u.t - u.xx, domain=domain)
    )
    program = Program(problem.describe_ansatz()["program"])
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, 0.0]]) * extent
    assert program(corners.float()).isfinite().all()


def test_it_can_be_written_down_for_an_export() -> None:
    problem, points = rod(lambda u: u.t - u.xx), inside(ROD)
    described = problem.describe_ansatz()
    assert [row["exact"] for row in described["fields"]] == [True]
    a, b = Program(described["program"])(points).unbind(-1)
    torch.testing.assert_close(a, singular_part(problem, points)[0, :, 0])
    assert (b == 1).all()
