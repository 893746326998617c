"""Made-up fields."""

import torch

from nas.calculus.derivatives import Laplacian
from nas.calculus.invented import Invented


def test_waves_are_told_apart_and_stay_the_same() -> None:
    rows = torch.arange(10)
    waves = Invented(rows)
    assert waves.fetch(0, (1, 0)) is not waves.fetch(0, (1, 0))
    assert torch.equal(waves.fetch(0, (1, 0)), waves.fetch(0, (1, 0)))
    assert len(waves.leaves) == 1
    experts = Invented(rows, experts=True)
    assert torch.equal(experts.fetch(0, (1, 0))[0], waves.fetch(0, (1, 0)))
    assert (experts.fetch(0, (1, 0))[1] < 0).all()


def test_the_laplacian_is_the_sum_of_second_derivatives() -> None:
    waves = Invented(torch.arange(10))
    expected = waves.wave(1, (2, 0, 0)) + waves.wave(1, (0, 0, 2))
    torch.testing.assert_close(waves.wave(1, Laplacian((0, 2))), expected)
