"""Arguments of functions, taken apart and put together again."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.arguments import accepted, flat, plain
from nas.errors import UserError
from tests.calculus.formulas import OTHER, VALUE, coordinate


def test_nested_ones_become_tensors_of_the_same_nesting() -> None:
    x = coordinate()
    found = plain(([x, (1, x)], {"dim": 0, "of": x}, "mean"))
    assert found[0][0] is x.value
    assert (found[0][1][0], found[1]["dim"], found[2]) == (1, 0, "mean")
    assert plain([x, x], {id(x): OTHER})[1] is OTHER
    assert [one for one in flat(([x, (1,)], {"of": 2})) if one is not x] == [1, 2]


def test_numbers_of_every_kind_are_taken() -> None:
    for number in (2, 2.0, np.float64(2), np.int32(2), np.array(2.0), Fraction(4, 2), True + 1):
        taken = accepted(number)
        assert taken == 2
        assert type(taken) in (int, float, np.float64)
    assert accepted(VALUE) is VALUE


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (1j, "complex numbers"),
        (np.complex64(1j), "complex numbers"),
        (torch.tensor(1j), "complex numbers"),
        (np.zeros(2), r"an array of shape \(2,\)"),
    ],
)
def test_others_are_refused(item: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        accepted(item)
