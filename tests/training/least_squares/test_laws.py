"""Frequencies as their laws say, for coordinates that are seen as they are and by waves."""

import math

import pytest
import torch

from nas.networks.initial import SLOWEST, highest_frequency, stream
from nas.training.least_squares.laws import FAINT, AtCorners, Box, Cross, Seen, crosses

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


CORNER = "corner x y 0 0 270 45 0 1"


def test_at_a_corner_each_function_is_a_unit_and_the_rest_are_waves() -> None:
    seen, law = Seen(["x", "y"], CORNER), Box((30.0, 6.0))
    weights, biases = AtCorners(law, CORNER, ()).drawn(100, seen, stream(0, 0))
    same, phases = law.drawn(88, Seen(["x", "y"], "raw"), stream(0, 0))
    assert torch.equal(weights[:2, :88], same)
    assert torch.equal(biases, torch.cat([phases, torch.zeros(12)]))
    assert torch.equal(weights[2:, 88:], FAINT * torch.eye(12, dtype=torch.float64))
    assert not bool(weights[2:, :88].any())
    assert not bool(weights[:2, 88:].any())


def test_along_time_functions_come_times_waves() -> None:
    """Half of all units: a function by itself, and in pairs of which it is the difference."""
    law = AtCorners(Box((30.0, 6.0, 5.0)), CORNER, others=(2,))
    assert [law.modes(count) for count in (50, 100, 200, 400)] == [0, 1, 3, 7]
    assert [law.units(count) for count in (50, 100, 200, 400)] == [12, 36, 84, 180]
    weights, biases = law.drawn(200, Seen(["x", "y", "t"], CORNER), stream(0, 0))
    along, corners = weights[:3, -72:], weights[3:, -72:]
    assert not bool(along[:2].any())
    assert 0 < float(along[2].abs().max()) <= 5
    for mode in range(3):
        plus, minus = (slice(24 * mode + 12 * k, 24 * mode + 12 * (k + 1)) for k in (0, 1))
        assert torch.equal(corners[:, plus], -corners[:, minus])
        assert torch.equal(along[:, plus], along[:, minus])
        features = torch.rand(15, generator=stream(0, 1)).double()
        waves = torch.sin(features @ weights[:, -72:] + biases[-72:])
        angle = features[2] * along[2, plus] + biases[-72:][plus]
        product = 2 * torch.cos(angle) * torch.sin(FAINT * features[3:])
        torch.testing.assert_close(waves[plus] - waves[minus], product, rtol=1e-9, atol=1e-15)


def test_at_a_corner_a_law_grows_as_it_does() -> None:
    law = AtCorners(Box((30.0, 6.0)), CORNER, ())
    assert [one.law for one in law.later()] == Box((30.0, 6.0)).later()  # type: ignore[attr-defined]
    assert law.fastest(100) == [30.0, 6.0]
