"""The cavity's solution against Ghia's table, against itself, and against what must hold."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from nas.problems import cavity
from nas.problems.data import make_cavity, series
from nas.problems.data.series import Array, Series


def ghia(field: str) -> tuple[Array, Array, Array]:
    """Points x, y and values of the published table."""
    with Path(series.__file__).with_name("ghia.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["field"] == field]
    x, y, value = (np.array([float(row[key]) for row in rows]) for key in ("x", "y", "value"))
    return x, y, value


@pytest.mark.parametrize(("index", "field", "off"), [(0, "u", 0.0035), (1, "v", 0.0104)])
def test_the_published_table_is_met(index: int, field: str, off: float) -> None:
    x, y, value = ghia(field)
    assert len(value) == 15
    assert np.abs(cavity.reference(x, y)[index] - value).max() < off


def test_fewer_polynomials_converge_to_it() -> None:
    x, y = np.random.default_rng(0).uniform(0.05, 0.95, (2, 300))
    stored = Series.load("cavity")(x, y)
    for found, expected in zip(make_cavity.solve(size=20)(x, y), stored, strict=True):
        assert np.sqrt(np.mean((found - expected) ** 2)) < 1e-3


def test_walls_are_at_rest_and_the_lid_slides() -> None:
    s = np.linspace(0, 1, 101)
    for x, y in ((0 * s, s), (0 * s + 1, s), (s, 0 * s)):
        assert np.abs(cavity.reference(x, y)[:2]).max() < 1e-11
    u, v, _ = cavity.reference(s, 0 * s + 1)
    np.testing.assert_allclose(u, make_cavity.lid(s), atol=1e-11)
    np.testing.assert_allclose(cavity.lid(torch.as_tensor(s)).numpy(), u, atol=1e-11)
    assert np.abs(v).max() < 1e-11


def test_as_much_flows_to_the_right_as_to_the_left() -> None:
    node, weight = np.polynomial.legendre.leggauss(40)
    u, _, _ = cavity.reference(np.full(40, 0.3), (node + 1) / 2)
    assert float(weight @ u) == pytest.approx(0, abs=1e-11)


def test_the_pressure_is_zero_in_the_corner() -> None:
    assert cavity.reference(np.zeros(1), np.zeros(1))[2][0] == pytest.approx(0, abs=1e-11)
