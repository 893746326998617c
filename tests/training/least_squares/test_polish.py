"""Polished frequencies: a known sum of waves is found; steps against torch's least squares."""

import math

import torch

from nas.training.least_squares.polish import Fit, fitted, polished, step
from tests.training.least_squares import fast_waves
from tests.training.least_squares.fast_waves import FREQUENCIES, prescribed, waves

PAIRS = fast_waves.pairs(prescribed(waves))
NEAR = FREQUENCIES + torch.tensor([[0.3, -0.4], [-0.5, 0.2]]).double()


def some_fit() -> Fit:
    random = torch.Generator().manual_seed(0)
    moves = torch.randn(30, 4, generator=random, dtype=torch.float64)
    left = torch.randn(30, generator=random, dtype=torch.float64)
    return Fit(torch.zeros(2, 2).double(), torch.ones(2).double(), left, moves)


def test_a_known_sum_of_waves_is_found() -> None:
    found = polished(PAIRS, NEAR)
    torch.testing.assert_close(found.frequencies, FREQUENCIES, rtol=0, atol=1e-7)
    assert found.energy < 1e-15 * fitted(PAIRS, NEAR).energy


def test_a_step_is_that_of_damped_least_squares() -> None:
    """Rows √(λ) ‖column‖ below the columns damp them as Levenberg and Marquardt do."""
    fit = some_fit()
    below = torch.diag(0.3**0.5 * fit.moves.norm(dim=0))
    target = torch.cat([fit.left, torch.zeros(4).double()])[:, None]
    expected = torch.linalg.lstsq(torch.cat([fit.moves, below]), target).solution
    torch.testing.assert_close(step(fit, damping=0.3).flatten(), expected[:, 0])


def test_moves_are_the_slope_of_what_is_left() -> None:
    """Off their own columns, a small move of a frequency changes what is left by so much."""
    fit, small = fitted(PAIRS, FREQUENCIES + 1e-3), 1e-4
    exact = fitted(PAIRS, FREQUENCIES + 1e-3 + small * torch.eye(2).double()[0])
    change = (exact.left - fit.left) / small
    told = -(fit.moves[:, 0] + fit.moves[:, 2])  # along ξ, of both waves
    assert float((change - told).norm()) < 0.05 * float(told.norm())


def test_energies_are_of_what_each_contributes() -> None:
    columns = PAIRS.columns(FREQUENCIES)
    sine, cosine = math.cos(0.7), math.sin(0.7)  # of the second, with its phase and amplitude
    second = 0.5 * (sine * columns[:, 1, 0] + cosine * columns[:, 1, 1])
    expected = torch.stack([columns[:, 0, 0], second]).square().sum(1)
    torch.testing.assert_close(fitted(PAIRS, FREQUENCIES).energies, expected)


def test_a_column_that_does_nothing_is_no_obstacle() -> None:
    found = polished(PAIRS, torch.cat([NEAR, torch.zeros(1, 2).double()]))
    assert bool(found.frequencies.isfinite().all())
    torch.testing.assert_close(found.frequencies[:2], FREQUENCIES, rtol=0, atol=1e-7)
