"""What the scripts compute is what stands in their files, also when they resolve it otherwise."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nas.problems import allen_cahn
from nas.problems.data import (
    make_allen_cahn,
    make_burgers_inverse,
    make_gray_scott,
    make_kuramoto_sivashinsky,
    make_schroedinger,
    series,
)
from nas.problems.data.series import Array, Series
from nas.problems.terms.measured import read


def points(found: Series) -> tuple[Array, Array]:
    share = np.random.default_rng(0).uniform(size=(2, 500))
    first, second = found.axes
    x = first.low + (first.high - first.low) * share[0]
    return x, second.low + (second.high - second.low) * share[1]


@pytest.mark.parametrize(
    ("name", "solve", "modes", "slabs"),
    [
        ("gray_scott", make_gray_scott.solve, 120, 70),
        ("kuramoto_sivashinsky", make_kuramoto_sivashinsky.solve, 64, 180),
        ("schroedinger", make_schroedinger.solve, 140, 70),
    ],
)
def test_another_resolution_gives_the_same(
    name: str, solve: Callable[[int, int], Series], modes: int, slabs: int
) -> None:
    stored = Series.load(name)
    again = solve(modes, slabs)(*points(stored))
    np.testing.assert_allclose(stored(*points(stored)), again, atol=1e-10)


def test_allen_cahns_kink_is_resolved_with_fewer_modes() -> None:
    stored = Series.load("allen_cahn")
    (again,) = make_allen_cahn.solve(modes=720, slabs=20)(*points(stored))
    np.testing.assert_allclose(stored(*points(stored))[0], again, atol=1e-10)


def test_allen_cahns_solution_is_even_and_smooth_where_the_ends_meet() -> None:
    x, t = np.linspace(0, 1, 200), np.full(200, 0.3)
    u = allen_cahn.reference(x, t)
    np.testing.assert_allclose(allen_cahn.reference(-x, t), u, atol=1e-12)
    near = 1 - np.array([0.0, 1e-4])
    ends = allen_cahn.reference(near, np.full(2, 0.3))
    assert abs(np.diff(ends)[0]) < 1e-5  # the slope vanishes there; that of the kink is 2


def test_schroedingers_mass_is_conserved() -> None:
    x = np.linspace(-5, 5, 512, endpoint=False)
    masses = []
    for time in np.linspace(0, np.pi / 2, 9):
        u, v = Series.load("schroedinger")(x, np.full(512, time))
        masses.append(float(np.mean(u**2 + v**2)))
    np.testing.assert_allclose(masses, masses[0], rtol=1e-12)


def test_kuramoto_and_sivashinskys_solution_stays_odd() -> None:
    x, t = np.random.default_rng(0).uniform(0, 1, (2, 500))
    (u,), (mirrored,) = (Series.load("kuramoto_sivashinsky")(sign * x, t) for sign in (1, -1))
    np.testing.assert_allclose(u, -mirrored, atol=1e-11)


def test_the_observations_of_burgers_equation_are_those_of_the_script() -> None:
    table = read(Path(series.__file__).with_name("burgers_inverse.csv"))
    for name, column in make_burgers_inverse.observe().items():
        np.testing.assert_allclose(table[name], column, atol=1e-12)
