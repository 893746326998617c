"""Frequencies as their laws say, for coordinates that are seen as they are and by waves."""

import math

import pytest
import torch

from nas.networks.initial import SLOWEST, highest_frequency, stream
from nas.training.least_squares.laws import Box, Cross, Seen, crosses

CUBE = Seen(["x", "y", "z"], "raw")


def test_a_box_is_filled_evenly() -> None:
    weights, biases = Box((30.0, 6.0)).drawn(4000, Seen(["x", "t"], "raw"), stream(0, 0))
    assert weights.shape == (2, 4000)
    assert biases.shape == (4000,)
    for row, reach in zip(weights, (30.0, 6.0), strict=True):
        assert float(row.std()) == pytest.approx(reach / 3**0.5, rel=0.05)
        assert float(row.abs().max()) <= reach


def test_a_larger_box_is_tried_for_twice_as_many() -> None:
    same, larger = Box((30.0, 6.0)).later()
    assert same == Box((30.0, 6.0))
    assert larger.fastest(200) == pytest.approx([30 * 2**0.5, 6 * 2**0.5])


@pytest.mark.parametrize("axes", [1, 2])
def test_waves_of_a_cross_vary_along_so_many_axes(axes: int) -> None:
    weights, _ = Cross(3, axes, size=0.5).drawn(600, CUBE, stream(0, 0))
    assert bool(((weights != 0).sum(0) == axes).all())
    by_axis = (weights != 0).double().mean(1)
    assert by_axis.tolist() == pytest.approx([axes / 3] * 3, abs=0.07)


def test_a_cross_reaches_what_its_share_of_the_waves_can_span() -> None:
    """Of 300 waves in three dimensions 100 vary along each axis, and along each pair of axes."""
    assert Cross(3, axes=1, size=0.5).fastest(300) == [0.5 * highest_frequency(100, 1)] * 3
    assert Cross(3, axes=2, size=1.0).fastest(300) == [highest_frequency(100, 2)] * 3
    assert Cross(20, axes=2, size=0.5).fastest(100) == [SLOWEST] * 20


def test_what_is_seen_by_waves_varies_as_one_axis() -> None:
    """The sine and the cosine of a periodic coordinate belong to it together."""
    seen = Seen(["x", "y", "z"], "periodic x")
    weights, _ = Cross(3, axes=1, size=0.5).drawn(300, seen, stream(0, 0))
    by_axis = [[row for row, one in enumerate(seen.axes) if one == axis] for axis in range(3)]
    there = torch.stack([weights[rows].abs().sum(0) > 0 for rows in by_axis])
    assert bool((there.sum(0) == 1).all())
    x = weights[by_axis[0]]
    assert float(x.abs().max()) * math.pi <= highest_frequency(100, 1) / 2


def test_there_are_crosses_from_three_dimensions_on() -> None:
    assert [len(crosses(dimension)) for dimension in (1, 2, 3, 5)] == [0, 0, 4, 4]
