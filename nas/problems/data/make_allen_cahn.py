"""Compute the solution of ``nas/problems/allen_cahn.py`` (15 s)."""

from math import pi

import numpy as np

from nas.problems.data.kink import kink
from nas.problems.data.series import Array, Axis, Series
from nas.problems.data.spectral import Complex, condense, march

SPACE = Axis(-1.0, 1.0, periodic=True)
D = 1e-4


def solve(modes: int = 1024, slabs: int = 60) -> Series:
    """What is left without the kink, from Fourier modes up to a number and slabs of time.

    With the kink k and u = k + r it has r_t = D r_xx + 5 u - 5 u³ + 10 k - 2 D exp(-10 t).

    Examples
    --------
    >>> (rest,) = solve(modes=720, slabs=20)(np.array([0.0, 0.5]), np.zeros(2))
    >>> rest.round(6).tolist()  # x² cos πx less the kink 1 - x²
    [-1.0, -0.75]
    """
    points = 4 * modes  # no aliases of a product of three
    wave = pi * np.arange(points // 2 + 1)
    kept = np.arange(points // 2 + 1) <= modes
    x = np.linspace(-1, 1, points, endpoint=False)

    def reaction(times: Array, rest: Complex) -> Complex:
        known = np.stack([kink(x, np.full(points, time), D) for time in times])
        u = known + np.fft.irfft(rest[:, 0], points, norm="forward")
        source = 5 * u - 5 * u**3 + 10 * known - 2 * D * np.exp(-10 * times)[:, None]
        product: Complex = kept * np.fft.rfft(source, norm="forward")[:, None]
        return product

    start = np.fft.rfft(x**2 * np.cos(pi * x) - (1 - x**2), norm="forward")[None]
    times = np.linspace(0, 1, slabs + 1) ** 2  # short slabs while the kink is sharp
    linear: Complex = -D * wave[None] ** 2 + 0j
    history = march(linear, reaction, start, times)
    return condense(history, 1.0, SPACE, modes=600, degree=60)


if __name__ == "__main__":
    solve().save("allen_cahn")
