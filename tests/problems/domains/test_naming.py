"""Names of parts."""

import re
from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains import Box, Disc
from nas.problems.domains.naming import free_name


def test_a_name_replaces_that_of_a_single_part_and_stands_before_several() -> None:
    assert Disc((0, 0), 1).named("wire").parts == {"wire": Disc((0, 0), 1).parts["rim"]}
    assert list(Box(x=(0, 1)).named("slot").parts) == ["slot.x_min", "slot.x_max"]
    twice = Box(x=(0, 1)).named("slot").named("left")
    assert list(twice.parts) == ["left.slot.x_min", "left.slot.x_max"]


def test_all_else_is_that_of_the_domain() -> None:
    box = Box(x=(0, 1), y=(0, 2))
    named = box.named("slot")
    unit = np.array([[0.25]])
    assert named.on("slot.x_max", unit).tolist() == box.on("x_max", unit).tolist()
    assert named.measure == box.measure
    assert named.bounds == box.bounds


def test_holes_keep_their_names() -> None:
    plate = Box(x=(0, 3), y=(0, 1))
    for index in (0, 1):
        slot = Box(x=(0.5 + index, 1 + index), y=(0.4, 0.6)).named(f"slot_{index}")
        plate = plate - slot  # type: ignore[assignment]
    assert list(plate.parts)[4:6] == ["slot_0.x_min", "slot_0.x_max"]
    assert list(plate.parts)[-1] == "slot_1.y_max"


@pytest.mark.parametrize("name", ["", " hole", "a|b", 3, None, True])
def test_bad_names(name: Any) -> None:
    with pytest.raises(UserError, match=re.escape(f"named: name={name!r}: expected a word")):
        Box(x=(0, 1)).named(name)


def test_numbers_go_on() -> None:
    assert free_name("rim", []) == "rim"
    assert free_name("rim", ["rim"]) == "rim_2"
    assert free_name("rim", ["rim", "rim_2", "rim_3"]) == "rim_4"
