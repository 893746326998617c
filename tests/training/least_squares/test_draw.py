"""Losses of many tries, and what the matrix of a draw has in its last column."""

import torch

from nas.training.least_squares.draw import Draw
from nas.training.least_squares.features import Affine, with_added
from nas.training.physics_loss import physics_loss
from tests.training.least_squares.test_linearised import ANSWER, POINTS, PROBLEM

AFFINE = Affine(PROBLEM.domain.bounds)
TRIES = torch.randn(3, 2 * len(AFFINE) + 1, generator=torch.Generator().manual_seed(0)).double()


def test_losses_are_physics_losses() -> None:
    found = Draw(PROBLEM, POINTS, ANSWER, AFFINE).losses(TRIES)
    expected = [physics_loss(PROBLEM, POINTS, with_added(ANSWER, AFFINE, one)) for one in TRIES]
    torch.testing.assert_close(found, torch.stack(expected))


def test_the_last_column_is_the_way_from_the_base() -> None:
    """Of features added it is what their own columns add up to, but for the unknown coefficient."""
    draw = Draw(PROBLEM, POINTS, ANSWER, AFFINE)
    rows = draw.linearised(draw.with_added(TRIES[0]))
    own = rows.matrix[:, : 2 * len(AFFINE)] @ TRIES[0, :-1]
    torch.testing.assert_close(rows.matrix[:, -1], own)
    assert own.abs().max() > 0.1
