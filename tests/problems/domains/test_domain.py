"""What all domains are made with: names, messages."""

from typing import Any

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.problems.domains import Box, check_names, check_part, distance, into_bounds
from nas.problems.domains.domain import rounding


@pytest.mark.parametrize("names", [("x",), ("theta", "x1"), ("d", "n"), ("λ",)])
def test_names_of_coordinates(names: tuple[str, ...]) -> None:
    check_names("Box", names)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("2x",), "Box: coordinate '2x': expected a word that can stand in a formula"),
        (("",), "coordinate '': expected a word that can stand in a formula"),
        (("lambda",), "coordinate 'lambda': expected a word that can stand in a formula"),
        (("_x",), "coordinate '_x': expected a word that can stand in a formula"),
        ((3,), "coordinate 3: expected a word that can stand in a formula"),
        (("value",), "coordinate 'value': u.value means something else; expected another name"),
        (("derivative",), "coordinate 'derivative': u.derivative means something else"),
        (("normal",), "coordinate 'normal': u.normal means something else"),
        (("x", "t", "xt"), "coordinate 'xt': u.xt is the derivative by x and t; expected another"),
        (("x", "y", "x"), "expected distinct coordinates, got x, y, x"),
    ],
)
def test_bad_names_of_coordinates(names: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        check_names("Box", names)


def test_a_part_that_there_is_not() -> None:
    with pytest.raises(UserError, match=r"'top': no such part .* expected one of x_min, x_max"):
        check_part(Box(x=(0, 1)), "top")


def test_rounding_grows_with_the_distance_from_the_origin() -> None:
    assert rounding([(0, 1)]) == 8 * np.finfo(float).eps
    assert rounding([(-1e6, 0)]) == 1e6 * rounding([(0, 1)])


def test_the_upper_end_is_met_where_rounding_would_pass_it() -> None:
    low, high = -3.0, -0.97
    assert low + (high - low) * 1.0 > high
    assert into_bounds(Box(x=(low, high)), np.array([[1.0]])).item() == high


def test_a_domain_without_distances() -> None:
    class Plain:
        coordinates, bounds, parts, measure = ("x",), ((0.0, 1.0),), {"end": 1.0}, 1.0

        def __repr__(self) -> str:
            return "Plain()"

    plain: Any = Plain()
    with pytest.raises(UserError, match=r"Plain\(\): has no distance function, so a condition on"):
        distance(plain, "end", torch.zeros(1, 1))
