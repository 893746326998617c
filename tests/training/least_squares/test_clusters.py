"""Waves about peaks: which they are, and how many."""

import math

import pytest
import torch

from nas.networks.initial import highest_frequency, stream
from nas.training.least_squares.clusters import Clusters, clusters
from nas.training.least_squares.laws import Seen
from nas.training.least_squares.peaks import Peak

PLANE = Seen(["x", "t"], "raw")
STRONG = Peak(16.0, torch.tensor([[90.0, 0.0], [91.0, 2.0]]).double())
WEAK = Peak(1.0, torch.tensor([[0.0, -80.0]]).double())
LAW = Clusters((STRONG, WEAK), slow=(0.5, 0.5), wide=(0.5, 0.25), share=0.4)


def test_waves_are_shared_out() -> None:
    """Forty in a hundred are slow, and a peak of sixteen times the energy has twice as many."""
    weights, _ = LAW.drawn(100, PLANE, stream(0, 0))
    first, other = weights[0] > 70, weights[1] < -60
    assert (int(first.sum()), int(other.sum())) == (40, 20)
    slow = weights[:, ~(first | other)]
    assert slow.shape == (2, 40)
    assert float(slow.abs().max()) <= 0.5 * highest_frequency(40, 2)


def test_reaches_about_a_peak_are_by_axis() -> None:
    """So far as half of its waves span: each has a real and an imaginary part."""
    weights, _ = LAW.drawn(4000, PLANE, stream(0, 0))
    about = weights[:, weights[0] > 60] - STRONG.centre[:, None]
    span = highest_frequency(800, 2)
    assert about.abs().amax(1).tolist() == pytest.approx([0.5 * span, 0.25 * span], rel=0.02)


def test_the_picks_are_among_them_as_sine_and_cosine() -> None:
    weights, biases = LAW.drawn(100, PLANE, stream(0, 0))
    for pick in (*STRONG.picks, *WEAK.picks):
        at = (weights == pick[:, None]).all(0)
        assert biases[at].tolist() == pytest.approx([0.0, math.pi / 2])


def test_picks_take_at_most_half_of_the_waves_of_a_peak() -> None:
    many = Peak(1.0, 50 + torch.arange(20.0).double()[:, None])
    weights, _ = Clusters((many,), (1.0,), (1.0,), share=0.5).drawn(
        40, Seen(["t"], "raw"), stream(0, 0)
    )
    assert int(torch.isin(weights[0], many.picks[:, 0]).sum()) == 10


def test_the_same_stream_gives_the_same_digits() -> None:
    one, other = (LAW.drawn(100, PLANE, stream(0, 7)) for _ in range(2))
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])


def test_moves_change_one_number_each() -> None:
    moves = dict(LAW.moves())
    assert len(moves) == 2 * 2 * 2 + 4  # axes, factors, boxes; shares
    assert moves["slow 1 2"].slow == (0.5, 1.0)
    assert moves["wide 0 0.33"].wide == pytest.approx((0.5 / 3, 0.25))
    assert moves["share 0.8"].share == 0.8
    assert all(one != LAW for one in moves.values())


def test_strong_peaks_are_tried_alone_where_there_are_weak_ones() -> None:
    assert [len(one.peaks) for one in clusters([STRONG, WEAK])] == [2, 2, 2, 1, 1, 1]
    assert [one.slow[0] for one in clusters([STRONG])] == [1.0, 0.5, 0.25]
    assert clusters([]) == []


def test_the_fastest_are_those_of_the_peaks() -> None:
    assert LAW.fastest(100) == pytest.approx([90.0, 80.0])
