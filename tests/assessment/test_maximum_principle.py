"""Which equations obey a maximum principle, by their signs."""

from typing import Any

import pytest
import torch

from nas.assessment.maximum_principle import has_maximum_principle
from nas.problems import Box, Condition, Integral, Observations, Periodic, Problem, Unknown

SQUARE = Box(x=(-1, 1), y=(0, 1))
SIDES = Condition(("x_min", "x_max", "y_min", "y_max"), lambda u: u)


def problem(residual: Any, *conditions: Any, **more: Any) -> Problem:
    return Problem("asked", SQUARE, residual, conditions or [SIDES], **more)


@pytest.mark.parametrize(
    "residual",
    [
        lambda u: u.xx + u.yy,
        lambda u: 3 - u.xx - 9 * u.yy,
        lambda u: u.xx + u.yy - 4 * u,
        lambda u: u - u.xx - u.yy,
        lambda u, x: u.xx + u.yy + 7 * u.x - x * u.y,
        lambda u, x: ((2 + x) * u.x).d("x") + ((2 + x) * u.y).d("y"),
        lambda u: u.xx + u.yy - u**3,
        lambda u: u.xx + u.yy - u.exp(),
    ],
)
def test_these_do(residual: Any) -> None:
    assert has_maximum_principle(problem(residual))


@pytest.mark.parametrize(
    "residual",
    [
        lambda u: u.xx + u.yy + 4 * u,
        lambda u, x: u.xx + u.yy - x * u,  # of either sign
        lambda u: u.xx - u.yy,
        lambda u: u.y - u.xx,
        lambda u: u.x + u,
        lambda u, x: u.xx + x * u.yy,
        lambda u: u.xx + u.yy + 0.1 * u.xy,
        lambda u: u.xx + u.yy + u**3,
        lambda u: u.xx + u.yy + u.exp(),
        lambda u: (u.xx + u.yy).d("x", "x"),
    ],
)
def test_these_do_not(residual: Any) -> None:
    assert not has_maximum_principle(problem(residual))


@pytest.mark.parametrize(
    ("conditions", "more"),
    [
        ([SIDES, Observations({"x": [0.0], "y": [0.5], "u": [1.0]})], {}),
        ([SIDES, Integral(lambda u: u, equals=1.0)], {}),
        ([SIDES, Periodic("x")], {}),
        ([SIDES], {"unknown": {"k": Unknown(start=1.0)}, "residual": lambda u, k: k * u.xx + u.yy}),
        (
            [Condition("x_min", lambda u, v: (u, v))],
            {"fields": ("u", "v"), "residual": lambda u, v: (u.xx + u.yy, v.xx + v.yy)},
        ),
    ],
)
def test_nor_does_what_is_more_than_one_equation_with_values_around_it(
    conditions: Any, more: dict[str, Any]
) -> None:
    asked = {"residual": lambda u: u.xx + u.yy} | more
    assert not has_maximum_principle(Problem("asked", SQUARE, conditions=conditions, **asked))


def test_fields_of_any_size_count() -> None:
    """u³ is definite about each state, torch.sin(u) is about some."""
    assert not has_maximum_principle(problem(lambda u: u.xx + u.yy - torch.sin(3 * u)))
