"""Least squares of nearly dependent columns, cut where points that were left out say so.

Axis legend: R rows, P columns, T targets, K cuts.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.training.least_squares.linearised import Rows

CUTS = tuple(10.0**-power for power in range(14, 0, -1))  # shares of the largest singular value
WORTH = 0.999  # of the remainder: what a stronger cut has to reach


@dataclass(frozen=True)
class Solution:
    """Coefficients, and what they leave.

    Parameters
    ----------
    coefficients : Tensor (P,)
    left
        The norm of the residuals at the held-out points over what it was: 0 where the columns can
        undo them, 1 where they can do nothing.

    Examples
    --------
    >>> column, residual = torch.eye(2).double()  # they have nothing in common
    >>> rows = Rows(column[:, None], residual)
    >>> solve(rows, rows)
    Solution(coefficients=tensor([0.], dtype=torch.float64), left=1.0)
    """

    coefficients: Tensor
    left: float


def solve(rows: Rows, held_out: Rows) -> Solution:
    """Coefficients x with matrix · x = -residuals, as far as the held-out rows confirm it.

    Examples
    --------
    >>> rows = Rows(torch.tensor([[2.0, 0.0], [0.0, 1e-6]]).double(), torch.tensor([4.0, 3e-6]))
    >>> found = solve(rows, rows)
    >>> found.coefficients.round(decimals=3).tolist(), round(found.left, 6)
    ([-2.0, -3.0], 0.0)
    """
    tried = damped(rows.matrix, -rows.residuals[:, None])[0]
    lefts = (held_out.matrix @ tried.T + held_out.residuals[:, None]).norm(dim=0).tolist()
    before = float(held_out.residuals.norm())
    best, least = torch.zeros_like(tried[0]), before
    for coefficients, left in zip(tried, lefts, strict=True):
        if left < WORTH * least:
            best, least = coefficients, left
    return Solution(best, least / before if before else 0.0)


def damped(matrix: Tensor, targets: Tensor) -> Tensor:
    """Coefficients x (T, K, P) with ``matrix`` · x = target, for each of the targets (R, T).

    For each cut c singular values s are damped to s / (s² + c²). They come from a QR factorisation
    and not from normal equations: what grows by itself, such as an error that is carried along in
    time, lies in singular values that squares would lose to rounding. Columns count by their
    directions alone.

    Examples
    --------
    >>> matrix = torch.diag(torch.tensor([1.0, 5.0]).double())
    >>> first, *_, last = damped(matrix, torch.ones(2, 1).double())[0]
    >>> first.tolist(), last.round(decimals=3).tolist()  # by hardly a cut, and by a strong one
    ([1.0, 0.2], [0.99, 0.198])
    """
    size = matrix.norm(dim=0)
    size = torch.where(size > 0, size, 1.0)
    # The targets ride along, so that Q itself is never formed.
    factor = torch.linalg.qr(torch.cat([matrix / size, targets.double()], dim=1), mode="r").R
    columns = len(size)
    u, s, vt = torch.linalg.svd(factor[:columns, :columns], full_matrices=False)
    wanted = u.T @ factor[:columns, columns:]
    cuts = torch.tensor(CUTS, dtype=torch.float64)[:, None] * s[0]
    filters = s / (s.square() + cuts.square())  # (K, P)
    found: Tensor = (wanted.T[:, None, :] * filters) @ vt / size
    return found
