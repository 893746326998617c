"""Compute the solution of ``nas/problems/kuramoto_sivashinsky.py`` (2 s)."""

from math import pi

import numpy as np

from nas.problems.data.series import Array, Axis, Series
from nas.problems.data.spectral import Complex, condense, march

SPACE = Axis(-1.0, 1.0, periodic=True)


def solve(modes: int = 85, slabs: int = 250) -> Series:
    """The solution, from Fourier modes up to a number and slabs of time.

    Examples
    --------
    >>> (u,) = solve()(np.array([0.5]), np.array([0.0]))
    >>> u.round(9).tolist()
    [-1.0]
    """
    points = 4 * ((3 * modes) // 4)  # no aliases of a product of two
    wave = 1j * pi * np.arange(points // 2 + 1)
    kept = np.arange(points // 2 + 1) <= modes

    def advection(times: Array, u: Complex) -> Complex:
        values = np.fft.irfft(u, points, norm="forward")
        product: Complex = -2.5 * wave * kept * np.fft.rfft(values**2, norm="forward")
        return product

    x = np.linspace(-1, 1, points, endpoint=False)
    start = np.fft.rfft(-np.sin(pi * x), norm="forward")[None]
    linear = (-0.5 * wave**2 - 0.005 * wave**4)[None]
    history = march(linear, advection, start, np.linspace(0, 1, slabs + 1))
    return condense(history, 1.0, SPACE, modes=56, degree=384)


if __name__ == "__main__":
    solve().save("kuramoto_sivashinsky")
