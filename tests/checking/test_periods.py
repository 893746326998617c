"""Values that cannot be the same at both ends of a period are told, others are not."""

from typing import Any

import pytest
import torch

from nas import problems
from nas.checking.check import check
from nas.checking.periods import unlike_ends
from nas.problems import Box, Condition, Disc, Periodic, Problem, laplacian

RING = Box(x=(0, 1), t=(0, 1))


def ring(*conditions: Condition, exact: bool = False) -> Problem:
    wanted: list[Any] = [*conditions, Periodic("x", exact=exact)]
    return Problem("ring", RING, lambda u: u.t - u.xx, wanted, balanced=False)


@pytest.mark.parametrize("exact", [False, True])
def test_a_start_that_is_not_periodic_is_told_by_the_check(exact: bool) -> None:
    wrong = ring(Condition("t_min", lambda u, x: u - 2 * x), exact=exact)
    line = "u is periodic along x, but 0 at x=0 and 2 at x=1 by the condition on t_min"
    assert line in check(wrong).warnings


def test_two_ends_with_two_values_are_told() -> None:
    (line,) = unlike_ends(
        ring(Condition("x_min", lambda u: u), Condition("x_max", lambda u: u - 3))
    )
    assert line.endswith("0 at x=0 and 3 at x=1 by the conditions on x_min and x_max")


def test_what_is_periodic_is_left_alone() -> None:
    start = Condition("t_min", lambda u, x: u - torch.cos(2 * torch.pi * x))
    assert unlike_ends(ring(start, Condition("x_min", lambda u, t: u - 1 - t))) == []


def test_the_rim_of_a_hole_between_the_ends_is_left_alone() -> None:
    plate = Box(x=(0, 1), y=(0, 1)) - Disc((0.5, 0.5), 0.2)
    held = Condition("rim", lambda u, x: u - x)
    made = Problem("plate", plate, lambda u: laplacian(u), [held, Periodic("x")], balanced=False)
    assert unlike_ends(made) == []


@pytest.mark.parametrize("name", ["allen_cahn", "convection", "schroedinger"])
def test_the_toolkits_own_problems_agree(name: str) -> None:
    assert unlike_ends(problems.load(name)) == []
