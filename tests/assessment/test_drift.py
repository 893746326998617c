"""How far an answer has come, against errors that fall as the root of the loss does."""

import pytest
import torch

from nas.assessment.drift import drift
from nas.training import example
from nas.training.trail import Trail


def trail(*marks: tuple[float, float]) -> Trail:
    """Of an answer that was ``by`` too large, relative to what it is now, at each loss."""
    made, now = Trail(example.PROBLEM), Trail(example.PROBLEM).fields(example.mixture())
    made.marks = [(loss, now * (1 + by)) for loss, by in marks]
    return made


def test_the_error_is_what_is_left_of_the_way() -> None:
    """Errors of 0.3, 0.1, 0.03 at losses of 9, 1, 0.09: it has moved by 0.07 since the second."""
    found = drift(trail((9.0, 0.27), (1.0, 0.07)), example.mixture(), 0.09)
    assert found == pytest.approx(0.07 * 0.3)


def test_a_loss_that_has_hardly_fallen_since_is_passed_over() -> None:
    found = drift(trail((9.0, 0.27), (0.1, 0.01)), example.mixture(), 0.09)
    assert found == pytest.approx(0.27 * 0.1)


def test_nothing_is_said_where_the_loss_never_fell() -> None:
    assert drift(trail((0.1, 0.5)), example.mixture(), 0.09) is None
    assert drift(trail(), example.mixture(), 0.09) is None
    assert drift(trail((9.0, torch.nan)), example.mixture(), torch.nan) is None
