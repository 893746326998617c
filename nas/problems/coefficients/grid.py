"""Values on a grid: a tensor product of B-splines through them.

Axis legend: B points, D coordinates, n grid lines of an axis, k the degree; … any leading axes.
"""

from itertools import product
from typing import Any

import numpy as np
import torch
from scipy.interpolate import make_interp_spline
from torch import Tensor

from nas.errors import UserError
from nas.problems.coefficients.coefficient import Coefficient, lengths
from nas.problems.domains.finite import finite

DEGREE = 3


class GridData(Coefficient):
    """A coefficient that is known on a grid.

    Parameters
    ----------
    values : array (n of the first axis, n of the second, …)
    degree
        Of the splines, 1 to 5. A spline of degree k has k - 1 continuous derivatives: take as many
        as the equation asks for.
    **axes
        For each coordinate, in the order of the array's axes, its grid lines (n,) in rising order.

    Raises
    ------
    UserError
        If an axis is not in rising order, the shape of the values is not that of the grid, a
        number is not finite, or an axis has too few lines for the degree.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.linspace(0, 1, 9), np.linspace(0, 2, 9)
    >>> k = GridData(1 + np.outer(x, y**2), x=x, y=y)
    >>> k(torch.tensor([0.5]).double(), torch.tensor([1.3]).double()).round(decimals=9)
    tensor([1.8450], dtype=torch.float64)

    In a problem ``lambda u, x, y: (k(x, y) * u.x).d("x") + (k(x, y) * u.y).d("y")``.
    """

    def __init__(self, values: Any, *, degree: int = DEGREE, **axes: Any) -> None:
        super().__init__(axes)
        self.degree = degree
        coefficients, self._knots = finite("GridData: values", values), []
        self._check(coefficients)
        for axis, lines in enumerate(self.axes.values()):
            spline = make_interp_spline(lines, coefficients, k=degree, axis=axis)
            coefficients = np.moveaxis(spline.c, 0, axis)
            self._knots.append(torch.as_tensor(spline.t))
        self._coefficients = torch.as_tensor(np.ascontiguousarray(coefficients))

    def _values(self, *columns: Tensor) -> Tensor:
        # Σ c[i - k + a, j - k + b, …] B_a(x) B_b(y) …: k + 1 splines of each axis are not zero.
        spans = [_span(x, t, self.degree) for x, t in zip(columns, self._knots, strict=True)]
        bases = [
            _bases(x, t.to(x), span, self.degree)
            for x, t, span in zip(columns, self._knots, spans, strict=True)
        ]
        coefficients, total = self._coefficients.to(columns[0]), torch.zeros_like(columns[0])
        for offsets in product(range(self.degree + 1), repeat=len(columns)):
            index = tuple(
                span - self.degree + offset for span, offset in zip(spans, offsets, strict=True)
            )
            term = coefficients[index]
            for basis, offset in zip(bases, offsets, strict=True):
                term = term * basis[offset]
            total = total + term
        return total

    def _check(self, values: Any) -> None:
        if self.degree not in range(1, 6):
            raise UserError(f"GridData: degree: expected 1 to 5, got {self.degree!r}")
        for name, lines in self.axes.items():
            if lines.ndim != 1 or (np.diff(lines) <= 0).any():
                raise UserError(f"GridData: {name}: expected grid lines in rising order")
            if len(lines) <= self.degree:
                raise UserError(
                    f"GridData: {name}: expected more than {self.degree} grid lines for splines "
                    f"of degree {self.degree}, got {len(lines)}; lower the degree"
                )
        shape = tuple(len(lines) for lines in self.axes.values())
        if np.shape(values) != shape:
            raise UserError(
                f"GridData: values: expected an array of shape {shape} ({lengths(self.axes)}), "
                f"got {np.shape(values)}"
            )


def _span(x: Tensor, knots: Tensor, degree: int) -> Tensor:
    """The number i of the interval t_i ≤ x < t_(i+1) that each of x (…, B) lies in."""
    at = torch.searchsorted(knots.to(x.device), x.detach().double().contiguous(), right=True) - 1
    return at.clamp(degree, len(knots) - degree - 2)


def _bases(x: Tensor, knots: Tensor, span: Tensor, degree: int) -> list[Tensor]:
    """The k + 1 B-splines that are not zero at x (…, B) (de Boor 1978, ch. X)."""
    found = [torch.ones_like(x)]
    for order in range(1, degree + 1):
        # B_(j, order) is a weighted sum of its two neighbours of the order before.
        raised = [torch.zeros_like(x) for _ in range(order + 1)]
        for number, basis in enumerate(found):
            left, right = knots[span + 1 - order + number], knots[span + 1 + number]
            share = basis / (right - left)
            raised[number] = raised[number] + (right - x) * share
            raised[number + 1] = raised[number + 1] + (x - left) * share
        found = raised
    return found
