"""Fourier series in space, polynomials in time: against solutions that are formulas."""

from math import pi

import numpy as np
import pytest

from nas.problems.data.series import Array, Axis
from nas.problems.data.spectral import Complex, History, condense, march

POINTS = 64
WAVE = np.arange(POINTS // 2 + 1)
DIFFUSION: Complex = -(WAVE[None] ** 2) + 0j
X = np.linspace(0, 2 * pi, POINTS, endpoint=False)


def values(modes: Complex) -> Array:
    return np.fft.irfft(modes, POINTS, norm="forward")


def modes(u: Array) -> Complex:
    found: Complex = np.fft.rfft(u, norm="forward")
    return found


def no_source(times: Array, u: Complex) -> Complex:
    return np.zeros_like(u)


def burgers(slabs: int) -> History:
    """u_t + u u_x = u_xx / 2, from the heat equation by Cole and Hopf."""

    def advection(times: Array, u: Complex) -> Complex:
        product: Complex = -0.5j * WAVE * modes(values(u) ** 2)
        return product

    start = modes(hopf(0.0))[None]
    return march(0.5 * DIFFUSION, advection, start, np.linspace(0, 1, slabs + 1))


def hopf(time: float) -> Array:
    """u = -θ_x / θ with θ = 2 + cos x exp(-t/2), which solves θ_t = θ_xx / 2."""
    decay = np.exp(-time / 2)
    u: Array = np.sin(X) * decay / (2 + np.cos(X) * decay)
    return u


def test_waves_decay_as_the_heat_equation_says() -> None:
    start = modes(np.cos(3 * X) + np.sin(X))[None]
    history = march(DIFFUSION, no_source, start, np.array([0.0, 0.2, 0.3]))
    expected = np.exp(-0.27) * np.sin(X) + np.exp(-9 * 0.27) * np.cos(3 * X)
    np.testing.assert_allclose(values(history(np.array([0.27]))[0, 0]), expected, atol=1e-13)


def test_a_nonlinear_equation_to_rounding() -> None:
    found = values(burgers(4)(np.array([0.0, 0.3, 1.0]))[:, 0])
    for u, time in zip(found, (0.0, 0.3, 1.0), strict=True):
        np.testing.assert_allclose(u, hopf(time), atol=1e-12)


def test_slabs_that_are_too_long_are_told() -> None:
    grow = np.array([0.0, 0.9])  # u' = u² has u = 1 / (1 - t): a polynomial is far from it
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(RuntimeError, match=r"slab from t = 0\.0: still a change of"),
    ):
        march(np.zeros((1, 1), complex), lambda t, u: 9 * u**2, np.ones((1, 1), complex), grow)


def test_one_series_has_all_times() -> None:
    space = Axis(0.0, 2 * pi, periodic=True)
    condensed = condense(burgers(4), 1.0, space, modes=31, degree=16)
    (u,) = condensed(X, np.full(POINTS, 0.55))
    np.testing.assert_allclose(u, hopf(0.55), atol=1e-12)


@pytest.mark.parametrize(("kept", "degree"), [(8, 16), (31, 4)])
def test_what_does_not_fit_into_the_series_is_told(kept: int, degree: int) -> None:
    with pytest.raises(RuntimeError, match=rf"{kept} modes, degree {degree}: .* is left over"):
        condense(burgers(4), 1.0, Axis(0.0, 2 * pi, periodic=True), kept, degree)
