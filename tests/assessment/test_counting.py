"""Too few conditions are told, enough are not."""

from typing import Any

import pytest

from nas import problems
from nas.assessment.counting import field_orders, too_few
from nas.problems import Box, Condition, Disc, Integral, Periodic, Pieces, Problem, laplacian

ENDS = ("x_min", "x_max")


def heat(*conditions: object, **changes: object) -> Problem:
    facts = {"name": "heat", "domain": Box(x=(0, 1), t=(0, 1)), "residual": lambda u: u.t - u.xx}
    return Problem(**(facts | {"conditions": conditions} | changes))  # type: ignore[arg-type]


START = Condition("t_min", lambda u: u - 1)
WALLS = Condition(ENDS, lambda u: u)


def test_enough_conditions_are_enough() -> None:
    assert too_few(heat(START, WALLS)) == []


def test_no_initial_condition_is_told() -> None:
    (line,) = too_few(heat(WALLS))
    assert line.startswith("along t the equations have order 1, and no conditions stand at its two")


def test_one_end_without_a_condition_is_told() -> None:
    (line,) = too_few(heat(START, Condition("x_min", lambda u: u)))
    assert line.startswith("along x the equations have order 2, and 1 condition stands at its two")


def test_two_conditions_at_one_end_are_two() -> None:
    assert too_few(heat(START, Condition("x_min", lambda u: (u, u.x)))) == []


@pytest.mark.parametrize("exact", [False, True])
def test_periodic_ends_need_nothing_more(exact: bool) -> None:
    assert too_few(heat(START, Periodic("x", exact=exact))) == []


def test_what_an_integral_settles_is_not_counted() -> None:
    assert too_few(heat(WALLS, Integral(lambda u: u, equals=1.0))) == []


def test_a_part_of_a_curved_boundary_without_a_condition_is_told() -> None:
    ring = Disc((0, 0), 2) - Disc((0, 0), 1)
    outer, inner = ring.parts
    made = heat(Condition(outer, lambda u: u), domain=ring, residual=lambda u: laplacian(u) + 1)
    (line,) = too_few(made)
    assert line == f"no condition stands on the part {inner}: that leaves a family of solutions"


def test_what_comes_from_the_rim_of_a_hole_may_fill_the_domain() -> None:
    """The eikonal equation; but a rim that does not face along time is no start."""
    hole = Disc((0.5, 0.5), 0.1).named("hole")
    square = Box(x=(0, 1), y=(0, 1)) - hole
    rim = Condition("hole", lambda u: u)
    assert too_few(heat(rim, domain=square, residual=lambda u: u.x**2 + u.y**2 - 1)) == []
    walls = Condition(("hole", "x_min", "x_max", "y_min", "y_max"), lambda u: u)
    made = heat(walls, domain=square * Box(t=(0, 1)), residual=lambda u: u.t - laplacian(u))
    (line,) = too_few(made)
    assert line.startswith("along t the equations have order 1, and no conditions")


def test_systems_in_time_are_counted_together() -> None:
    fields = {"fields": ("u", "v"), "residual": lambda u, v: (u.t - v.xx, v.t + u.xx)}
    walls = Condition(ENDS, lambda u, v: (u, v))
    assert too_few(heat(Condition("t_min", lambda u, v: (u, v - 1)), walls, **fields)) == []
    (line,) = too_few(heat(START, walls, **fields))
    assert line.startswith("along t the equations have order 2, and 1 condition stands")


def test_time_may_have_its_full_name() -> None:
    made = Problem(
        name="heat",
        domain=Box(x=(0, 1), time=(0, 1)),
        fields=("u", "v"),
        residual=lambda u, v: (u.d("time") - v.xx, v.d("time") + u.xx),
        conditions=[Condition("time_min", lambda u: u), Condition(ENDS, lambda u, v: (u, v))],
    )
    (line,) = too_few(made)
    assert line.startswith("along time the equations have order 2, and 1 condition stands")


def test_an_interface_with_too_few_conditions_is_told() -> None:
    def wall(*more: Condition) -> list[str]:
        domain = Pieces(a=Box(x=(0, 1)), b=Box(x=(1, 2)))
        ends = [Condition("x_min", lambda u: u), Condition("x_max", lambda v: v - 1)]
        residual = {"a": lambda u: u.xx, "b": lambda v: v.xx}
        return too_few(
            Problem("wall", domain, residual, [*ends, *more], fields={"u": "a", "v": "b"})
        )

    value, flux = (lambda u, v: u - v), (lambda u, v: u.n - v.n)
    (line,) = wall()
    assert line.startswith("on the interface a|b no conditions stand, where the equations of both")
    (line,) = wall(Condition("a|b", value))
    assert line.startswith("on the interface a|b 1 condition stands, where")
    assert wall(Condition("a|b", value), Condition("a|b", flux)) == []


def test_orders_are_those_of_each_field() -> None:
    made = heat(
        START, fields=("u", "v"), residual=lambda u, v: (u.tt + v.x * u.xxx, laplacian(v) + u)
    )
    assert field_orders(made) == [[3, 2], [2, 0]]


@pytest.mark.parametrize("name", problems.names())
def test_the_toolkits_own_problems_have_enough(name: str) -> None:
    assert too_few(problems.load(name)) == []


@pytest.mark.parametrize(
    ("residual", "counts"),
    [
        (lambda u, r: u.rr + u.r / r + 1, False),
        (lambda u, r: u.rr + u.r / r - u / r**2 + 3, False),
        (lambda u, r: (r * u.r).d("r") + r, False),
        (lambda u, r: r**2 * u.rr + r * u.r - u, False),
        (lambda u: u.rr + u * u.r + 1, True),
        (lambda u, r: ((1 + r) * u.r).d("r") + 1, True),
        (lambda u: u.rr + 1, True),
    ],
)
def test_at_a_singular_end_nothing_has_to_stand(residual: Any, counts: bool) -> None:
    """At the axis of polar coordinates finite solutions are told apart by the other end alone."""
    held = Condition("r_max", lambda u: u)
    assert bool(too_few(Problem("disc", Box(r=(0, 1)), residual, [held]))) == counts
    assert bool(too_few(Problem("ring", Box(r=(0.1, 1)), residual, [held])))
    turned = Condition("r_min", lambda u: u)
    assert bool(too_few(Problem("from there", Box(r=(0, 1)), residual, [turned]))) == counts
