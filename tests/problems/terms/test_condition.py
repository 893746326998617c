"""What a condition may stand on."""

from typing import Any

import pytest

from nas.errors import UserError
from nas.problems import Box, Condition
from nas.problems.terms import PointCounts
from nas.problems.terms.condition import Boundary


@pytest.mark.parametrize("on", [None, 3, {"x_min", "x_max"}, (("x_min",),), ("x_min", 2)])
def test_what_is_no_name_nor_names_in_an_order_is_refused(on: Any) -> None:
    with pytest.raises(UserError, match="expected the name of a part of the boundary, such as"):
        Condition(on, lambda u: u)


def test_a_list_of_parts_is_taken() -> None:
    assert Condition(["x_min", "x_max"], lambda u: u).parts == ("x_min", "x_max")  # type: ignore[arg-type]


def test_exact_is_true_or_false() -> None:
    wrong: Any = "no"
    with pytest.raises(UserError, match=r"exact='no': expected True or False"):
        Condition("x_min", lambda u: u, exact=wrong)


def test_each_part_has_a_point_however_few_are_wanted() -> None:
    box, few = Box(x=(0, 1), y=(0, 1), z=(0, 1)), PointCounts(interior=1, boundary=1)
    drawn = Boundary().draw(box, tuple(box.parts), few, seed=0, draw=0, method="sobol")
    assert {part: len(found.points) for part, found in drawn.items()} == dict.fromkeys(box.parts, 1)
