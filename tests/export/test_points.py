import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from nas.errors import UserError
from nas.export import points

NAMES, LIKE = ("x", "t"), torch.zeros((), dtype=torch.float64)

WRONG: dict[str, tuple[Any, dict[str, Any], str]] = {
    "nothing": (None, {}, "expected points (B, 2) or x=…, t=…, got nothing"),
    "both": (np.zeros((1, 2)), {"x": 0.0}, "got both; leave out x"),
    "missing": (None, {"x": 0.0}, "expected the coordinates x, t, got x; t is missing"),
    "unknown": (None, {"x": 0.0, "t": 1.0, "y": 2.0}, "got x, t, y; y is none of them"),
    "misspelt": (None, {"x": 0.0, "T": 1.0}, "got x, T; t is missing, T is none of them"),
    "shapes": (
        None,
        {"x": np.zeros(3), "t": np.zeros((2, 4))},
        "expected coordinates whose shapes broadcast, got x (3,), t (2, 4); for a grid make",
    ),
    "text": (None, {"x": "left", "t": 0.0}, "x: expected numbers as a tensor, an array or a list"),
    "uneven": (None, {"x": [[0.0], [1.0, 2.0]], "t": 0.0}, "x: expected numbers"),
    "complex": (None, {"x": 1j, "t": 0.0}, "x: expected numbers"),
    "complex tensor": (None, {"x": torch.tensor(1j), "t": 0.0}, "x: expected real numbers"),
    "none": (None, {"x": None, "t": 0.0}, "x: expected numbers"),
}


def read(given: Any = None, **named: Any) -> points.Points:
    return points.read(given, named, NAMES, LIKE)


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_told_in_one_line(case: str) -> None:
    given, named, message = WRONG[case]
    with pytest.raises(UserError, match=re.escape(message)) as error:
        read(given, **named)
    assert "\n" not in str(error.value)


def total(x: Tensor) -> Tensor:
    return x.sum(-1)


def test_what_is_large_is_asked_in_parts() -> None:
    sizes: list[int] = []

    def function(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return x[:, :1] * 10 + x[:, 1:]

    x = np.arange(40_000.0)
    got = read(x=x, t=1).ask(function)
    np.testing.assert_array_equal(got[:, 0], 10 * x + 1)
    assert max(sizes) <= 16_384
    assert sum(sizes) == 40_000


def test_no_points_are_answered_with_none() -> None:
    assert read(np.zeros((0, 2))).ask(total).shape == (0,)
    assert read(x=np.zeros((3, 0)), t=0).ask(total).shape == (3, 0)
    assert read(torch.zeros(0, 2)).ask(total).shape == (0,)


def test_numbers_of_any_type_will_do() -> None:
    assert read(x=np.float32(0.5), t=True).ask(total) == 1.5
    assert read(np.ones((2, 2), dtype=np.int32)).ask(total).tolist() == [2.0, 2.0]


def test_one_tensor_among_the_coordinates_makes_a_tensor() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    got = read(x=x, t=3).ask(total)
    assert got.dtype == torch.float64
    got.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    """In any order, and beside others, such as readings."""
    table = pd.DataFrame({"t": [0.1, 0.2], "u": [7.0, 8.0], "x": [0.9, 0.8]})
    assert read(table).tensor.tolist() == [[0.9, 0.1], [0.8, 0.2]]
    with pytest.raises(UserError, match="expected the coordinates x, t, got x; t is missing"):
        read(table[["x"]])
    with pytest.raises(UserError, match="expected the coordinates x, t, got a, b; x is missing"):
        read(pd.DataFrame({"a": [1.0], "b": [2.0]}))
    assert read(pd.DataFrame([[1.0, 2.0]])).tensor.tolist() == [[1.0, 2.0]]  # without names


@pytest.mark.parametrize("by_name", [False, True])
def test_masked_numbers_are_refused(by_name: bool) -> None:
    masked = np.ma.masked_less([[0.0, 1.0]], 0.5)
    with pytest.raises(UserError, match="expected numbers, got masked ones among them"):
        read(x=masked, t=0.0) if by_name else read(masked)
    assert read(np.ma.masked_less([[0.0, 1.0]], -1)).ask(total) == 1.0  # nothing is masked
