"""Where value meets derivative: on all kinds of sides and domains, and what is not one."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.problems import (
    Box,
    Condition,
    Disc,
    Mesh,
    Pieces,
    Polygon,
    Problem,
    Unknown,
    laplacian,
)
from nas.problems.domains import Domain
from nas.problems.domains.corners import MOST

BAR = Box(x=(-1, 1), y=(0, 1))
SPLIT = Polygon(
    [(-1, 0), (0.25, 0), (1, 0), (1, 1), (-1, 1)], names=["cold", "closed", "a", "b", "c"]
)
OBTUSE = Polygon([(0, 0), (1, 0), (1, 1), (-1, 1)], names=["cold", "a", "b", "closed"])
TRIANGLES = Mesh(
    [(-1, 0), (0.25, 0), (1, 0), (1, 1), (-1, 1)],
    [(0, 1, 4), (1, 2, 3), (1, 3, 4)],
    {"cold": [(0, 1)], "closed": [(1, 2)], "rest": [(2, 3), (3, 4), (4, 0)]},
)


def found(
    domain: Domain, *conditions: Condition, residual: Any = lambda u: laplacian(u), **more: Any
) -> list[list[float]]:
    """Of each corner: where it is and its angle, in degrees."""
    corners = Problem("mixed", domain, residual, conditions, **more).corners
    assert all(one.mixed for one in corners)
    return sorted(
        [*np.round(one.at, 9) + 0.0, round(math.degrees(one.angle), 6)] for one in corners
    )


def value(*on: str, exact: bool = False) -> Condition:
    return Condition(on, lambda u: u, exact=exact)


def slope(*on: str) -> Condition:
    return Condition(on, lambda u: u.n)


def switched(on: str, at: float) -> Condition:
    return Condition(on, lambda u, x: torch.where(x < at, u, u.n + 2 * u))


@pytest.mark.parametrize("last", [slope("closed"), Condition("closed", lambda u: u.n + 3 * u - 1)])
@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (SPLIT, [[0.25, 0, 180]]),
        (SPLIT.named("plate"), [[0.25, 0, 180]]),
        (TRIANGLES, [[0.25, 0, 180]]),
        (SPLIT - Disc((0, 0.5), 0.1), [[0.25, 0, 180]]),
        (OBTUSE, [[0, 0, 135]]),
        (Polygon(OBTUSE.vertices[::-1], names=["b", "a", "cold", "closed"]), [[0, 0, 135]]),
    ],
    ids=["split", "named", "mesh", "holed", "obtuse", "clockwise"],
)
def test_where_two_parts_meet(last: Condition, domain: Domain, expected: Any) -> None:
    parts = {name.rpartition(".")[2]: name for name in domain.parts}
    cold = Condition(parts["cold"], lambda u: u)
    closed = Condition(parts["closed"], last.residual)
    assert found(domain, cold, closed) == expected
    assert found(domain, cold, Condition(parts["closed"], lambda u: u - 1)) == []


def test_where_a_part_of_a_side_has_another_condition() -> None:
    assert found(BAR, switched("y_min", 0.25), slope("y_max")) == [[0.25, 0, 180]]
    strip = Condition("y_min", lambda u, x: torch.where(x.abs() < 0.3, u - 1, u.n))
    assert found(BAR, strip) == [[-0.3, 0, 180], [0.3, 0, 180]]


def test_on_a_curve_it_lies_on_the_curve() -> None:
    upper = Condition("rim", lambda u, y: torch.where(y > 0.6, u, u.n))
    corners = found(Disc((0, 0), 1), upper)
    assert corners == [[-0.8, 0.6, 180], [0.8, 0.6, 180]]
    # Where a parametrisation begins and ends, too.
    half = Condition("rim", lambda u, y: torch.where(y > 0, u, u.n))
    assert found(Disc((0, 0), 1), half) == [[-1, 0, 180], [1, 0, 180]]


@pytest.mark.parametrize("domain", [Box(x=(-1, 1), y=(0, 1), t=(0, 2)), BAR * Box(t=(0, 2))])
def test_with_time_it_is_one_all_along(domain: Domain) -> None:
    heat = {"residual": lambda u: u.t - u.xx - u.yy}
    start = Condition("t_min", lambda u: u)
    assert found(domain, switched("y_min", 0.25), start, **heat) == [[0.25, 0, 180]]
    waves = {"residual": lambda u: u.tt - laplacian(u)}
    assert found(domain, switched("y_min", 0.25), start, **waves) == [[0.25, 0, 180]]
    # What moves is no corner, nor is what is switched on.
    moving = Condition("y_min", lambda u, x, t: torch.where(x < t - 1, u, u.n))
    assert found(domain, moving, start, **heat) == []
    lit = Condition("y_min", lambda u, t: torch.where(t > 1, u, u.n))
    assert found(domain, lit, start, **heat) == []


@pytest.mark.parametrize(
    "residual",
    [
        lambda u: u.xx + u.yy + 0.5 * u.xy,
        lambda u: u.xx - u.yy,
        lambda u: u.x - u.yy,
        lambda u: laplacian(laplacian(u)),
        lambda u: u.x + u.y,
    ],
)
def test_of_what_is_no_laplacian_there_is_none(residual: Any) -> None:
    assert found(BAR, switched("y_min", 0.25), residual=residual) == []


@pytest.mark.parametrize(
    "residual",
    [
        lambda u, x: ((2 + x**2) * u.x).d("x") + ((2 + x**2) * u.y).d("y"),
        lambda u: ((1 + u**2) * u.x).d("x") + ((1 + u**2) * u.y).d("y"),
        lambda u: 1e-6 * laplacian(u) + u * u.x - torch.sin(u),
    ],
)
def test_one_that_varies_or_has_lower_orders_is_one(residual: Any) -> None:
    assert found(BAR, switched("y_min", 0.25), residual=residual) == [[0.25, 0, 180]]


def test_of_another_conductivity_along_each_axis_it_is_stretched() -> None:
    """x = X and y = Y / 3: as of a Laplacian in X and Y."""
    stretched = {"residual": lambda u: u.xx + u.yy / 9}

    def sheared(by: float) -> Polygon:
        corners = [(0, 0), (1, 0), (1, by), (-1, by)]
        return Polygon(corners, names=["cold", "a", "b", "closed"])

    conditions = value("cold"), slope("closed")
    assert found(BAR, switched("y_min", 0.25), **stretched) == [[0.25, 0, 180]]
    as_it_is = Problem("as it is", sheared(3.0), lambda u: laplacian(u), conditions)
    made = Problem("stretched", sheared(1.0), stretched["residual"], conditions)
    (one,), (other,) = as_it_is.corners, made.corners
    assert other.angle == pytest.approx(one.angle)
    assert one.stretch == 1.0
    assert other.stretch == pytest.approx(3.0)
    step = Polygon([(-1, -1), (1, -1), (1, 0), (0, 0), (-1, 1)])
    (bent,) = Problem("bent", step, stretched["residual"], [value("edge_0")]).corners
    assert math.degrees(bent.angle) == pytest.approx(180 + math.degrees(math.atan(3)))


def test_an_unknown_ratio_leaves_none() -> None:
    asked = {"residual": lambda u, k: u.xx + k * u.yy, "unknown": {"k": Unknown(start=2.0)}}
    assert found(BAR, switched("y_min", 0.25), **asked) == []


def test_what_depends_on_the_field_is_none() -> None:
    """Signorini's condition, and a valve: where it turns is known with the solution alone."""
    assert found(BAR, Condition("y_min", lambda u: torch.minimum(u, u.n))) == []
    valve = Condition("y_min", lambda u: torch.where(u > 0.3, u.n, u - 0.3))
    assert found(BAR, valve) == []


def test_beside_a_short_side_both_ends_are_told_apart() -> None:
    outline = [(-1, 0), (-0.002, 0), (0.002, 0), (1, 0), (1, 1), (-1, 1)]
    gap = Polygon(outline, names=["A", "gap", "B", "r", "t", "l"])
    corners = found(gap, value("A", "B"), slope("gap"))
    assert corners == [[-0.002, 0, 180], [0.002, 0, 180]]


def test_on_the_edge_of_a_hole_it_is_one_too() -> None:
    hole = [(-0.5, 0.3), (0.0, 0.3), (0.5, 0.3), (0.5, 0.7), (-0.5, 0.7)]
    outer = [(-1, 0), (1, 0), (1, 1), (-1, 1)]
    names = ["hot", "closed", "closed", "closed", "closed"]
    plate = Polygon(outer, names=["a"] * 4, holes=[hole], hole_names=[names])
    conditions = value("hot", "a"), slope("closed")
    corners = Problem("plate", plate, lambda u: laplacian(u), conditions).corners
    told = {one.at: (one.mixed, round(math.degrees(one.angle))) for one in corners}
    assert told == {
        (-0.5, 0.3): ("u", 270),
        (0.0, 0.3): ("u", 180),
        (0.5, 0.3): ("", 270),
        (0.5, 0.7): ("", 270),
        (-0.5, 0.7): ("", 270),
    }


def test_on_a_small_circle_it_is_flat_all_the_same() -> None:
    ring = Disc((0, 0), 1) - Disc((0, 0), 0.02, name="hole")
    half = Condition("hole", lambda u, x: torch.where(x > 0, u - 1, u.n))
    assert found(ring, half) == [[0, -0.02, 180], [0, 0.02, 180]]


def test_within_one_of_several_pieces_none_is_looked_for() -> None:
    lower, upper = Box(x=(-1, 1), y=(0, 1)), Box(x=(-1, 1), y=(1, 2))
    problem = Problem(
        "pieces",
        Pieces(lower=lower, upper=upper),
        {"lower": lambda u: laplacian(u), "upper": lambda v: laplacian(v)},
        [switched("y_min", 0.25), Condition("lower|upper", lambda u, v: (u - v, u.n - v.n))],
        fields={"u": "lower", "v": "upper"},
    )
    assert problem.corners == ()


def test_at_right_angles_all_is_smooth() -> None:
    assert found(BAR, value("x_min", "x_max"), slope("y_min", "y_max")) == []


def test_a_part_without_a_condition_is_none() -> None:
    assert found(SPLIT, value("cold"), slope("a")) == []


def test_a_value_that_holds_by_construction_counts() -> None:
    assert found(SPLIT, value("cold", exact=True), slope("closed")) == [[0.25, 0, 180]]


def test_both_on_one_part_are_a_value() -> None:
    both = Condition("cold", lambda u: (u, u.n))
    assert found(SPLIT, both, slope("closed")) == [[0.25, 0, 180]]
    assert found(SPLIT, value("cold", "closed"), slope("closed")) == []


def test_of_several_fields_those_that_have_one() -> None:
    equations = {
        "fields": ("u", "c"),
        "residual": lambda u, c: (laplacian(u) - c, laplacian(c) + u),
    }
    cold = Condition("cold", lambda u, c: (u, c))
    closed = Condition("closed", lambda u, c: (u - 1, c.n))
    assert found(SPLIT, cold, closed, **equations) == [[0.25, 0, 180]]
    flow = {
        "fields": ("u", "c"),
        "residual": lambda u, c: (laplacian(u) - c.x, laplacian(c) - u.x),
    }
    assert found(SPLIT, cold, closed, **flow) == []


def test_a_re_entrant_corner_counts_once() -> None:
    step = Polygon([(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)])
    mixed = Problem("step", step, lambda u: laplacian(u), [value("edge_2"), slope("edge_3")])
    (corner,) = mixed.corners
    assert (corner.at, corner.mixed) == ((0.0, 0.0), "u")
    assert math.degrees(corner.angle) == pytest.approx(270)


def test_of_many_the_sharpest_are_kept() -> None:
    count = 3 * MOST

    def comb(u: Any, x: Tensor) -> Any:
        return torch.where(torch.sin(math.pi * count * x) > 0, u, u.n)

    assert found(BAR, Condition("y_min", comb)) == []  # too many to be of pieces
    outline = [(0.0, 0.0), *((n / 5, 0.0) for n in range(1, 12)), (2.2, 1.0), (0.0, 1.0)]
    names = [f"{'ab'[n % 2]}" for n in range(len(outline))]
    corners = found(Polygon(outline, names=names), value("a"), slope("b"))
    assert len(corners) == MOST
