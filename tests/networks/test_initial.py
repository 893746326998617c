"""Streams of random numbers, and the bounds of the initial weights."""

import math

import torch

from nas.networks.initial import glorot, highest_frequency, stream, waves


def test_weights_fill_their_bounds_evenly() -> None:
    (weight,) = glorot([100, 50], stream(3, 7))
    bound = (6 / 150) ** 0.5
    assert 0.99 * bound < weight.abs().max() <= bound
    assert abs(weight.mean()) < 0.02 * bound
    assert abs(weight.square().mean() / (bound**2 / 3) - 1) < 0.05


def test_streams_are_independent_of_each_other_and_of_what_was_drawn_before() -> None:
    def drawn(seed: int, number: int) -> torch.Tensor:
        return torch.rand(4, generator=stream(seed, number))

    first = drawn(1, 2)
    assert torch.equal(first, drawn(1, 2))
    assert not torch.equal(first, drawn(1, 3))
    assert not torch.equal(first, drawn(2, 2))


def test_waves_fill_their_reach_in_every_input_and_all_phases() -> None:
    weights, phases = waves([1.0, 2.0], 2000, [4.0, 30.0], stream(0, 0))
    for row, reach in zip(weights, [4.0, 15.0], strict=True):
        assert 0.99 * reach < row.abs().max() <= reach
        assert abs(row.square().mean() / (reach**2 / 3) - 1) < 0.1
    assert 0.99 * math.pi < phases.abs().max() <= math.pi


def test_waves_span_about_as_many_functions_as_there_are() -> None:
    """On [-1, 1] frequencies up to k have 2 k / π dimensions, and some at the ends."""
    count = 200
    (weights,), phases = waves([1.0], count, [highest_frequency(count, 1)], stream(0, 0))
    x = torch.linspace(-1, 1, 1000, dtype=torch.float64)[:, None]
    rank = torch.linalg.matrix_rank(torch.sin(x * weights + phases), rtol=1e-6)
    assert 0.85 * count < rank <= count
