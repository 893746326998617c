"""Numbers and durations as people write them."""

import math

import pytest

from nas.reports import words


def test_numbers_as_scientists_write_them() -> None:
    given = [0, 0.5, 0.01234, 1.234e-5, 123.4, 4321.0, 1.5e7, math.nan, math.inf]
    wanted = ["0", "0.5", "0.0123", "1.23e-5", "123", "4321", "1.50e7", "–", "–"]
    assert [words.number(value) for value in given] == wanted


def test_durations() -> None:
    given = [3.4, 59.9, 200, 3600 * 2 + 300]
    wanted = ["3 s", "1 min 00 s", "3 min 20 s", "2 h 05 min"]
    assert [words.duration(value) for value in given] == wanted


@pytest.mark.parametrize("ratio", [1, 0.9996, 1.0004])
def test_nothing_is_said_to_be_one_times_as_large(ratio: float) -> None:
    assert words.times(ratio) == "as large as"
    assert words.times(0.99) == "0.99 times"
