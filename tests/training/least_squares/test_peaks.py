"""Peaks of a residual: a known sum of waves has those of its waves, and no others."""

import torch

from nas.training.least_squares.outputs import zero
from nas.training.least_squares.peaks import Peak, grouped, peaks
from tests.training.least_squares.fast_waves import FREQUENCIES, prescribed, sampler, waves

PROBLEM = prescribed(waves)


def found(seed: int = 0) -> list[Peak]:
    return peaks(sampler(PROBLEM), zero(PROBLEM), seed)


def test_a_known_sum_of_waves_is_found() -> None:
    centres = torch.stack([one.centre * one.centre[0].sign() for one in found()[:2]])
    torch.testing.assert_close(centres, FREQUENCIES, rtol=0, atol=1e-5)


def test_an_exact_answer_has_none() -> None:
    problem = prescribed(lambda x, y: 0 * x)
    assert peaks(sampler(problem), zero(problem), seed=0) == []


def test_the_same_seed_gives_the_same_digits() -> None:
    one, other = found(), found()
    assert len(one) == len(other)
    assert all(torch.equal(a.picks, b.picks) for a, b in zip(one, other, strict=True))


def test_what_is_near_along_all_axes_is_one_peak() -> None:
    far = torch.tensor([[20.0, 0.0], [20.0, 5.0], [16.0, 1.0], [-16.0, 4.0]]).double()
    energies = torch.tensor([4.0, 3.0, 2.0, 1.0]).double()
    one, other = grouped(far, energies)
    assert one.picks.tolist() == [[20.0, 0.0], [16.0, 1.0], [16.0, -4.0]]
    assert (one.energy, other.energy) == (7.0, 3.0)
    assert other.picks.tolist() == [[20.0, 5.0]]
