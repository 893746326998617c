"""The solution of ``nas/problems/square_with_holes.py``.

Multipoles stand in the holes and in their mirror images: 1 - u is zero on the sides, so it is odd
about each of them, and the images leave what is smooth far beyond the square. The sum is fitted on
the boundary; the error is harmonic, so its maximum stands there.

Axis legend: N points.
"""

from functools import cache

import numpy as np

from nas.problems.data.series import Array

RADIUS, OFFSET = 0.1, 0.3  # of the holes, whose centres are (±0.3, ±0.3)
_MULTIPOLES, _POLYNOMIALS = 24, 9
_IMAGES = [(m, n) for m in (-1, 0, 1) for n in (-1, 0, 1)]


def reference(x: Array, y: Array) -> Array:
    """The solution u (N,) at the points x (N,), y (N,), to an absolute error of 1e-12.

    Examples
    --------
    >>> reference(np.array([0.5, 0.3, 0.0]), np.array([0.1, 0.2, 0.0])).round(4).tolist()
    [1.0, 0.0, 0.2336]
    """
    u = np.empty(len(x))
    for chunk in range(0, len(x), 2048):  # keeps memory at a few megabytes
        part = slice(chunk, chunk + 2048)
        u[part] = 1 + _basis(x[part], y[part]) @ _coefficients()
    return u


@cache
def _coefficients() -> Array:
    """Least squares on an eighth of the sides and one hole, in some milliseconds."""
    angle = np.pi / 4 + np.linspace(0, np.pi, 160)
    side = (1 - np.cos(np.linspace(0, np.pi, 120))) / 4
    x = np.concatenate([OFFSET + RADIUS * np.cos(angle), np.full(120, 0.5)])
    y = np.concatenate([OFFSET + RADIUS * np.sin(angle), side])
    wanted = np.concatenate([np.full(160, -1.0), np.zeros(120)])
    coefficients: Array = np.linalg.lstsq(_basis(x, y), wanted, rcond=1e-15)[0]
    return coefficients


def _basis(x: Array, y: Array) -> Array:
    """Harmonic functions with the symmetry of the square: columns (N, functions)."""
    z = x + 1j * y
    powers = [(2**0.5 * z) ** (4 * k) for k in range(_POLYNOMIALS)]
    poles = 0.0
    for m, n in _IMAGES:
        for quarter in range(4):  # each hole, turned to where the first one is
            from_centre = 1j**quarter * (z - m - 1j * n) * np.exp(-0.25j * np.pi) - OFFSET * 2**0.5
            found = [np.log(np.abs(from_centre) / RADIUS)]
            found += [(RADIUS / from_centre) ** k for k in range(1, _MULTIPOLES)]
            poles = poles + (-1) ** (m + n) * np.stack(found, axis=-1)
    return np.concatenate([np.stack(powers, axis=-1).real, np.real(poles)], axis=1)
