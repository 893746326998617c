"""Conditions that disagree where they meet are told, those that agree are not."""

from dataclasses import replace

import numpy as np
import pytest

from nas.assessment.corners import contradictions
from nas.calculus.expression import Residual
from nas.problems import Box, Condition, Disc, Problem, laplacian


def plate(*conditions: Condition, **changes: object) -> Problem:
    facts = {
        "name": "plate",
        "domain": Box(x=(0, 2), y=(0, 1)),
        "residual": lambda u: laplacian(u),
        "balanced": False,
    }
    return Problem(**(facts | {"conditions": conditions} | changes))  # type: ignore[arg-type]


def test_values_that_agree_at_the_corner_are_left_alone() -> None:
    steep = Condition("x_min", lambda u, y: u - 50 * y * y)
    assert contradictions(plate(steep, Condition("y_min", lambda u, x: u - 20 * x))) == []


def test_each_corner_with_a_disagreement_is_told() -> None:
    lid = Condition("y_max", lambda u: 3 * u - 3)
    walls = Condition(("x_min", "x_max", "y_min"), lambda u: u)
    assert contradictions(plate(lid, walls)) == [
        "u is 1 on y_max and 0 on x_min, which meet at x=0, y=1",
        "u is 1 on y_max and 0 on x_max, which meet at x=2, y=1",
    ]


def test_two_values_on_one_part_are_told() -> None:
    line = Problem(
        name="line",
        domain=Box(x=(0, 1)),
        residual=lambda u: u.xx,
        conditions=[Condition("x_min", lambda u: u - 1), Condition("x_min", lambda u: u + 1)],
        balanced=False,
    )
    assert contradictions(line) == ["u is 1 and -1 on x_min"]


def test_fluxes_and_mixed_conditions_are_no_values() -> None:
    flux = Condition("x_min", lambda u: u.n - 5)
    robin = Condition("x_max", lambda u: u.n + 2 * u - 7)
    power = Condition("y_min", lambda u: u**3 - 8)
    assert contradictions(plate(flux, robin, power, Condition("y_max", lambda u: u))) == []


@pytest.mark.parametrize(
    "bent",
    [
        lambda u: laplacian(u) - 1,
        lambda u: (u, laplacian(u)),
        lambda u: (u * u.x).d("x") - 1,
        lambda u: u.xx + u.yy - 1,
        lambda u, x: x * u.n + u,
        lambda u: u.xxxx - 1,
    ],
)
@pytest.mark.parametrize("equation", [lambda u: laplacian(u), lambda u: u.xxxx + u.yyyy])
def test_what_holds_of_derivatives_is_no_value(bent: Residual, equation: Residual) -> None:
    """Whether or not the equation has these derivatives."""
    sides = "x_min", "x_max", "y_min", "y_max"
    held = Condition(sides, lambda u: u)
    assert contradictions(plate(held, Condition(sides, bent), residual=equation)) == []


def test_fields_are_told_apart() -> None:
    made = plate(
        Condition("x_min", lambda u, v: (u - 1, v)),
        Condition("y_min", lambda u, v: (u - 1, v - 2)),
        fields=("u", "v"),
        residual=lambda u, v: (laplacian(u), laplacian(v)),
    )
    assert contradictions(made) == ["v is 0 on x_min and 2 on y_min, which meet at x=0, y=0"]


def test_parts_that_do_not_meet_may_differ() -> None:
    ring = Disc((0, 0), 2) - Disc((0, 0), 1)
    outer, inner = ring.parts
    made = plate(Condition(outer, lambda u: u), Condition(inner, lambda u: u - 1), domain=ring)
    assert contradictions(made) == []


def test_parts_of_a_curved_boundary_meet_too() -> None:
    """A lens: two arcs, whose tips lie on the x-axis at ±√(1 - 0.25)."""
    lens = Disc((0, 0.5), 1) & Disc((0, -0.5), 1)
    upper, lower = lens.parts
    made = plate(Condition(upper, lambda u: u), Condition(lower, lambda u: u - 1), domain=lens)
    (line,) = contradictions(made)
    assert line.startswith(f"u is 0 on {upper} and 1 on {lower}, which meet at x=")
    assert abs(float(line.split("x=")[1].split(",")[0])) > 0.8 * np.sqrt(0.75)


HEATED = Problem(
    name="heated",
    domain=Box(x=(0, 1), t=(0, 1)),
    residual=lambda u: u.t - u.xx,
    conditions=[
        Condition("t_min", lambda u, x: u - x - 2),
        Condition(("x_min", "x_max"), lambda u: u - 3),
    ],
    balanced=False,
)


def test_what_is_demanded_is_told_at_the_corner_itself() -> None:
    assert contradictions(HEATED) == ["u is 2 on t_min and 3 on x_min, which meet at x=0, t=0"]


def test_a_jump_that_the_form_of_the_field_has_is_none() -> None:
    assert contradictions(replace(HEATED, balanced=True)) == []


def test_a_steep_condition_that_agrees_at_the_corner_is_no_contradiction() -> None:
    steep = Condition("t_min", lambda u, x: u - 3 * (1 - x) ** 400 - 3 * x**400)
    assert contradictions(replace(HEATED, conditions=[steep, HEATED.conditions[1]])) == []


def test_a_condition_without_a_value_at_the_corner_is_told_beside_it() -> None:
    root = Condition("t_min", lambda u, x: u - x.log() / x.log())
    (line, _) = contradictions(replace(HEATED, conditions=[root, HEATED.conditions[1]]))
    assert line == "u is 1 on t_min and 3 on x_min, which meet at x=0, t=0"
