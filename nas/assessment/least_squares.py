"""Least squares of nearly dependent columns, cut where points that were left out say so.

Axis legend: R rows, P columns.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.assessment.linearised import Rows

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

    Singular values s are damped to s / (s² + c²), each cut c is tried. They come from a QR
    factorisation and not from normal equations: what grows by itself, such as an error that is
    carried along in time, lies in singular values that squares would lose to rounding.

    Examples
    --------
    >>> rows = Rows(torch.tensor([[2.0, 0.0], [0.0, 1e-6]]).double(), torch.tensor([4.0, 3e-6]))
    >>> found = solve(rows, rows)
    >>> found.coefficients.round(decimals=3).tolist(), round(found.left, 6)
    ([-2.0, -3.0], 0.0)
    """
    size = rows.matrix.norm(dim=0).clamp_min(torch.finfo(torch.float64).tiny)
    q, r = torch.linalg.qr(rows.matrix / size)
    u, s, vt = torch.linalg.svd(r)
    wanted = u.T @ (q.T @ -rows.residuals.double())
    seen = (held_out.matrix / size) @ vt.T
    before = held_out.residuals.norm()
    best, least = torch.zeros_like(s), float(before)
    for cut in CUTS:
        tried = wanted * s / (s.square() + (cut * s[0]) ** 2)
        left = float((seen @ tried + held_out.residuals).norm())
        if left < WORTH * least:
            best, least = tried, left
    return Solution((vt.T @ best) / size, least / float(before) if before else 0.0)
