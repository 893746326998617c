"""Frequencies by the roughness of residuals."""

import pytest

from nas.networks.initial import SLOWEST, highest_frequency
from nas.training.least_squares.reaches import reach, shapes


def test_frequencies_follow_the_roughness_where_it_is_uneven() -> None:
    assert shapes([3.0, 5.0, 4.0], own=[]) == [[1.0, 1.0, 1.0]]
    even, uneven = shapes([2.0, 50.0], own=[])
    assert even == [1.0, 1.0]
    assert uneven == pytest.approx([0.2, 5.0])


def test_frequencies_follow_the_equations_where_they_are_uneven() -> None:
    assert shapes([1.0, 1.0], own=[[0.8, 1.25], [0.1, 10.0]]) == [[1.0, 1.0], [0.1, 10.0]]


def test_as_many_functions_fit_whatever_the_shape() -> None:
    slow, fast = reach(10_000, [0.5, 2.0], size=1.0)
    assert slow * fast == pytest.approx(highest_frequency(10_000, 2) ** 2)
    assert reach(100, [1e-3, 1.0], 1.0)[0] == SLOWEST
