"""Values at scattered points: a sum of radial functions through them.

Axis legend: B points, D coordinates, n given points, M monomials; … any leading axes.
"""

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nas.errors import UserError
from nas.problems.coefficients.coefficient import Coefficient, lengths
from nas.problems.domains import Array
from nas.problems.domains.finite import finite

MOST = 5000  # points: their system of equations is dense


class ScatteredData(Coefficient):
    """A coefficient that is known at scattered points.

    It is ``p(x) + Σ wᵢ |x - xᵢ|⁵`` in coordinates scaled to [0, 1], with a quadratic polynomial p:
    four times continuously differentiable (Wendland 2005, ch. 8).

    Parameters
    ----------
    values : array (n,)
    smoothing
        0 goes through the values; more lets the function miss noisy ones. It is added to the
        diagonal of the system of equations.
    **points
        For each coordinate that of the given points (n,).

    Raises
    ------
    UserError
        If arrays are not of one length, a number is not finite, two points are the same, or there
        are too few of them for a quadratic polynomial, or too many.

    Examples
    --------
    >>> x, y = np.random.default_rng(0).uniform(size=(2, 60))
    >>> k = ScatteredData(x**2 - x * y, x=x, y=y)
    >>> k(torch.tensor([0.5]).double(), torch.tensor([0.25]).double()).round(decimals=9)
    tensor([0.1250], dtype=torch.float64)
    """

    def __init__(self, values: Any, *, smoothing: float = 0.0, **points: Any) -> None:
        super().__init__(points)
        given = finite("ScatteredData: values", values)
        self._check(given, smoothing)
        columns = np.stack(list(self.axes.values()), axis=-1)
        low, high = columns.min(axis=0), columns.max(axis=0)
        self._low, self._extent = torch.as_tensor(low), torch.as_tensor(high - low)
        scaled = (columns - low) / (high - low)
        self._check_distinct(scaled)
        self._centres = torch.as_tensor(scaled)
        # (Φ + λ I) w + P c = values and Pᵀ w = 0: what is quadratic is left to the polynomial.
        distances = np.linalg.norm(scaled[:, None] - scaled[None], axis=-1)
        monomials = _monomials(self._centres).numpy()
        count, size = monomials.shape
        if np.linalg.matrix_rank(monomials) < size:
            raise UserError(
                f"ScatteredData: expected points that tell a quadratic polynomial, got all of them "
                f"on one line or curve in {', '.join(self.axes)}; leave a coordinate out"
            )
        system = np.zeros((count + size, count + size))
        system[:count, :count] = distances**5 - smoothing * np.eye(count)
        system[:count, count:], system[count:, :count] = monomials, monomials.T
        found = np.linalg.solve(system, np.concatenate([given, np.zeros(size)]))
        self._weights = torch.as_tensor(found[:count])
        self._polynomial = torch.as_tensor(found[count:])

    def _values(self, *columns: Tensor) -> Tensor:
        like = columns[0]
        x = torch.stack(torch.broadcast_tensors(*columns), dim=-1)  # type: ignore[no-untyped-call]
        x = (x - self._low.to(like)) / self._extent.to(like)
        squares = (x[..., None, :] - self._centres.to(like)).square().sum(-1)
        # At a given point itself the third derivative of a power would be ∞ · 0; it is 0.
        squares = squares.clamp(min=torch.finfo(like.dtype).tiny ** 0.5)
        radial = squares.pow(2.5) @ self._weights.to(like)
        found: Tensor = radial + _monomials(x) @ self._polynomial.to(like)
        return found

    def _check(self, values: Array, smoothing: float) -> None:
        counts = {len(column) for column in self.axes.values()} | {len(np.atleast_1d(values))}
        if len(counts) > 1 or values.ndim != 1:
            raise UserError(
                f"ScatteredData: expected a value for each point, got {values.shape} values for "
                f"{lengths(self.axes)}"
            )
        dimension = len(self.axes)
        least = (dimension + 1) * (dimension + 2) // 2
        if not least <= len(values) <= MOST:
            raise UserError(
                f"ScatteredData: expected {least} to {MOST} points, got {len(values)}"
                + ("; put them on a grid, as nas.GridData" if len(values) > MOST else "")
            )
        if not (isinstance(smoothing, int | float) and 0 <= smoothing < np.inf):
            raise UserError(f"ScatteredData: smoothing: expected a number ≥ 0, got {smoothing!r}")
        for name, column in self.axes.items():
            if np.ptp(column) == 0:
                raise UserError(f"ScatteredData: {name}: expected points at different {name}")

    @staticmethod
    def _check_distinct(points: Array) -> None:
        _, first, counts = np.unique(points.round(9), axis=0, return_index=True, return_counts=True)
        if (counts > 1).any():
            twice = int(first[np.argmax(counts > 1)])
            raise UserError(
                f"ScatteredData: expected different points, got point {twice + 1} more than once"
            )


def _monomials(x: Tensor) -> Tensor:
    """All products of at most two of the coordinates x (…, D): (…, M)."""
    columns = x.unbind(-1)
    products = [
        columns[i] * columns[j] for i, j in combinations_with_replacement(range(len(columns)), 2)
    ]
    return torch.stack([torch.ones_like(columns[0]), *columns, *products], dim=-1)
