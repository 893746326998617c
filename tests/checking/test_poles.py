"""Denominators that vanish within reach are told, and nothing else is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from nas.checking.check import check
from nas.checking.poles import poles
from nas.problems import Box, Condition, Observations, Problem, Unknown, load, names

PLAIN = Problem(
    name="eaten",
    domain=Box(x=(0, 1)),
    fields=("s", "p"),
    residual=lambda s, p: (s.xx - s, p.xx - s),
    conditions=[
        Condition("x_min", lambda s, p: (s + 1, p + 1)),
        Condition("x_max", lambda s, p: (s - 5, p - 1)),
    ],
)


@pytest.mark.parametrize(
    "rate",
    [
        lambda s: s / (0.6 + s),  # Michaelis & Menten's, Monod's, Langmuir's
        lambda s: 1 / (s - 4),
        lambda s: 1e-3 / s**2,
        lambda s: s**-0.5,
        lambda s: torch.tan(s),
    ],
)
def test_a_pole_within_reach_is_told(rate: Callable[[Any], Any]) -> None:
    (told,) = poles(replace(PLAIN, residual=lambda s, p: (p.xx - s, s.xx - rate(s))))
    assert told.startswith(
        "equations (2 of 2): it is infinite at some values of s, p that networks"
    )


def test_unknown_coefficients_are_at_their_start() -> None:
    found = replace(
        PLAIN,
        residual=lambda s, p, k: (s.xx - s / (k + s), p.xx - s),
        unknown={"k": Unknown(start=0.6)},
        conditions=[*PLAIN.conditions, Observations({"x": [0.5], "s": [1.0]})],
    )
    assert len(list(poles(found))) == 1


@pytest.mark.parametrize(
    "rate",
    [
        lambda s: s / (100 + s),  # far away
        lambda s: s / (1 + s**2),
        lambda s: torch.exp(s),
        lambda s: s**12,
        lambda s: torch.log(10 + s),
        lambda s: torch.sinh(10 * s),
        lambda s: 100 * torch.exp(-((s / 0.05) ** 2)) * s.x,  # a narrow bump
        lambda s: 1e5 * torch.exp(-20 / (4 + s)) * s,
    ],
)
def test_what_is_only_steep_is_not(rate: Callable[[Any], Any]) -> None:
    changed = replace(PLAIN, residual=lambda s, p: (s.xx - rate(s), p.xx - s))
    assert list(poles(changed)) == []


@pytest.mark.parametrize("name", names())
def test_no_problem_of_the_zoo_has_one(name: str) -> None:
    assert list(poles(load(name))) == []


def test_what_has_no_value_is_told_only_within_reach() -> None:
    def warned(offset: float) -> bool:
        rate = Problem(
            name="rate",
            domain=Box(x=(0, 1)),
            residual=lambda u: u.xx + torch.exp(-8000 / u),
            conditions=[
                Condition("x_min", lambda u: u - offset),
                Condition("x_max", lambda u: u - offset - 30),
            ],
        )
        assert any("has no value" in line for line in rate.warnings)
        return any("has no value" in line for line in check(rate).warnings)

    assert not warned(300.0)
    assert warned(-15.0)
