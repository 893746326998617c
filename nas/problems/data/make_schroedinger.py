"""Compute the solution of ``nas/problems/schroedinger.py`` (2 s)."""

from math import pi

import numpy as np

from nas.problems.data.series import Array, Axis, Series
from nas.problems.data.spectral import Complex, condense, march

SPACE = Axis(-5.0, 5.0, periodic=True)


def solve(modes: int = 128, slabs: int = 100) -> Series:
    """The real and the imaginary part, from Fourier modes up to a number and slabs of time.

    Examples
    --------
    >>> u, v = solve()(np.array([0.0]), np.array([0.0]))
    >>> u.round(4).tolist(), abs(v).round(9).tolist()
    ([2.0004], [0.0])
    """
    points = 4 * modes  # no aliases of a product of three
    number = np.fft.fftfreq(points, 1 / points)
    kept = np.abs(number) <= modes

    def focusing(times: Array, h: Complex) -> Complex:
        values = np.fft.ifft(h, norm="forward")
        product: Complex = 1j * kept * np.fft.fft(np.abs(values) ** 2 * values, norm="forward")
        return product

    x = np.linspace(-5, 5, points, endpoint=False)
    pulses = sum(2 / np.cosh(x + 10 * shift) for shift in range(-4, 5))
    start = np.fft.fft(pulses, norm="forward")[None]
    linear: Complex = -0.5j * (pi / 5 * number[None]) ** 2
    history = march(linear, focusing, start, np.linspace(0, pi / 2, slabs + 1))

    def parts(times: Array) -> Complex:
        h = history(times)[:, 0, : modes + 1]  # an even function: modes k and -k are equal
        return np.stack([h.real, h.imag], axis=1).astype(complex)

    return condense(parts, pi / 2, SPACE, modes=124, degree=104)


if __name__ == "__main__":
    solve().save("schroedinger")
