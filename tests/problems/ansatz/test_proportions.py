"""Terms of an equation that differ beyond all measure are told, and no honest problem is."""

from typing import Any

import pytest
import torch

from nas import problems
from nas.problems import Box, Condition, Problem

ENDS = Condition(("x_min", "x_max"), lambda u: u)


def rod(residual: Any, **changes: Any) -> Problem:
    return Problem("rod", Box(x=(0, 1)), residual, [ENDS], **changes)


def of_proportion(problem: Problem) -> list[str]:
    return [line for line in problem.warnings if "badly scaled: its term in" in line]


@pytest.mark.parametrize("balanced", [True, False])
def test_a_perturbation_that_nothing_sees_is_told(balanced: bool) -> None:
    tiny = rod(lambda u, x: 1e-9 * u.xx + u - 1e6 * torch.sin(x), balanced=balanced)
    (line,) = of_proportion(tiny)
    assert line.startswith("equations: badly scaled: its term in u.xx is about 2e-08 of that in u,")


@pytest.mark.parametrize("small", [1e-5, 1.0, 1e4])
def test_a_moderate_one_is_not(small: float) -> None:
    assert not of_proportion(rod(lambda u, x: small * u.xx + u - torch.sin(x)))


def test_the_equation_of_a_system_is_named() -> None:
    """Decays of three nuclides; one constant is per second where the time is in years."""
    decays = Problem(
        "decays",
        Box(t=(0, 4)),
        lambda a, b, c: (a.t + a, b.t + b - 3e-8 * a, c.t + c - b),
        [Condition("t_min", lambda a, b, c: (a - 1, b - 1, c - 1))],
        fields=("a", "b", "c"),
    )
    (line,) = of_proportion(decays)
    assert line.startswith("equations (2 of 3): badly scaled: its term in a is about ")


def test_units_do_not_matter() -> None:
    micro = Problem(
        "strip", Box(x=(0, 1e-6), t=(0, 1e-3)), lambda u: u.t - 1e-9 * u.xx,
        [Condition("t_min", lambda u, x: u - 300 - 1e7 * x)],
    )  # fmt: skip
    assert not of_proportion(micro)


def test_what_rounding_leaves_of_terms_that_cancel_is_none() -> None:
    cancelled = rod(lambda u, x: u.xx + 1 + 0.1 * u.x + 0.2 * u.x - 0.3 * u.x)
    assert not of_proportion(cancelled)


def test_a_term_that_is_large_at_some_points_alone_is_none() -> None:
    spot = rod(lambda u, x: u.xx + torch.where(x < 0.01, 1e9, 0.0) * u + 1)
    assert not of_proportion(spot)


@pytest.mark.parametrize("name", problems.names())
def test_none_of_the_toolkits_problems_is_complained_of(name: str) -> None:
    assert not problems.load(name).warnings


def test_a_product_that_happens_to_be_small_at_one_state_is_no_disproportion() -> None:
    film = Problem(
        "film",
        Box(x=(0, 1), t=(0, 1e-2)),
        lambda h: h.t + (h**3 * h.xxx).d("x"),
        [
            Condition("t_min", lambda h, x: h - 1 - 0.2 * torch.cos(6.28 * x)),
            Condition(("x_min", "x_max"), lambda h: (h.x, h.xxx)),
        ],
        fields=("h",),
    )
    assert film.warnings == ()
