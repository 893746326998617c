"""Columns of pairs, against those that automatic differentiation of a prescribed value gives."""

import math

import torch

from tests.training.least_squares import fast_waves
from tests.training.least_squares.fast_waves import FREQUENCIES, drawn, prescribed, waves

PROBLEM = prescribed(waves)


def test_what_is_prescribed_is_a_sum_of_its_own_columns() -> None:
    """Inside and at the side; slow parts are taken from both alike."""
    pairs = fast_waves.pairs(PROBLEM)
    columns = pairs.columns(FREQUENCIES)
    assert columns.shape == (sum(len(one) for one in drawn(PROBLEM).samples), 2, 2)
    amplitudes = torch.tensor([1.0, 0.0, 0.5 * math.cos(0.7), 0.5 * math.sin(0.7)]).double()
    torch.testing.assert_close(columns.flatten(1) @ amplitudes, -pairs.residuals)


def test_slow_waves_do_nothing_more() -> None:
    pairs = fast_waves.pairs(prescribed(lambda x, y: torch.sin(x + 2 * y)))
    assert float(pairs.residuals.norm()) < 1e-5  # of a root mean square of about one
    slow = pairs.columns(torch.tensor([[1.0, -2.0], [0.0, 0.0]]).double())
    fast = pairs.columns(torch.tensor([[40.0, 0.0]]).double())
    assert float(slow.norm()) < 1e-4 * float(fast.norm())


def test_many_frequencies_have_the_columns_of_each() -> None:
    pairs = fast_waves.pairs(PROBLEM)
    many = torch.linspace(20, 50, 450).double()[:, None].repeat(1, 2)
    torch.testing.assert_close(pairs.columns(many)[:, 440:441], pairs.columns(many[440:441]))


def test_a_residual_without_a_value_tells_nothing() -> None:
    pairs = fast_waves.pairs(prescribed(lambda x, y: torch.where(x > 0.5, torch.nan, x + 1)))
    assert bool(pairs.residuals.isfinite().all())
    assert bool(pairs.columns(FREQUENCIES).isfinite().all())
