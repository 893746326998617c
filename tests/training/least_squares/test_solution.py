"""Cuts of singular values, by rows that were left out."""

import torch

from nas.training.least_squares.linearised import Rows
from nas.training.least_squares.solution import solve


def test_noise_is_not_fitted_and_a_weak_but_true_direction_is() -> None:
    """Ten columns of which two count, one of them a million times weaker; 12 noisy rows."""
    generator = torch.Generator().manual_seed(0)
    truth = torch.tensor([1.0, 2.0] + [0.0] * 8).double()
    scales = torch.tensor([1.0, 1e-6] + [1.0] * 8).double()

    def rows(count: int, noise: float) -> Rows:
        matrix = torch.randn(count, 10, generator=generator, dtype=torch.float64) * scales
        wrong = noise * torch.randn(count, generator=generator, dtype=torch.float64)
        return Rows(matrix, -matrix @ (truth / scales) + wrong)

    clean = solve(rows(12, 0.0), rows(50, 0.0))
    torch.testing.assert_close(clean.coefficients * scales, truth)
    assert clean.left < 1e-9
    alone = torch.randn(50, generator=generator, dtype=torch.float64)
    nothing = solve(rows(12, 0.0), Rows(rows(50, 0.0).matrix * 0, alone))
    assert not nothing.coefficients.any()  # held-out rows see no use in any of it
    assert nothing.left == 1.0


def test_growth_that_squares_would_lose_is_found() -> None:
    """A singular value of 1e-10: in normal equations it is below rounding."""
    matrix = torch.diag(torch.tensor([1.0, 1.0]).double())
    matrix[1] = torch.tensor([1.0, 1.0 + 1e-10]).double()  # nearly the first row
    rows = Rows(matrix, torch.tensor([0.0, -1.0]).double())
    rows.matrix[0] = torch.tensor([1.0, 1.0]).double()
    found = solve(rows, rows)
    assert found.coefficients[1] > 1e9
