"""Compute the solution of ``nas/problems/allen_cahn.py`` (1 min).

The initial values x² cos πx have a kink where x = -1 meets x = 1. It is known how it dissolves
(`nas.problems.allen_cahn.kink`), and what is left is smooth: u = kink + rest.
"""

from math import pi

import numpy as np

from nas.problems.data.kink import kink
from nas.problems.data.series import Array, Axis, Series
from nas.problems.data.spectral import Complex, condense, march

SPACE = Axis(-1.0, 1.0, periodic=True)
DIFFUSIVITY = 1e-4


def solve(modes: int = 1024, slabs: int = 60) -> Series:
    """What is left without the kink, from Fourier modes up to a number and slabs of time."""
    points = 4 * modes  # no aliases of a product of three
    wave = pi * np.arange(points // 2 + 1)
    x = np.linspace(-1, 1, points, endpoint=False)
    kept = np.arange(points // 2 + 1) <= modes

    def reaction(times: Array, rest: Complex) -> Complex:
        known = np.stack([kink(x, np.full(points, time), DIFFUSIVITY) for time in times])
        u = known + np.fft.irfft(rest[:, 0], points, norm="forward")
        made = 2 * DIFFUSIVITY * np.exp(-10 * times)[:, None]
        source = 5 * u - 5 * u**3 + 10 * known - made
        product: Complex = kept * np.fft.rfft(source, norm="forward")[:, None]
        return product

    start = np.fft.rfft(x**2 * np.cos(pi * x) - (1 - x**2), norm="forward")[None]
    times = np.linspace(0, 1, slabs + 1) ** 2  # short slabs while the kink is sharp
    history = march(-DIFFUSIVITY * wave[None] ** 2, reaction, start, times)
    return condense(history, 1.0, SPACE, modes=700, degree=60)
