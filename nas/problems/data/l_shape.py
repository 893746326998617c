"""The solution of ``nas/problems/poisson_l_shape.py``.

It is not computed on a mesh but by the method of particular solutions
(Fox, Henrici & Moler 1967; Betcke & Trefethen 2005): functions that satisfy the equation and
the conditions on the two re-entrant edges exactly are fitted to zero on the four others. The
error is harmonic, so its maximum stands on the boundary: the misfit there is a bound.

Axis legend: N points.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from nas.problems.data.series import Array

Complex = NDArray[np.complex128]

_CONVEX = ((-1.0, -1.0), (1.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 1.0))


def reference(x: Array, y: Array) -> Array:
    """The solution u (N,) at the points x (N,), y (N,), to an absolute error of 1e-12.

    Examples
    --------
    >>> x, y = np.array([0.0, -0.5, 1.0]), np.array([0.0, -0.5, -0.5])
    >>> abs(reference(x, y)).round(4).tolist()  # at the re-entrant corner, inside, on an edge
    [0.0, 0.1311, 0.0]
    """
    u = np.empty(len(x))
    for chunk in range(0, len(x), 4096):  # keeps memory at a few megabytes
        part = slice(chunk, chunk + 4096)
        u[part] = _particular(x[part], y[part]) + _basis(x[part], y[part]) @ _coefficients()
    return u


@cache
def _coefficients() -> Array:
    """Least squares on the four outer edges, in some milliseconds."""
    t = np.cos(np.pi * (np.arange(200) + 0.5) / 200)  # dense towards the corners
    half, one = (t - 1) / 2, np.ones(200)
    x, y = np.concatenate([[-one, t], [t, -one], [one, half], [half, one]], axis=1)
    columns = _basis(x, y)
    scale = np.abs(columns).max(axis=0)
    fitted = np.linalg.lstsq(columns / scale, -_particular(x, y), rcond=1e-15)[0]
    coefficients: Array = fitted / scale
    return coefficients


def _particular(x: Array, y: Array) -> Array:
    """A function with -Δu = 1 that is zero on the two re-entrant edges.

    Of -x²/2, which is zero on the vertical edge, Im(z² log z) / 3π takes away the values on the
    horizontal one. The logarithm has to be there: 2 is a multiple of the exponent 2/3.
    """
    r, angle = _polar(x, y)
    harmonic = xlogy(r**2, r) * np.sin(2 * angle) + r**2 * angle * np.cos(2 * angle)
    particular: Array = -(x**2) / 2 - harmonic / (3 * np.pi)
    return particular


def _basis(x: Array, y: Array) -> Array:
    """Harmonic functions that are zero on the two re-entrant edges: columns (N, functions).

    These edges are the real axis of ζ = z^(2/3), so Im g(ζ) will do if g is real there: the
    powers of ζ, which are singular as the solution is at the re-entrant corner, and
    (ζ - c)^m log(ζ - c) plus its mirror image for each convex corner c, where the solution is
    singular like z² log z. In the variable ζ that singularity takes all powers m.
    """
    zeta = _zeta(x, y)
    columns = [((zeta / 2 ** (1 / 3)) ** power).imag for power in range(1, 61)]
    for corner in _zeta(*np.transpose(_CONVEX)):
        functions = _logarithms(zeta, corner)
        mirrored = _logarithms(zeta, corner.conjugate())
        columns += [(f + g).imag for f, g in zip(functions, mirrored, strict=True)]
        if abs(corner.imag) > 1e-9:  # on the real axis the mirror image is the function itself
            columns += [(f - g).real for f, g in zip(functions, mirrored, strict=True)]
    return np.stack(columns, axis=-1)


def _logarithms(zeta: Complex, corner: np.complex128) -> list[Complex]:
    offset = (corner - zeta) / (corner / abs(corner))  # so the branch cut leads away from 0
    logarithm = np.log(np.where(offset == 0, 1, offset))  # 0^m log 0 = 0
    return [(offset / 2) ** power * logarithm for power in range(2, 9)]


def _zeta(x: Array, y: Array) -> Complex:
    r, angle = _polar(x, y)
    zeta: Complex = r ** (2 / 3) * np.exp(2j / 3 * angle)
    return zeta


def _polar(x: Array, y: Array) -> tuple[Array, Array]:
    """Radius, and angle from the vertical re-entrant edge (0) to the horizontal one (3π/2)."""
    half = 0.75 * np.pi
    from_bisector = np.angle((x + 1j * y) * np.exp(-1.25j * np.pi))
    return np.hypot(x, y), np.clip(from_bisector, -half, half) + half
