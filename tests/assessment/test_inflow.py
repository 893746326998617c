"""What is carried along has to be given where it comes in."""

from typing import Any

import pytest
import torch

from nas.assessment.inflow import given_downstream
from nas.assessment.undetermined import left_open
from nas.problems import Box, Condition, Disc, Periodic, Problem, Unknown

STRIP, SQUARE = Box(x=(0, 1), t=(0, 1)), Box(x=(0, 1), y=(-1, 1))
START = Condition("t_min", lambda u, x: u - torch.sin(3 * x))


def on(*parts: str) -> Condition:
    return Condition(parts, lambda u: u)


def told(residual: Any, *conditions: Any, domain: Any = STRIP, **more: Any) -> list[str]:
    return list(given_downstream(Problem("belt", domain, residual, conditions, **more)))


@pytest.mark.parametrize(
    ("residual", "conditions", "domain", "out", "comes"),
    [
        (lambda u: u.t - u.x, [START, on("x_min")], STRIP, "x_min", "x_max"),
        (lambda u: u.t + u.x + u, [START, on("x_max")], STRIP, "x_max", "x_min"),
        (lambda u: -3 * u.t + u.x, [on("x_min"), START], STRIP, "x_min", "x_max"),
        (lambda u, x: u.t + (1 + x) * u.x, [START, on("x_max")], STRIP, "x_max", "x_min"),
        (lambda u: -2 * u.x + u.y, [on("x_min"), on("y_min")], SQUARE, "y_min", "y_max"),
    ],
)
def test_given_where_it_is_carried_out(
    residual: Any, conditions: Any, domain: Box, out: str, comes: str
) -> None:
    (line,) = told(residual, *conditions, domain=domain)
    assert line.startswith(f"u is given on {out}, where its equation carries it out of the domain")
    assert f", and not on {comes}, where it comes in" in line
    assert left_open(Problem("belt", domain, residual, conditions)) == [line]


@pytest.mark.parametrize(
    ("residual", "conditions", "more"),
    [
        (lambda u: u.t - u.x, [START, on("x_max")], {}),
        (lambda u: u.t + u.x, [START, on("x_min")], {}),
        (lambda u: u.t + u.x, [START, Periodic("x")], {}),
        (lambda u: u.t + u.x, [START], {}),  # to be counted elsewhere
        (lambda u: u.t + u.x, [on("t_max", "x_max")], {}),  # backwards
        (lambda u: u.t + u.x, [START, on("x_min", "x_max")], {}),  # too many
        (lambda u, x: u.t + (x - 0.5) * u.x, [START], {}),
        (lambda u: u.t + u * u.x, [START, on("x_max")], {}),  # as u says
        (lambda u: u.t + u.x - 0.1 * u.xx, [START, on("x_max")], {}),
        (lambda u: u.t, [START, on("x_max")], {}),
        (lambda u, c: u.t + c * u.x, [START, on("x_max")], {"unknown": {"c": Unknown(1.0)}}),
        (lambda u: u.x + 2 * u.y, [Condition("rim", lambda u: u)], {"domain": Disc((0, 0), 1)}),
    ],
)
def test_others_are_left_alone(residual: Any, conditions: Any, more: Any) -> None:
    assert told(residual, *conditions, **more) == []
