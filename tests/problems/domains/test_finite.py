"""Numbers as users write them, and what is none."""

from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains.finite import finite, number, numbers


@pytest.mark.parametrize(
    "value", [True, np.True_, "1", b"1", None, 1j, float("nan"), float("inf"), 10**400, (1,)]
)
def test_what_is_no_number(value: Any) -> None:
    assert np.isnan(number(value))


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int64(1), np.array(1.0)])
def test_numbers_of_any_kind(value: Any) -> None:
    assert number(value) == 1
    assert numbers([value, 2]) == (1, 2)


@pytest.mark.parametrize("value", [3, None, "12", b"12"])
def test_what_is_no_sequence_of_numbers(value: Any) -> None:
    assert numbers(value) == ()


@pytest.mark.parametrize(("given", "shape"), [(2, ()), ([1, 2], (2,)), ([[1.5], [2]], (2, 1))])
def test_numbers_keep_their_shape(given: Any, shape: tuple[int, ...]) -> None:
    assert finite("k", given).shape == shape


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ("high", "^k: expected numbers, got 'high'$"),
        ([[1.0], [2.0, 3.0]], r"^k: expected numbers, got \[\[1.0\], \[2.0, 3.0\]\]$"),
        (float("nan"), "^k: expected finite numbers, got nan; leave it out$"),
        (
            [1.0, float("nan"), float("nan")],
            "^k: expected finite numbers, got nan in row 2; leave it out$",
        ),
        (
            [[1.0, 2.0], [3.0, float("nan")]],
            "^k: expected finite numbers, got nan in row 2; leave it out$",
        ),
    ],
)
def test_arrays_of_all_else_are_refused(given: Any, match: str) -> None:
    with pytest.raises(UserError, match=match):
        finite("k", given, "leave it out")
