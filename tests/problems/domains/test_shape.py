"""What the toolkit's domains tell of themselves, and what is made of those that do not."""

from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains import Array, Box, Mask
from nas.problems.domains.shape import interior, placed, sides, slack


class Plain:
    """The unit interval times itself, with nothing but what a domain has to have."""

    coordinates, bounds, measure = ("x", "y"), ((0.0, 1.0), (0.0, 1.0)), 1.0

    def __init__(self, leaves_out: bool) -> None:
        self.leaves_out = leaves_out
        self.parts = {"x_min": 1.0}

    def __repr__(self) -> str:
        return "Plain()"

    def contains(self, points: Array) -> Mask:
        inside: Mask = np.all((points >= 0) & (points <= 1), axis=1)
        return inside

    def on(self, part: str, unit: Array) -> Array:
        return np.insert(unit, 0, 0.0, axis=1)[int(self.leaves_out) :]


def test_a_domain_that_does_not_tell_takes_its_boundary_with_it() -> None:
    plain: Any = Plain(leaves_out=False)
    points = np.array([[0.0, 0.5], [0.5, 0.5]])
    assert interior(plain, points).tolist() == [True, True]
    assert interior(Box(x=(0, 1), y=(0, 1)), points).tolist() == [False, True]


def test_a_domain_that_does_not_tell_is_outside_of_its_bounds_alone() -> None:
    plain: Any = Plain(leaves_out=False)
    low = np.array([[0.2, 0.2], [1.0, 0.0]])
    assert sides(plain, low, low + 0.1).tolist() == [0, -1]
    assert slack(plain).tolist() == [1e-10, 1e-10]


def test_points_are_placed_one_for_one() -> None:
    plain: Any = Plain(leaves_out=False)
    points, kept = placed(plain, "x_min", np.array([[0.25], [0.75]]))
    assert points.tolist() == [[0, 0.25], [0, 0.75]]
    assert kept.all()


def test_what_leaves_points_out_has_to_tell_which() -> None:
    plain: Any = Plain(leaves_out=True)
    with pytest.raises(UserError, match=r"Plain\(\): on\('x_min', ...\) leaves points out; to"):
        placed(plain, "x_min", np.array([[0.25], [0.75]]))
