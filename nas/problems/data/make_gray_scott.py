"""Compute the solution of ``nas/problems/gray_scott.py`` (10 s)."""

from math import pi

import numpy as np

from nas.problems.data.series import Array, Axis, Series
from nas.problems.data.spectral import Complex, condense, march

SPACE = Axis(-1.0, 1.0, periodic=True)
END = 100.0


def solve(modes: int = 128, slabs: int = 100) -> Series:
    """Both substances, from Fourier modes up to a number and slabs of time.

    Examples
    --------
    >>> u, v = solve()(np.array([0.0]), np.array([0.0]))
    >>> u.round(9).tolist(), v.round(9).tolist()
    ([0.5], [0.5])
    """
    points = 4 * modes  # no aliases of a product of three
    wave = pi * np.arange(points // 2 + 1)
    kept = np.arange(points // 2 + 1) <= modes

    def reaction(times: Array, modes: Complex) -> Complex:
        u, v = np.moveaxis(np.fft.irfft(modes, points, norm="forward"), 1, 0)
        sources = np.stack([0.04 * (1 - u) - u * v**2, u * v**2 - 0.1 * v], axis=1)
        product: Complex = kept * np.fft.rfft(sources, norm="forward")
        return product

    x = np.linspace(-1, 1, points, endpoint=False)
    bump = np.exp(-80 * x**2) / 2
    start = np.fft.rfft(np.stack([1 - bump, bump]), norm="forward")
    linear = np.stack([-2e-4 * wave**2, -1e-4 * wave**2])
    history = march(linear, reaction, start, np.linspace(0, END, slabs + 1))
    return condense(history, END, SPACE, modes=112, degree=120)


if __name__ == "__main__":
    solve().save("gray_scott")
