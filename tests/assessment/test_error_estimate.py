"""The estimated error of answers whose error is known, of problems of several kinds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.assessment import error_estimate as module
from nas.assessment.error_estimate import estimate
from nas.problems import Box, Condition, Pieces, Problem, Unknown, load
from nas.problems.sampling import interior_points
from nas.training.least_squares.features import Answer
from tests.assessment import answers

pi = np.pi


def wrong(problem: Problem, function: answers.Function, by: float) -> tuple[float, float | None]:
    """The true and the estimated relative error of the solution plus ``by`` times a bump."""

    def wrong_by(x: Tensor) -> Tensor:
        bump = torch.sin(3 * x.sum(-1, keepdim=True) + 0.5)
        return function(x) + by * bump

    x = torch.rand(4000, len(problem.coordinates), dtype=torch.float64, generator=_GENERATOR)
    low, high = torch.tensor(problem.domain.bounds, dtype=torch.float64).unbind(-1)
    x = low + (high - low) * x
    true = (wrong_by(x) - function(x)).norm() / function(x).norm()
    found = estimate(problem, answers.of(wrong_by))
    return float(true), None if found is None else found.relative


_GENERATOR = torch.Generator().manual_seed(0)
OSCILLATOR = Problem(
    name="oscillator",
    domain=Box(t=(0, 20)),
    residual=lambda u: u.tt + 0.2 * u.t + 1.01 * u,
    conditions=[Condition("t_min", lambda u: u - 1), Condition("t_min", lambda u: u.t + 0.1)],
    balanced=False,
)
PLATE = Problem(
    name="plate",
    domain=Box(x=(0, 1), y=(0, 1)),
    residual=lambda u: u.xx + u.yy - u**3 + u**3,  # written so that u stands in it too
    conditions=[
        Condition(("x_min", "x_max"), lambda u, x, y: u - x * y),
        Condition("y_min", lambda u: u),
        Condition("y_max", lambda u, x: u.n - x),
    ],
    balanced=False,
)
SORBED = Problem(
    name="sorbed",
    domain=Box(x=(0, 1)),
    residual=lambda u, x: u.xx + u**2 - x**2,
    conditions=[Condition("x_min", lambda u: u), Condition("x_max", lambda u: u - 1)],
    balanced=False,
)


@pytest.mark.parametrize(
    ("problem", "solution", "size"),
    [
        (OSCILLATOR, lambda t: torch.exp(-0.1 * t) * torch.cos(t), 1e-1),
        (OSCILLATOR, lambda t: torch.exp(-0.1 * t) * torch.cos(t), 1e-5),
        (PLATE, lambda x: x.prod(-1, keepdim=True), 1e-3),
        (SORBED, lambda x: x, 1e-2),
        (SORBED, lambda x: x, 1e-6),
    ],
    ids=["in time, large", "in time", "two dimensions", "nonlinear, large", "nonlinear"],
)
def test_a_smooth_error_is_found(problem: Problem, solution: answers.Function, size: float) -> None:
    true, estimated = wrong(problem, solution, size)
    assert estimated == pytest.approx(true, rel=0.1)


def test_a_known_solution_never_enters() -> None:
    known = replace(SORBED, solution=lambda x: 1 / 0 if len(x) > 100 else x)
    assert estimate(known, answers.of(lambda x: 1.1 * x)) == estimate(
        SORBED, answers.of(lambda x: 1.1 * x)
    )


def test_what_grows_in_time_is_seen_though_the_residual_is_small() -> None:
    """u' = 12 u from 1e-4 on, answered by 0: right at the start to 1e-4, and wrong by all of u."""
    growing = Problem(
        name="growing",
        domain=Box(t=(0, 1)),
        residual=lambda u: (u.t - 12 * u) / 12,
        conditions=[Condition("t_min", lambda u: u - 1e-4)],
        balanced=False,
    )
    found = estimate(growing, answers.of(lambda t: 0 * t))
    assert found is not None
    assert found.relative == pytest.approx(1.0, rel=1e-3)


def test_each_field_has_an_error_of_its_own() -> None:
    two = Problem(
        name="two",
        domain=Box(t=(0, 1)),
        fields=("u", "v"),
        residual=lambda u, v: (u.t - v, v.t + u),
        conditions=[Condition("t_min", lambda u, v: (u - 1, v))],
        balanced=False,
    )
    found = estimate(two, answers.of(lambda t: torch.cat([torch.cos(t), -1.2 * torch.sin(t)], -1)))
    assert found is not None
    assert found.by_field["v"] == pytest.approx(0.2, rel=0.02)
    assert found.by_field["u"] < 1e-6


def test_a_field_of_a_piece_counts_in_its_piece_alone() -> None:
    """Beyond its piece a field may be anything; here it is enormous."""
    rod = Problem(
        name="rod",
        domain=Pieces(left=Box(x=(0, 1)), right=Box(x=(1, 2))),
        fields={"u": "left", "v": "right"},
        residual={"left": lambda u: u.xx, "right": lambda v: v.xx},
        conditions=[
            Condition("x_min", lambda u: u),
            Condition("left|right", lambda u, v: (u - v, u.x - v.x)),
            Condition("x_max", lambda v: v - 2),
        ],
        balanced=False,
    )

    def answer(x: Tensor) -> Tensor:
        beyond = 1e3 * torch.relu(x - 1) ** 3
        return torch.cat([1.01 * x + beyond, x], dim=-1)

    found = estimate(rod, answers.of(answer))
    assert found is not None
    assert found.by_field["u"] == pytest.approx(0.01, rel=0.1)


def test_an_unknown_coefficient_is_part_of_the_error() -> None:
    """The rate is off by 20 %, and the observed values are met: the equation alone is wrong."""
    decay = Problem(
        name="decay",
        domain=Box(t=(0, 1)),
        unknown={"rate": Unknown(start=1.0)},
        residual=lambda u, rate: u.t + rate * u,
        conditions=[
            Condition("t_min", lambda u: u - 1),
            Condition("t_max", lambda u: u - np.exp(-1.0)),
        ],
        balanced=False,
    )
    right = answers.of(lambda t: torch.cat([torch.exp(-t), 1.2 + 0 * t], dim=-1))
    found = estimate(decay, right)
    assert found is not None
    assert found.relative < 1e-6


def test_residuals_without_a_value_give_no_estimate() -> None:
    nowhere = replace(SORBED, residual=lambda u: u.xx + u**0.5)
    assert estimate(nowhere, answers.of(lambda x: x - 0.5)) is None


def test_an_error_is_told_beside_how_much_a_field_varies() -> None:
    """A temperature of 300 that rises by 1 is found to rise by 1.5 at most."""
    rod = Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.xx + 8,
        conditions=[Condition(("x_min", "x_max"), lambda u: u - 300)],
        balanced=False,
    )
    found = estimate(rod, answers.of(lambda x: 300 + 6 * x * (1 - x)))
    assert found is not None
    assert found.relative == pytest.approx(2 * (1 / 30) ** 0.5 / 300, rel=0.02)
    # e = 2 x (1 - x) of root mean square 2/√30; u = 4 x (1 - x) deviates by 4 √(1/30 - 1/36).
    varies = 4 * (1 / 30 - 1 / 36) ** 0.5
    expected = 2 * (1 / 30) ** 0.5 / max(varies, 0.01 * 300)
    assert found.of_variation["u"] == pytest.approx(expected, rel=0.02)


def test_an_unknown_coefficient_is_told_by_how_much_it_is_wrong() -> None:
    """u = 2 x with a = 1.5 for a = 2, of u' = a from u(0) = 0 to u(1) = 2."""
    line = Problem(
        name="line",
        domain=Box(x=(0, 1)),
        residual=lambda u, a: u.x - a,
        conditions=[Condition("x_min", lambda u: u), Condition("x_max", lambda u: u - 2)],
        unknown={"a": Unknown(start=1.5)},
        balanced=False,
    )
    found = estimate(line, answers.of(lambda x: torch.cat([2 * x, torch.ones_like(x)], dim=-1)))
    assert found is not None
    assert found.unknown["a"] == pytest.approx(0.5, rel=1e-3)


def test_more_waves_see_what_few_of_them_do_not() -> None:
    """An error of frequency 320 on [-1, 1]: 200 waves reach 283, twice as many 565."""
    rod = Problem(
        name="rod",
        domain=Box(x=(-1, 1)),
        residual=lambda u: u.xx,
        conditions=[Condition(("x_min", "x_max"), lambda u, x: u - x)],
        balanced=False,
    )

    def wrong_by(x: Tensor) -> Tensor:
        return x + 1e-3 * (torch.sin(320 * x) - x * float(np.sin(320)))

    true = 1e-3 * (1 / 2) ** 0.5 / (1 / 3) ** 0.5
    quick, thorough = (estimate(rod, answers.of(wrong_by), thorough=one) for one in (False, True))
    assert thorough is not None
    assert thorough.relative == pytest.approx(true, rel=0.1)
    assert quick is None or quick.left > 0.9


def test_about_a_re_entrant_corner_an_error_is_as_singular_as_the_solution() -> None:
    """Of an answer that is smooth, which the solution on the L-shape is not."""
    problem = load("poisson_l_shape")

    def smooth(x: Tensor) -> Tensor:
        return 0.15 * ((1 - x**2).prod(-1, keepdim=True))

    points = interior_points(problem.domain, 4096, seed=1, draw=0)
    known = problem.reference(points)
    assert known is not None
    true = np.linalg.norm(smooth(torch.from_numpy(points)).numpy() - known) / np.linalg.norm(known)
    found = estimate(problem, answers.of(lambda x: smooth(x) / problem_scale(problem)))
    assert found is not None
    assert true > 0.1
    assert found.relative == pytest.approx(true, rel=3e-3)
    assert found.left < 0.01


def problem_scale(problem: Problem) -> float:
    (field,) = problem.describe_fields()
    scale: float = field["scale"]
    return scale


@pytest.mark.parametrize("width", [0.02, 1.0])
def test_a_field_counts_by_the_size_of_its_piece(width: float) -> None:
    rod = Problem(
        name="rod",
        domain=Pieces(left=Box(x=(0, width)), right=Box(x=(width, 2))),
        fields={"u": "left", "v": "right"},
        residual={"left": lambda u: u.xx, "right": lambda v: v.xx},
        conditions=[
            Condition("x_min", lambda u: u - 1),
            Condition("left|right", lambda u, v: (u - v, u.x - v.x)),
            Condition("x_max", lambda v: v - 1),
        ],
        balanced=False,
    )
    found = estimate(rod, answers.of(lambda x: torch.cat([0 * x + 1.1, 0 * x + 1], dim=-1)))
    assert found is not None
    assert found.by_field["u"] == pytest.approx(0.1, rel=0.05)
    assert found.relative == pytest.approx(0.1 * (width / 2) ** 0.5, rel=0.05)


def test_what_was_chosen_is_solved_again_at_other_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """By those that chose the waves these would look better than they are."""
    drawn: list[tuple[int, int]] = []
    solved: list[int] = []
    points, solve = module._points, module._solved

    def recorded(problem: Problem, answer: Answer, rows: int, seed: int) -> Any:
        drawn.append((rows, seed))
        return points(problem, answer, rows, seed)

    def counted(problem: Problem, answer: Answer, *rest: Any) -> Any:
        solved.append(len(rest[2][0].interior))
        return solve(problem, answer, *rest)

    monkeypatch.setattr(module, "_points", recorded)
    monkeypatch.setattr(module, "_solved", counted)
    assert estimate(OSCILLATOR, answers.of(lambda t: 1.1 * torch.exp(-0.1 * t) * torch.cos(t)))
    ((few, chosen_by), (many, judged_by)) = drawn
    assert many > 2 * few
    assert judged_by != chosen_by
    assert solved[-1] > 2 * solved[0]


@pytest.mark.parametrize("rate", [1.0, 1e-6])
def test_of_a_field_that_is_zero_rounding_is_no_error(rate: float) -> None:
    """As of the velocity across a channel: what is left of it is measured by its scale."""
    channel = Problem(
        name="channel",
        domain=Box(x=(0, 1), y=(0, 1)),
        fields=("u", "v"),
        residual=lambda u, v: (u.yy + 8 * rate, v.xx + v.yy),
        conditions=[
            Condition(("y_min", "y_max"), lambda u, v: (u, v)),
            Condition(("x_min", "x_max"), lambda u, v: (u.x, v)),
        ],
    )
    rows = channel.describe_fields()
    numbers = torch.tensor([(row["offset"], row["scale"]) for row in rows], dtype=torch.float64)
    offsets, scales = numbers.unbind(-1)

    def network(x: Tensor) -> Tensor:
        u = 4 * rate * x[:, 1] * (1 - x[:, 1])
        v = 1e-14 * rate * torch.sin(3 * x[:, 0])
        return (torch.stack([u, v], -1) - offsets) / scales

    found = estimate(channel, answers.of(network))
    assert found is not None
    assert max(found.by_field.values()) < 1e-9
    assert max(found.of_variation.values()) < 1e-9


SINE = Problem(
    name="sine",
    domain=Box(x=(0, 1)),
    residual=lambda u, x: u.xx + pi**2 * torch.sin(pi * x),
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
)  # fields are as networks give them: of scale 1


def faster(by: float) -> Answer:
    """sin πx and a wave that is faster than all that is tried."""
    return answers.of(lambda x: torch.sin(pi * x) + by * torch.sin(1000 * pi * x))


def test_what_no_wave_explains_is_no_larger_than_small_residuals_can_hide() -> None:
    found = estimate(SINE, faster(1e-13))
    assert found is not None
    assert 1e-13 < found.relative < 1e-6
    assert found.relative == found.by_field["u"]
    assert found.of_variation["u"] > found.relative  # about a mean
    assert found.left == 1.0
    more = estimate(SINE, faster(2e-13))
    assert more is not None
    assert more.relative == pytest.approx(2 * found.relative, rel=1e-3)


def test_where_residuals_are_not_small_it_says_nothing() -> None:
    assert estimate(SINE, faster(1e-6)) is None


def test_what_is_explained_in_part_lies_between() -> None:
    def both(x: Tensor) -> Tensor:
        slow, fast = 1e-9 * torch.sin(3 * pi * x), 1e-14 * torch.sin(1000 * pi * x)
        return torch.sin(pi * x) + slow + fast

    found = estimate(SINE, answers.of(both))
    assert found is not None
    assert 0.3 < found.left < 0.9
    most = estimate(SINE, faster(1e-14))
    assert most is not None
    assert 1.1e-9 < found.relative < 0.9 * most.relative


def test_beside_a_square_root_shifts_are_left_out() -> None:
    """√r with its derivative, 1/√r, which meets all but the corner."""
    plate = Problem(
        "plate",
        Box(x=(-1, 1), y=(0, 1)),
        lambda u: u.xx + u.yy,
        [
            Condition("y_min", lambda u, x: torch.where(x < 0, u, u.n)),
            Condition(("x_min", "x_max", "y_max"), lambda u, x, y: u - root(x, y)),
        ],
        balanced=False,
    )

    def answer(x: Tensor) -> Tensor:
        more = (1 - x[:, :1] ** 2) * x[:, 1:] * (1 - x[:, 1:])
        return root(x[:, :1], x[:, 1:]) + 1e-6 * torch.sin(40 * x[:, :1]) * more

    assert module._shifts(plate, answers.of(answer), 0) is None
    found = estimate(plate, answers.of(answer))
    assert found is not None
    assert 1e-8 < found.relative < 1e-5


def root(x: Tensor, y: Tensor) -> Tensor:
    """The real part of √(x + iy)."""
    return torch.hypot(x, y).sqrt() * torch.cos(torch.atan2(y, x) / 2)
