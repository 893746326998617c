"""Points where residuals are large, other ones to judge by, the same for the same number."""

import torch

from nas.training import example
from nas.training.least_squares.points import points_at_residuals
from tests.assessment import answers

LATE = answers.of(lambda x: torch.where(x > 0.9, 50.0, 0.0) * (x - 0.9))


def test_most_points_lie_where_residuals_are_large() -> None:
    for points in points_at_residuals(example.SAMPLER, LATE, rows=200):
        assert (points.interior > 0.9).sum() > 120


def test_draws_are_told_apart_by_their_numbers() -> None:
    draws = [points_at_residuals(example.SAMPLER, LATE, 50, number) for number in (0, 1, 0)]
    (first, judged), (other, _), (again, _) = draws
    assert torch.equal(first.interior, again.interior)
    assert not torch.isin(first.interior, other.interior).any()
    assert not torch.isin(first.interior, judged.interior).any()
