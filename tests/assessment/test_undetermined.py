"""What a problem leaves open is told, and what something tells is not."""

from dataclasses import replace

import numpy as np
import pytest

from nas.assessment.undetermined import left_open
from nas.calculus.expression import Residual
from nas.problems import (
    Box,
    Condition,
    Integral,
    Observations,
    Periodic,
    Problem,
    Unknown,
    load,
)
from nas.problems.terms import Requirement

ROD = Problem(
    name="rod",
    domain=Box(x=(0, 1)),
    residual=lambda u, k: k * u.xx + 1,
    unknown={"k": Unknown(start=1.0, low=0)},
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
)
COOLED = Problem(
    name="cooled",
    domain=Box(x=(0, 1), t=(0, 1)),
    residual=lambda u, k: u.t - k * u.xx + u**2,
    unknown={"k": Unknown(start=1.0, low=0)},
    conditions=[
        Condition(("x_min", "x_max"), lambda u: u),
        Condition("t_min", lambda u, x: u - x * (1 - x)),
    ],
)
X = np.linspace(0.1, 0.9, 9)
INSULATED = Problem(
    name="insulated",
    domain=Box(x=(0, 1), y=(0, 1)),
    residual=lambda u: u.xx + u.yy - 1,
    conditions=[Condition(("x_min", "x_max", "y_min", "y_max"), lambda u: u.n)],
)


@pytest.mark.parametrize("problem", [ROD, COOLED], ids=lambda one: one.name)
def test_an_unknown_that_nothing_tells_is_told(problem: Problem) -> None:
    (line,) = left_open(problem)
    assert line.startswith("nothing tells the unknown k: equations and conditions leave a family")


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_observations_tell_an_unknown_however_noisy(noise: float) -> None:
    seen = Observations({"x": X, "u": X * (1 - X) / 4}, noise=noise)
    assert left_open(replace(ROD, conditions=[*ROD.conditions, seen])) == []


def test_one_condition_more_tells_an_unknown() -> None:
    flux = Condition("x_min", lambda u: u.n + 1)
    assert left_open(replace(COOLED, conditions=[*COOLED.conditions, flux])) == []


def test_a_mean_tells_an_unknown() -> None:
    mean = Integral(lambda u: u, equals=0.05)
    assert left_open(replace(ROD, conditions=[*ROD.conditions, mean])) == []


def test_two_unknowns_that_occur_only_as_a_product_are_both_told() -> None:
    twice = replace(
        ROD,
        residual=lambda u, k, m: k * m * u.xx + 1,
        unknown={"k": Unknown(start=1.0, low=0), "m": Unknown(start=2.0, low=0)},
        conditions=[*ROD.conditions, Observations({"x": X, "u": X * (1 - X) / 4})],
    )
    assert [line.split(":")[0] for line in left_open(twice)] == [
        "nothing tells the unknown k",
        "nothing tells the unknown m",
    ]


TIMES = np.linspace(0, 4, 30)
SETTLING = Problem(
    name="settling",
    domain=Box(t=(0, 4)),
    residual=lambda u, k, c: u.t + k * (u - c),
    unknown={"k": Unknown(start=0.3, low=0), "c": Unknown(start=1.0)},
    conditions=[Observations({"t": TIMES, "u": 2 + 3 * np.exp(-0.8 * TIMES)}, noise=0.01)],
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"residual": lambda u, k, c: u.t + k * u - c},
        {"conditions": [*SETTLING.conditions, Condition("t_min", lambda u: u - 5)]},
    ],
    ids=["a rate and a level", "a rate and a source", "a start too"],
)
def test_two_unknowns_that_do_nearly_the_same_are_told_apart(changes: dict[str, object]) -> None:
    """What a rate does beside a level is little at first, as the field varies little."""
    assert left_open(replace(SETTLING, **changes)) == []  # type: ignore[arg-type]


def test_of_two_unknowns_the_one_that_nothing_tells_is_told() -> None:
    more = {"k": Unknown(start=0.3, low=0), "c": Unknown(start=1.0), "m": Unknown(start=2.0)}
    (line,) = left_open(
        replace(SETTLING, residual=lambda u, k, c, m: u.t + k * (u - c) + 0 * m, unknown=more)
    )
    assert line.startswith("nothing tells the unknown m")


def test_a_field_that_conditions_in_small_units_fix_is_not_free() -> None:
    rod = Problem(
        name="rod",
        domain=Box(x=(0, 1e-3)),
        residual=lambda u: 1e9 * u.xx - 1,
        conditions=[Condition("x_min", lambda u: u - 300), Condition("x_max", lambda u: u.n)],
        balanced=False,
    )
    assert left_open(rod) == []


def test_a_family_of_solutions_is_told_unless_a_constant_is_one_already() -> None:
    ends = Condition(("x_min", "x_max"), lambda u: u)
    swing = Problem("swing", Box(x=(0, 1)), lambda u, x: u.xx + np.pi**2 * u - x, [ends])
    (line,) = left_open(swing)
    assert line.startswith("equations and conditions leave a family of solutions, or have none")
    (line,) = left_open(INSULATED)
    assert line.startswith("only derivatives of u occur")


@pytest.mark.parametrize("speed", [1, 200])
def test_an_unknown_is_told_of_steep_solutions_too(speed: int) -> None:
    """With a speed of 200 few waves leave some thousandths of its column, and more leave less."""
    steep = Problem(
        name="steep",
        domain=Box(t=(0, 1)),
        residual=lambda u, k: u.t + speed * k * u,
        unknown={"k": Unknown(start=1.0, low=0)},
        conditions=[Condition("t_min", lambda u: u - 1)],
    )
    assert [line.split(":")[0] for line in left_open(steep)] == ["nothing tells the unknown k"]


def test_a_field_of_which_only_derivatives_occur_is_free_up_to_a_constant() -> None:
    (line,) = left_open(INSULATED)
    assert line.startswith("only derivatives of u occur, in equations and conditions: u is free up")


def test_of_two_fields_the_one_that_is_free_is_named() -> None:
    flow = Problem(
        name="flow",
        domain=Box(x=(0, 1)),
        residual=lambda u, p: (u.xx - p.x, u.x),
        fields=("u", "p"),
        conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    )
    (line,) = left_open(flow)
    assert line.startswith("only derivatives of p occur")


@pytest.mark.parametrize(
    "fixed",
    [
        Observations({"x": [0.5], "y": [0.5], "u": [0.0]}),
        Integral(lambda u: u, equals=0.0),
        Condition("x_min", lambda u, y: u - y),
        Condition("x_min", lambda u, y: u - y, exact=True),
    ],
    ids=["at a point", "by its mean", "on a side", "exactly"],
)
def test_a_field_that_is_fixed_somewhere_is_not_free(fixed: Requirement) -> None:
    assert left_open(replace(INSULATED, conditions=[*INSULATED.conditions, fixed])) == []


def test_what_is_periodic_by_construction_may_be_free_too() -> None:
    ring = Problem("ring", Box(x=(0, 1)), lambda u: u.xx, [Periodic("x", exact=True)])
    assert [line[:27] for line in left_open(ring)] == ["only derivatives of u occur"]


@pytest.mark.parametrize("name", ["lorenz_inverse", "burgers_inverse", "cavity"])
def test_of_well_posed_problems_nothing_is_said(name: str) -> None:
    assert left_open(load(name)) == []


def coupled(residual: Residual, *more: Requirement) -> Problem:
    ends = Condition("x_min", lambda u, v: (u - 1, v - 1)), Condition("x_max", lambda u, v: u - v)
    return Problem(
        "coupled", Box(x=(0, 1)), residual, [*ends, *more], fields=("u", "v"), balanced=False
    )


def test_fewer_equations_than_fields_are_told() -> None:
    (line,) = left_open(coupled(lambda u, v: u.xx + v))
    assert line.startswith("1 equation for the fields u, v: infinitely many solutions")


def test_observations_of_a_field_stand_for_an_equation() -> None:
    seen = Observations({"x": X, "u": X})
    assert left_open(coupled(lambda u, v: u.xx + v, seen)) == []
    assert left_open(coupled(lambda u, v: (u.xx + v, v.x - u))) == []
