"""Where formulas have no value, in words."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

from nas.calculus.expression import Expression, Names
from nas.errors import UserError
from tests.calculus.formulas import expression


@pytest.mark.parametrize(
    ("function", "where"),
    [
        (lambda u: u**1.2 * u.xx + 1.2 * u**0.2 * u.x**2, "u**1.2 has no value where u < 0"),
        (lambda u: 1 + torch.sqrt(u.x) * u, "sqrt(u.x) has no value where u.x < 0"),
        (lambda u, x: torch.log(-u) * x, "log(-u) has no value where -u < 0"),
        (lambda u: torch.sqrt(1 - u**2), "sqrt(1 - u**2) has no value where 1 - u**2 < 0"),
        (lambda u: torch.acosh(u), "acosh(u) has no value where u = "),
        (lambda u: torch.log(u.value), "it has no value where fields are negative"),
        (lambda u: torch.asin(u.value), "it has no value where fields have some of the values"),
        (lambda u: (u, u**1.5), "equation 2: u**1.5 has no value where u < 0"),
        (lambda u: (u**0.5 * u.x).d("x"), "u**0.5 has no value where u < 0"),
        (
            lambda u: u.xx + torch.where(u > 0.5, math.nan, 1),
            "where(u > 0.5, nan, 1) has no value where u > 0.5;",
        ),
        (
            lambda u: u.xx + torch.where(u > 0.5, 1, math.nan),
            "where(u > 0.5, 1, nan) has no value where u > 0.5 does not hold;",
        ),
    ],
)
def test_fields_without_a_value_are_warned_of(function: Callable[..., Any], where: str) -> None:
    (warning,) = expression(function).warnings
    assert re.search(f"^residual[:,] {re.escape(where)}", warning), warning
    assert "a network passes through all kinds of values as it learns" in warning
    assert "\n" not in warning


def test_points_without_a_value_are_warned_of() -> None:
    points = torch.linspace(0, 1, 11, dtype=torch.float64)[:, None]
    found = Expression(lambda u, x: u.xx / (x - 0.5), Names(("u",), ("x",)), "source", points)
    assert found.warnings[0].startswith(
        "source: u.xx/(x - 0.5) has no value where x - 0.5 = 0, at x = 0.5;"
    )
    (warning,) = Expression(
        lambda u, x: u.xx + torch.log(x), Names(("u",), ("x",)), "source", points
    ).warnings
    assert warning == "source: log(x) has no value where x = 0, at x = 0; points may fall there"


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda u: u.xx / 0, "u.xx/0 has no finite value at any of the points and fields tried"),
        (lambda u: u * torch.nan, "u*nan has no finite value"),
        (lambda u, x: u * torch.log(x - 2), "log(x - 2) has no finite value"),
        (lambda u: (u, u.value / 0), "equation 2: it has no finite value"),
        (lambda u: (u**1j.imag + u) * torch.inf, "(u**1 + u)*inf has no finite value"),
    ],
)
def test_what_has_no_value_at_all_is_refused(function: Callable[..., Any], what: str) -> None:
    with pytest.raises(UserError, match=f"residual[:,] {re.escape(what)}.*such as x = 0.*, t = 0"):
        expression(function)


@pytest.mark.parametrize(
    "function",
    [
        lambda u: torch.sinh(u / 1e-3) - u.xx,
        lambda u: torch.sinh(u / 1e-3) - torch.sinh(u / 2e-3),
        lambda u: u.xx / u,
        lambda u: torch.exp(-1e4 * u),
        lambda u: torch.abs(u) ** 1.2 * u.xx,
        lambda u: torch.clamp(u, min=1e-3) ** 1.2,
    ],
)
def test_what_only_overflows_is_not_warned_of(function: Callable[..., Any]) -> None:
    """How large a solution will be is not known: SI units make such numbers."""
    assert expression(function).warnings == ()
