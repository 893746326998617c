"""Fields of one piece of the domain, and terms that see them elsewhere."""

from typing import Any

import numpy as np
import pytest

from nas.checking.check import check
from nas.errors import UserError
from nas.problems import Box, Condition, Disc, Integral, Observations, Pieces, Problem

WALL = Pieces(glass=Box(x=(0, 1), y=(0, 1)), copper=Box(x=(1, 3), y=(0, 1)))
RIGHT = {"glass": lambda u: u.xx + u.yy, "copper": lambda v: v.xx + v.yy}
HELD = Condition("x_min", lambda u: u)


def wall(*more: Any, residual: Any = RIGHT, domain: Any = WALL) -> Problem:
    fields = {"u": "glass", "v": "copper"}
    return Problem("wall", domain, residual, [HELD, *more], fields=fields)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (Condition("x_max", lambda u: u), "condition on x_max: u is sought in glass alone"),
        (Condition(("x_min", "x_max"), lambda u: u), "x_max: u is sought in glass alone, and x=3"),
        (Integral(lambda u, v: u + v, 1.0), "total over the domain equals 1: u is sought in glass"),
        (
            Integral(lambda v: v, 1.0, on="glass"),
            "total over glass equals 1: v is sought in copper",
        ),
        (
            Observations({"x": [0.5, 2.0], "y": [0.5, 0.5], "u": [0.0, 1.0]}),
            "2 observations (x, y, u): u is sought in glass alone, and x=2, y=0.5 is not in it",
        ),
    ],
)
def test_a_field_seen_outside_its_piece(changes: Any, message: str) -> None:
    with pytest.raises(UserError) as caught:
        wall(changes)
    assert message in str(caught.value)


def test_a_field_in_the_equation_of_another_piece() -> None:
    residual = RIGHT | {"glass": lambda u, v: u.xx + u.yy + v}
    with pytest.raises(UserError, match="wall: equations in glass: v is sought in copper alone"):
        wall(residual=residual)


def test_a_field_in_its_piece_and_on_the_rims_of_it() -> None:
    between = Condition("glass|copper", lambda u, v: (u - v, u.n - 400 * v.n))
    held = Condition("x_max", lambda v: v)
    assert len(wall(between, held, Integral(lambda v: v, 1.0, on="copper")).terms) == 6


def test_a_round_interface_belongs_to_both_its_pieces() -> None:
    disc = Disc((0.5, 0.5), 0.2)
    domain = Pieces(glass=Box(x=(0, 1), y=(0, 1)) - disc, copper=disc) * Box(t=(0, 1))
    between = Condition("glass|copper", lambda u, v: (u - v, u.n - 400 * v.n))
    assert len(wall(between, domain=domain).terms) == 4


def test_a_name_that_python_reads_otherwise_is_refused() -> None:
    micro, mu = "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}"
    with pytest.raises(UserError, match=f"'{micro}': Python reads this name as '{mu}'"):
        Problem("rod", Box(**{micro: (0, 1)}), lambda u: u, [HELD])


def test_balanced_is_true_or_false() -> None:
    wrong: Any = "no"
    with pytest.raises(UserError, match="balanced='no': expected True or False"):
        Problem("rod", Box(x=(0, 1)), lambda u: u.xx, [HELD], balanced=wrong)


def test_a_solution_with_masked_values_is_refused() -> None:
    with pytest.raises(UserError, match="solution: expected numbers, got masked ones among them"):
        Problem(
            "rod", Box(x=(0, 1)), lambda u: u.xx, [HELD],
            solution=lambda x: np.ma.array(x, mask=x > 0.5),
        )  # fmt: skip


def test_a_solution_of_whole_numbers_is_one_of_numbers() -> None:
    known = Problem(
        "rod", Box(x=(0, 1)), lambda u: u.xx, [HELD], solution=lambda x: np.zeros(len(x), int)
    )
    values = known.reference(np.array([[0.5]]))
    assert values is not None
    assert values.dtype == np.float64
    assert any("leaves 0e+00 of the condition on x_min" in line for line in check(known).facts)
