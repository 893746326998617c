"""Periodic evolution equations, to rounding: Fourier series in space, polynomials in time.

u_t = L u + N(t, u) with L diagonal on the Fourier modes. On each slab of time the solution is a
Chebyshev polynomial in t that satisfies the equation at the nodes; L is inverted exactly, N is
iterated (spectral deferred correction with exact inversion; Dutt, Greengard & Rokhlin 2000, BIT
40).

Axis legend: C fields, F modes, n + 1 nodes in time, T times.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from nas.problems.data.series import Array, Axis, Series

Complex = NDArray[np.complexfloating[Any, Any]]
Nonlinear = Callable[[Array, Complex], Complex]  # times (T,), modes (T, C, F) -> (T, C, F)

DEGREE = 16
_SWEEPS = 200


@dataclass(frozen=True)
class History:
    """What `march` returns: Chebyshev coefficients (n + 1, C, F) of each slab of time.

    Examples
    --------
    >>> slab = np.array([1.0, 0.5]).reshape(2, 1, 1)  # 1 + s / 2 with s from -1 to 1
    >>> History(np.array([0.0, 2.0]), [slab])(np.array([0.0, 1.5])).ravel().tolist()
    [0.5, 1.25]
    """

    times: Array
    slabs: Sequence[Complex]

    def __call__(self, times: Array) -> Complex:
        """The modes (T, C, F) at any times."""
        found = np.searchsorted(self.times, times, side="left") - 1
        slab = np.clip(found, 0, len(self.slabs) - 1)
        modes = [self._at(index, time) for index, time in zip(slab, times, strict=True)]
        return np.stack(modes)

    def _at(self, slab: int, time: float) -> Complex:
        low, high = self.times[slab], self.times[slab + 1]
        value: Complex = chebyshev.chebval((2 * time - low - high) / (high - low), self.slabs[slab])
        return value


def march(linear: Complex, nonlinear: Nonlinear, start: Complex, times: Array) -> History:
    """Solve from ``start`` (C, F) over the slabs between the ``times``.

    Parameters
    ----------
    linear
        L (C, F).
    nonlinear
        N; the product of functions is the caller's, with whatever padding it needs.

    Raises
    ------
    RuntimeError
        If the iteration does not converge: the slabs are too long.

    Examples
    --------
    u' = u², u(0) = 1 has the solution 1 / (1 - t):

    >>> grow = march(np.zeros((1, 1)), lambda t, u: u**2, np.ones((1, 1)), np.linspace(0, 0.5, 6))
    >>> grow(np.array([0.25, 0.5])).ravel().real.round(12).tolist()
    [1.333333333333, 2.0]
    """
    slabs = []
    for low, high in pairwise(times):
        nodes = low + (high - low) * (chebyshev.chebpts2(DEGREE + 1) + 1) / 2
        values = _slab(linear, nonlinear, start, nodes)
        slabs.append(_coefficients(values))
        start = values[-1]
    return History(times, slabs)


def _slab(linear: Complex, nonlinear: Nonlinear, start: Complex, nodes: Array) -> Complex:
    """The modes (n + 1, C, F) at the nodes of a slab."""
    matrix = _differentiation() * 2 / (nodes[-1] - nodes[0])
    system = matrix[1:, 1:] - linear[..., None, None] * np.eye(DEGREE)
    inverse = np.linalg.inv(system)  # (C, F, n, n)
    known = matrix[1:, :1, None] * start
    values = np.repeat(start[None], DEGREE + 1, axis=0).astype(complex)
    change = np.inf
    for _ in range(_SWEEPS):
        source = nonlinear(nodes, values)[1:] - known
        update = np.einsum("cfij,jcf->icf", inverse, source)
        before, change = change, float(np.abs(update - values[1:]).max())
        values[1:] = update
        if change < 1e-11 and change >= before / 2:  # rounding is reached
            return values
    raise RuntimeError(f"slab from t = {nodes[0]}: still a change of {change} a sweep")


def _differentiation() -> Array:
    """The matrix (n + 1, n + 1) from values at the nodes on [-1, 1] to derivatives there."""
    nodes = chebyshev.chebpts2(DEGREE + 1)
    derived = chebyshev.chebval(nodes, chebyshev.chebder(np.eye(DEGREE + 1))).T
    matrix: Array = derived @ np.linalg.inv(chebyshev.chebvander(nodes, DEGREE))
    return matrix


def _coefficients(values: Complex) -> Complex:
    """Chebyshev coefficients of what has these values at the n + 1 nodes of [-1, 1]."""
    nodes = chebyshev.chebpts2(len(values))
    coefficients = np.linalg.solve(
        chebyshev.chebvander(nodes, len(values) - 1), values.reshape(len(values), -1)
    )
    shaped: Complex = coefficients.reshape(values.shape)
    return shaped


def condense(
    history: Callable[[Array], Complex], end: float, space: Axis, modes: int, degree: int
) -> Series:
    """One series for the times from 0 to ``end``, cut at a number of modes and a degree.

    Parameters
    ----------
    history
        Returns the modes (T, C, F) at times (T,): those of `numpy.fft.rfft` of real fields,
        divided by the number of points.

    Raises
    ------
    RuntimeError
        If more than 1e-11 of it is in the last modes, or the polynomials of highest degree.

    Examples
    --------
    A cosine that fades, cos x (1 - t):

    >>> def fading(times: Array) -> Complex:
    ...     return np.multiply.outer(1 - times, [[0, 0.5, 0, 0, 0]])
    >>> space = Axis(0.0, 2 * np.pi, periodic=True)
    >>> (u,) = condense(fading, 1.0, space, modes=4, degree=4)(np.zeros(2), np.array([0.0, 0.5]))
    >>> u.round(9).tolist()
    [1.0, 0.5]
    """
    nodes = end * (chebyshev.chebpts2(degree + 1) + 1) / 2
    found = np.moveaxis(_coefficients(history(nodes))[..., : modes + 1], 0, -1)  # (C, modes + 1, K)
    for tail in (found[:, -2:], found[..., -2:]):
        if np.abs(tail).max() > 1e-11 * np.abs(found).max():
            raise RuntimeError(f"{modes} modes, degree {degree}: {np.abs(tail).max()} is left over")
    found[:, 1:] *= 2
    together = np.concatenate([found.real, -found[:, 1:].imag], axis=1)
    return Series(together, (space, Axis(0.0, end, periodic=False)))
