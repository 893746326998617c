"""Streams of random numbers, and the bounds of the initial weights."""

import torch

from nas.networks.initial import glorot, stream


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
