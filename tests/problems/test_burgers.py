"""Burgers' solution against another form of it: its Fourier series, in 120 digits."""

from dataclasses import replace
from functools import cache
from math import pi

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest

from nas.problems import burgers

# Hard indices: in the shock and at its edges, as it forms (t = 1/π), at the start, at the ends.
HARD = [
    (0.0, 1.0),
    (1e-12, 1.0),
    (1e-6, 1.0),
    (1e-3, 1.0),
    (-3e-3, 1.0),
    (1e-2, 0.9),
    (5e-2, 0.8),
    (-2e-3, 0.5),
    (1e-4, 1 / pi),
    (1e-3, 0.32),
    (0.3, 1.0),
    (-0.999, 1.0),
    (1.0, 0.5),
    (-0.5, 1e-8),
    (0.99, 1e-3),
]


DIGITS = 120  # θ spans 43 powers of ten: double precision sees nothing of it


@cache
def bessel() -> list[mpmath.mpf]:
    """I_n(1 / 2πν), n = 0, 1, ..., down to a size that does not count."""
    with mpmath.workdps(DIGITS):
        values = [mpmath.besseli(n, 50) for n in range(200)]
        assert values[-1] < mpmath.mpf(10) ** -90
    return values


def series(x: float, t: float) -> float:
    """Cole and Hopf: u = -2ν θ_x / θ, where θ solves the heat equation, in its cosine series."""
    with mpmath.workdps(DIGITS):
        nu = mpmath.mpf(1) / 100 / mpmath.pi
        theta, slope = bessel()[0], mpmath.mpf(0)
        for n, value in enumerate(bessel()[1:], start=1):
            frequency = n * mpmath.pi
            term = 2 * (-1) ** n * value * mpmath.exp(-(frequency**2) * nu * mpmath.mpf(t))
            theta += term * mpmath.cos(frequency * mpmath.mpf(x))
            slope += term * frequency * mpmath.sin(frequency * mpmath.mpf(x))
        return float(2 * nu * slope / theta)


def test_exact_at_hard_points() -> None:
    x, t = np.transpose(HARD)
    expected = [series(*point) for point in HARD]
    np.testing.assert_allclose(burgers.exact(x, t), expected, rtol=0, atol=1e-12)


def test_exact_at_random_points() -> None:
    x, t = np.random.default_rng(0).uniform([[-1], [0]], 1, (2, 20))
    expected = [series(*point) for point in zip(x, t, strict=True)]
    np.testing.assert_allclose(burgers.exact(x, t), expected, rtol=0, atol=1e-12)


def test_initial_values_are_a_sine_and_the_solution_is_odd() -> None:
    x = np.linspace(-1, 1, 1001)
    np.testing.assert_allclose(burgers.exact(x, 0 * x), -np.sin(pi * x), atol=1e-14)
    late = np.ones_like(x)
    np.testing.assert_allclose(burgers.exact(x, late), -burgers.exact(-x, late), atol=1e-12)


def test_points_in_chunks_agree_with_single_points() -> None:
    x, t = np.random.default_rng(1).uniform(0, 1, (2, 2500))
    one_by_one = [burgers.exact(x[i : i + 1], t[i : i + 1])[0] for i in (0, 1023, 1024, 2499)]
    assert burgers.exact(x, t)[[0, 1023, 1024, 2499]] == pytest.approx(one_by_one, abs=1e-14)


def test_another_viscosity_is_another_problem() -> None:
    thicker = replace(
        burgers.problem, residual=lambda u: u.t + u * u.x - 1.0001 * burgers.nu * u.xx
    )
    same = replace(burgers.problem, residual=lambda u: u.t + u.x * u - u.xx * (0.01 / pi))
    assert thicker.fingerprint != burgers.problem.fingerprint
    assert same.fingerprint == burgers.problem.fingerprint
