"""Offset and scale from values, from sources, from neighbours; in any units."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.problems import Box, Condition, Integral, Periodic, Problem, Unknown, laplacian, load
from nas.problems.ansatz.sizes import to_digits

X = Box(x=(0, 1))


def numbers(problem: Problem) -> list[tuple[float, float]]:
    return [(one["offset"], one["scale"]) for one in problem.describe_fields()]


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (290.0, 310.0), (-1e-9, 3e-9), (0.0, 5e7)])
def test_values_give_offset_and_scale(low: float, high: float) -> None:
    rod = Problem(
        "rod",
        X,
        lambda u: u.xx,
        [Condition("x_min", lambda u: u - low), Condition("x_max", lambda u: u - high)],
    )
    ((offset, scale),) = numbers(rod)
    assert offset == pytest.approx((low + high) / 2, abs=0.01 * (high - low))
    assert scale == pytest.approx((high - low) / 2, rel=0.05)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("length", [1e-8, 1.0, 1e4])
@pytest.mark.parametrize("waves", [1, 8])
def test_sources_give_the_scale_at_their_own_wavelength(
    size: float, length: float, waves: int
) -> None:
    k = waves * np.pi / length
    rod = Problem(
        "rod",
        Box(x=(0, length)),
        lambda u, x: u.xx + size * k**2 * torch.sin(k * x),
        [Condition(("x_min", "x_max"), lambda u: u)],
    )
    ((offset, scale),) = numbers(rod)
    assert offset == 0
    assert size / 2 < scale < 2 * size  # u = size · sin kx


Made = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # a solution, and its Laplacian


def sines(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """1e-16 at x = 1."""
    u = torch.sin(np.pi * x) * torch.sin(2 * np.pi * y)
    return u, -5 * np.pi**2 * u


def typed(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """5e-8 at x = 1."""
    u = torch.sin(3.1415927 * x) * torch.sin(6.2831854 * y)
    return u, -5 * np.pi**2 * u


def peak(a: float, *at: float) -> Made:
    def made(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        square = (x - at[0]) ** 2 + (y - at[1]) ** 2
        u = torch.exp(-a * square)
        return u, (4 * a**2 * square - 4 * a) * u

    return made


@pytest.mark.parametrize("size", [1e-9, 1.0, 300.0])
@pytest.mark.parametrize(
    "made",
    [
        sines,
        typed,
        peak(60, 0.5, 0.5),
        peak(100, 0.5, 0.4),
        peak(1000, 0.52, 0.4),
    ],  # 3e-7 … 1e-70 there
)
def test_what_vanishes_on_the_boundary_but_for_rounding_or_decays_towards_it_has_its_size(
    made: Made, size: float
) -> None:
    problem = Problem(
        "square",
        Box(x=(0, 1), y=(0, 1)),
        lambda u, x, y: laplacian(u) - size * made(x, y)[1],
        [Condition(("x_min", "x_max", "y_min", "y_max"), lambda u, x, y: u - size * made(x, y)[0])],
    )
    ((offset, scale),) = numbers(problem)
    assert offset == 0
    assert 0.4 * size < scale < 2 * size
    assert problem.warnings == ()


def beside_another(rate: float, edge: Made) -> Problem:
    """Δp = -rate w, with p as ``edge`` is on the sides, and a w that is 0 to 300 there."""
    sides = ("x_min", "x_max", "y_min", "y_max")
    return Problem(
        "pair",
        Box(x=(0, 1), y=(0, 1)),
        lambda p, w: (laplacian(p) + rate * w, laplacian(w)),
        [
            Condition(sides, lambda p, w, x, y: (p - edge(x, y)[0], w - 300 * x)),
        ],
        fields=("p", "w"),
    )


def test_a_field_that_is_rounding_on_the_boundary_is_as_large_as_others_ask() -> None:
    (_, p), (_, w) = numbers(beside_another(rate=2.0, edge=sines))
    assert w == 150
    assert 5 < p < 200


def test_a_field_that_is_small_beside_others_stays_so_where_that_is_meant() -> None:
    (_, p), _ = numbers(beside_another(2e-13, lambda x, y: (1e-12 * x, 0 * x)))
    assert 1e-13 < p < 1e-11


def test_a_source_far_beyond_meant_values_is_a_mistake_in_units() -> None:
    ends = [Condition("x_min", lambda u: u), Condition("x_max", lambda u: u - 1)]
    for source in (1e8, 1e12):
        rod = Problem("rod", X, lambda u, s=source: u.xx + s, ends)
        assert numbers(rod)[0][1] == 0.5
        assert len(rod.warnings) == 1


def test_beside_an_axis_a_field_is_as_large_as_away_from_it() -> None:
    """u = r - r² of u_rr + u_r / r - u / r² + 3 = 0, as it is written and times r²."""
    ends = [Condition(("r_min", "r_max"), lambda u: u)]
    for residual in (
        lambda u, r: u.rr + u.r / r - u / r**2 + 3,
        lambda u, r: r**2 * u.rr + r * u.r - u + 3 * r**2,
    ):
        ((_, scale),) = numbers(Problem("swirl", Box(r=(0, 1)), residual, ends))
        assert 0.01 < scale < 2.5


def test_a_single_value_is_the_offset_and_the_source_there_the_scale() -> None:
    rod = Problem(
        "rod",
        X,
        lambda T: T.xx + 8,
        [Condition(("x_min", "x_max"), lambda T: T - 300)],
        fields=("T",),
    )
    ((offset, scale),) = numbers(rod)
    assert offset == pytest.approx(300, abs=0.5)
    assert 0.5 < scale < 8  # T rises by 1


def test_what_is_not_linear_answers_a_source_where_the_linear_part_does_not() -> None:
    """At v = -1 that of v - v³/3 vanishes; waves of FitzHugh's and Nagumo's are of order one."""
    nerve = Problem(
        "nerve",
        Box(t=(0, 60)),
        lambda v, w: (v.t - (v - v**3 / 3 - w + 0.5), w.t - 0.08 * (v + 0.7 - 0.8 * w)),
        [Condition("t_min", lambda v: v + 1), Condition("t_min", lambda w: w - 1)],
        fields=("v", "w"),
    )
    (_, v), (_, w) = numbers(nerve)
    assert 0.5 < v < 3
    assert 0.5 < w < 3


def test_what_reacts_with_itself_is_as_small_as_its_source_asks() -> None:
    """Robertson's kinetics: constants from 0.04 to 3e7, and a b of at most 3.65e-5."""
    robertson = Problem(
        "robertson",
        Box(t=(0, 40)),
        lambda a, b, c: (
            a.t + 0.04 * a - 1e4 * b * c,
            b.t - 0.04 * a + 1e4 * b * c + 3e7 * b**2,
            c.t - 3e7 * b**2,
        ),
        [Condition("t_min", lambda a, b, c: (a - 1, b, c))],
        fields=("a", "b", "c"),
    )
    _, (_, b), (_, c) = numbers(robertson)
    assert 1e-5 < b < 1e-4
    assert 0.1 < c < 10
    assert not robertson.warnings


def test_what_is_left_of_a_balance_is_no_source() -> None:
    """Schnakenberg's model near its steady state a = 1, b = 0.9."""
    pattern = Problem(
        "pattern",
        Box(x=(0, 1), t=(0, 2)),
        lambda a, b: (
            a.t - 0.01 * a.xx - 100 * (0.1 - a + a**2 * b),
            b.t - b.xx - 100 * (0.9 - a**2 * b),
        ),
        [
            Condition("t_min", lambda a, x: a - 1 - 0.01 * torch.cos(4 * torch.pi * x)),
            Condition("t_min", lambda b: b - 0.9),
        ],
        fields=("a", "b"),
    )
    assert numbers(pattern)[1] == (0.9, 0.9)
    assert not pattern.warnings


@pytest.mark.parametrize("length", [1e-3, 1.0, 1e3])
def test_without_a_linear_part_the_rest_answers(length: float) -> None:
    """|u'| = 1: u is as large as its domain is long."""
    ray = Problem(
        "ray", Box(x=(0, length)), lambda u: u.x**2 - 1, [Condition("x_min", lambda u: u)]
    )
    ((offset, scale),) = numbers(ray)
    assert offset == 0
    assert 0.2 * length < scale < 5 * length
    assert not ray.warnings


def test_what_answers_less_than_its_linear_part_leaves_the_scale_to_that() -> None:
    """sin u never reaches 2; u + 2 = sin u takes a u of two."""
    free = Problem("free", X, lambda u: u.x + torch.sin(u) - 2, [Condition("x_min", lambda u: u)])
    straight = Problem("straight", X, lambda u: u.x + u - 2, [Condition("x_min", lambda u: u)])
    assert numbers(free) == numbers(straight)


def test_a_field_of_one_value_and_no_source_is_as_large_as_its_value() -> None:
    still = Problem("still", Box(t=(0, 1)), lambda u: u.t, [Condition("t_min", lambda u: u - 7)])
    assert numbers(still) == [(7.0, 7.0)]


def test_initial_values_alone_scale_coupled_fields() -> None:
    hundreds = Problem(
        "lotka",
        Box(t=(0, 10)),
        lambda r, p: (r.t - (2 * r - 0.04 * r * p), p.t - (0.02 * r * p - 1.06 * p)),
        [Condition("t_min", lambda r: r - 100), Condition("t_min", lambda p: p - 15)],
        fields=("r", "p"),
    )
    (r, r_scale), (p, p_scale) = numbers(hundreds)
    assert (r, p) == (100, 15)
    assert 50 < r_scale < 300
    assert 10 < p_scale < 150


def test_a_field_without_value_or_source_is_scaled_by_its_neighbours() -> None:
    speed, viscosity = 20.0, 0.01
    flow = Problem(
        "flow",
        Box(x=(0, 1), y=(0, 1)),
        lambda u, v, p: (
            u * u.x + v * u.y + p.x - viscosity * laplacian(u),
            u * v.x + v * v.y + p.y - viscosity * laplacian(v),
            u.x + v.y,
        ),
        [
            Condition(("x_min", "x_max", "y_min"), lambda u, v: (u, v)),
            Condition("y_max", lambda u, v: (u - speed, v)),
        ],
        fields=("u", "v", "p"),
    )
    (_, u), (_, v), (_, p) = numbers(flow)
    assert u == pytest.approx(speed / 2, rel=0.05)
    assert 0.1 * u < v < 10 * u
    assert 0.1 * u**2 < p < 10 * u**2
    assert not flow.warnings


def test_an_integral_gives_a_value_and_periodicity_none() -> None:
    density = Problem(
        "density",
        Box(x=(0, 1e-3)),
        lambda u: u.xx,
        [Integral(lambda u: u, equals=1.0), Periodic("x")],
    )
    assert numbers(density) == [(1000.0, 1000.0)]


def test_a_field_of_no_known_size_is_said() -> None:
    free = Problem("free", X, lambda u: u.xx + 4 * u, [Condition("x_min", lambda u: u)])
    assert numbers(free) == [(0.0, 1.0)]
    (line,) = free.warnings
    assert line.startswith("field u: expected a condition or a source")


def test_residuals_without_a_value_everywhere_do_not_matter() -> None:
    odd = Problem("odd", X, lambda u: u**1.2 + u.x, [Condition("x_min", lambda u: u - 2)])
    assert np.isfinite(numbers(odd)).all()


def test_jets_of_networks_become_those_of_fields() -> None:
    rod = Problem(
        "rod",
        X,
        lambda u: u.xx,
        [Condition("x_min", lambda u: u - 290), Condition("x_max", lambda u: u - 310)],
    )
    jet = torch.tensor([0.5, -1.0, 2.0]).view(3, 1, 1)  # N, N' and N''
    physical = rod.physical(jet, rod.derivatives, torch.zeros(1, 1, dtype=torch.float64))
    assert physical.flatten().tolist() == [305.0, -10.0, 20.0]
    assert torch.equal(replace(rod, balanced=False).physical(jet, rod.derivatives, jet[0]), jet)


def test_the_problems_of_the_article_keep_their_scale() -> None:
    assert numbers(load("burgers")) == [(0.0, 1.0)]


@pytest.mark.parametrize(("number", "rounded"), [(0.02549, 0.025), (-1.26, -1.3), (9.99e9, 1e10)])
def test_two_digits(number: float, rounded: float) -> None:
    assert to_digits(number) == rounded


def test_a_total_that_is_no_value_tells_the_size_too() -> None:
    """∫u² = 4·10⁶ over a length of one: u is about 2000."""
    problem = Problem(
        name="mode",
        domain=Box(x=(0, 1)),
        residual=lambda u, k: u.xx + k * u,
        unknown={"k": Unknown(start=8.0, low=0)},
        conditions=[
            Condition(("x_min", "x_max"), lambda u: u),
            Integral(lambda u: u**2, equals=4e6),
        ],
    )
    (field,) = problem.describe_fields()
    assert 1000 < field["scale"] < 4000
    assert problem.warnings == ()
