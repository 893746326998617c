"""Compute the solution of ``nas/problems/cavity.py`` (2 min).

The stream function, by Galerkin's method with Legendre polynomials (Shen 1994, SIAM Journal on
Scientific Computing 15) and Newton's iteration; then the pressure from its gradient.

Axis legend: Q points of the quadrature, n polynomials along one coordinate.
"""

import numpy as np
from numpy.polynomial import chebyshev, legendre
from scipy import linalg

from nas.problems.data.series import Array, Axis, Series

REYNOLDS = 100.0
SQUARE = (Axis(0.0, 1.0, periodic=False), Axis(0.0, 1.0, periodic=False))
_SCALE = 2.0  # of derivatives: the interval has length 1, that of the polynomials 2


def lid(x: Array, power: int = 16) -> Array:
    """The velocity of the lid at points (N,): 1, falling to 0 with its slope at the ends.

    Examples
    --------
    >>> lid(np.array([0.0, 0.05, 0.1, 0.5])).round(2).tolist()
    [0.0, 0.66, 0.94, 1.0]
    """
    velocity: Array = (1 - (2 * x - 1) ** power) ** 2
    return velocity


def solve(size: int = 48, power: int = 16) -> Series:
    """u, v and p from polynomials up to degree ``size`` + 3; p is zero in the corner (0, 0).

    Examples
    --------
    >>> u, _, p = solve(size=12)(np.array([0.5, 0.0]), np.array([1.0, 0.0]))
    >>> abs(u).round(1).tolist(), float(abs(p[1]).round(9))
    ([1.0, 0.0], 0.0)
    """
    psi = stream_function(size, power)
    p = _pressure(psi)
    p[0, 0] -= chebyshev.chebval2d(-1, -1, p)
    fields = [_derivative(psi, 0, 1), -_derivative(psi, 1, 0), p]
    return Series(np.stack([_padded(field, len(psi)) for field in fields]), SQUARE)


def stream_function(size: int, power: int) -> Array:
    """Chebyshev coefficients (n, n) of the stream function ψ: u = ψ_y, v = -ψ_x.

    For all φ that vanish with their slope on the boundary, ∫ Δψ (Δφ / Re + u φ_x + v φ_y) = 0.

    Raises
    ------
    RuntimeError
        If Newton's iteration does not converge.

    Examples
    --------
    >>> psi = stream_function(size=16, power=4)
    >>> round(float(chebyshev.chebval2d(0.0, 0.0, psi)), 2)  # in the middle
    -0.06
    """
    x, weight = _gauss(3 * size // 2 + 6)
    clamped = _clamped(size)
    values, slopes, bends = (_at(x, clamped, order) for order in range(3))
    by_x, by_y = np.kron(slopes, values), np.kron(values, slopes)  # (Q, n²)
    laplacian = np.kron(bends, values) + np.kron(values, bends)
    weights = np.outer(weight, weight).reshape(-1, 1)
    psi: Array = _lift(size + 4, power)
    for _ in range(20):
        u, v, delta = (field.reshape(-1, 1) for field in _flow(psi, x))
        test = weights * (laplacian / REYNOLDS + u * by_x + v * by_y)
        swirl = by_x.T @ (weights * delta * by_y)
        step = np.linalg.solve(test.T @ laplacian + swirl - swirl.T, test.T @ delta)
        psi = psi - clamped @ step.reshape(size, size) @ clamped.T
        if np.abs(step).max() < 1e-11:
            return psi
    raise RuntimeError(f"Newton's iteration: still a step of {np.abs(step).max()}")


def _gauss(count: int) -> tuple[Array, Array]:
    """Points and weights of Gauss's rule on [0, 1]."""
    node, weight = legendre.leggauss(count)
    return (node + 1) / 2, weight / 2


def _clamped(size: int) -> Array:
    """Polynomials that vanish with their slope at both ends: Chebyshev coefficients by columns."""
    k = np.arange(size)
    legendres = np.zeros((size + 4, size))
    legendres[k, k] = 1
    legendres[k + 2, k] = -2 * (2 * k + 5) / (2 * k + 7)
    legendres[k + 4, k] = (2 * k + 3) / (2 * k + 7)
    nodes = chebyshev.chebpts1(size + 4)
    values = legendre.legval(nodes, legendres / ((2 * k + 3) * (2 * k + 5) ** 0.5)).T
    return _interpolated(np.asarray(values, np.float64))


def _interpolated(values: Array) -> Array:
    """Chebyshev coefficients, along the first axis, from values at Chebyshev's points."""
    count = len(values)
    at = chebyshev.chebvander(chebyshev.chebpts1(count), count - 1)
    return np.asarray(np.linalg.solve(at, values), np.float64)


def _at(points: Array, columns: Array, order: int) -> Array:
    """Derivatives of the columns' polynomials at points of [0, 1]: (points, columns)."""
    derived = chebyshev.chebder(columns, order, _SCALE)
    return np.asarray(chebyshev.chebval(2 * points - 1, derived).T, np.float64)


def _derivative(coefficients: Array, i: int, j: int) -> Array:
    along = chebyshev.chebder(coefficients, i, _SCALE, axis=0)
    return np.asarray(chebyshev.chebder(along, j, _SCALE, axis=1), np.float64)


def _grid(coefficients: Array, x: Array, *orders: tuple[int, int]) -> Array:
    """The sum of some derivatives at the grid of the points x along both coordinates."""
    at = 2 * x - 1
    grids = [chebyshev.chebgrid2d(at, at, _derivative(coefficients, i, j)) for i, j in orders]
    total: Array = np.sum(grids, axis=0)
    return total


def _flow(psi: Array, x: Array) -> tuple[Array, Array, Array]:
    """u, v and Δψ on a grid."""
    u, v = _grid(psi, x, (0, 1)), -_grid(psi, x, (1, 0))
    return u, v, _grid(psi, x, (2, 0), (0, 2))


def _lift(size: int, power: int) -> Array:
    """A stream function that fits walls and lid: Chebyshev coefficients (n, n)."""
    velocity = _interpolated(lid((chebyshev.chebpts1(size) + 1) / 2, power))
    # y³ - y² vanishes at 0 and 1, and so does its slope at 0; its slope at 1 is 1.
    height = np.zeros(size)
    height[:4] = chebyshev.poly2cheb([-1 / 8, -1 / 8, 1 / 8, 1 / 8])  # in 2y - 1
    return np.outer(velocity, height)


def _pressure(psi: Array) -> Array:
    """Chebyshev coefficients (n, n) of the pressure.

    With P = p + (u² + v²) / 2 the equations are P_x = Δψ_y / Re - v Δψ, P_y = -Δψ_x / Re + u Δψ;
    both are met in the sense of least squares.
    """
    size = len(psi)
    x, weight = _gauss(3 * size // 2)
    u, v, delta = _flow(psi, x)
    by_x = _grid(psi, x, (2, 1), (0, 3)) / REYNOLDS - v * delta
    by_y = -_grid(psi, x, (3, 0), (1, 2)) / REYNOLDS + u * delta
    head = _potential(by_x, by_y, x, weight, size)
    nodes = (chebyshev.chebpts1(size) + 1) / 2
    u, v, _ = _flow(psi, nodes)
    return head - _interpolated(_interpolated((u**2 + v**2) / 2).T).T


def _potential(by_x: Array, by_y: Array, x: Array, weight: Array, size: int) -> Array:
    """Chebyshev coefficients (n, n) of what has this gradient on a grid, up to a constant.

    By the eigenfunctions of -d²/dx² with free ends among polynomials, the normal equations are
    diagonal (Lynch, Rice & Thomas 1964).
    """
    values, slopes = (_at(x, np.eye(size), order) for order in (0, 1))
    mass, stiffness = (f.T @ (weight[:, None] * f) for f in (values, slopes))
    squares, vectors = linalg.eigh(stiffness, mass)
    values, slopes = weight[:, None] * (values @ vectors), weight[:, None] * (slopes @ vectors)
    load = slopes.T @ by_x @ values + values.T @ by_y @ slopes
    divisor = squares[:, None] + squares
    divisor[0, 0] = np.inf
    potential: Array = vectors @ (load / divisor) @ vectors.T
    return potential


def _padded(coefficients: Array, size: int) -> Array:
    padded = np.zeros((size, size))
    padded[: len(coefficients), : coefficients.shape[1]] = coefficients
    return padded


if __name__ == "__main__":
    solve().save("cavity")
