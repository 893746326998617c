"""Frequencies picked among guesses: those of known waves, and none of noise."""

from dataclasses import replace

import pytest
import torch

from nas.networks.initial import stream
from nas.problems import Condition
from nas.training.least_squares.picking import chance, picked
from tests.training.least_squares import fast_waves
from tests.training.least_squares.fast_waves import FREQUENCIES, prescribed, waves

PAIRS = fast_waves.pairs(prescribed(waves))


def guesses(number: int = 0) -> torch.Tensor:
    even = torch.rand(800, 2, generator=stream(0, number), dtype=torch.float64)
    return 160 * even - 80


def test_exact_guesses_are_picked_the_strongest_first() -> None:
    """The second is what is left when the first has been solved for."""
    among = torch.cat([guesses(), FREQUENCIES])
    found = picked(PAIRS, among, stream(0, 1))
    torch.testing.assert_close(found[:2], FREQUENCIES, rtol=0, atol=0.3)


def test_a_pick_is_refined_beyond_the_guess() -> None:
    apart = FREQUENCIES[:1] + 0.5
    found = picked(PAIRS, apart, stream(0, 1))
    assert float((found[0] - FREQUENCIES[0]).norm()) < 0.7 * float((apart - FREQUENCIES[0]).norm())


def test_nothing_is_picked_of_white_noise() -> None:
    """Of the decimals of a huge wave, which no point has in common with another."""

    def noise(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        huge = 43758.5453 * torch.sin(7129.8 * x + 5233.7 * y)
        return huge - torch.floor(huge) - 0.5

    inside = replace(prescribed(noise), conditions=[Condition("x_min", lambda u: u)])
    found = picked(fast_waves.pairs(inside), guesses(), stream(0, 1))
    assert found.shape == (0, 2)


def test_of_nothing_nothing_is_picked() -> None:
    found = picked(fast_waves.pairs(prescribed(lambda x, y: 0 * x)), guesses(), stream(0, 1))
    assert len(found) == 0


def test_the_same_picks_twice_are_the_same_digits() -> None:
    one, other = (picked(PAIRS, guesses(), stream(0, 1)) for _ in range(2))
    assert len(one) > 0
    assert torch.equal(one, other)


def test_chance_bounds_the_best_of_many_tries_of_noise() -> None:
    """In one of ten times at most; by the mean it is not far off."""
    random = stream(0, 3)
    undone = torch.randn(300, 500, 2, generator=random, dtype=torch.float64).square().sum(-1)
    best = undone.amax(1)
    bound = chance(columns=2, tries=500)
    assert float((best > bound).double().mean()) < 0.1
    assert float(best.mean()) == pytest.approx(bound, rel=0.6)
