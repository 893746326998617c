"""Double series: their functions, their files."""

from pathlib import Path

import numpy as np
import pytest

from nas.problems.data import series
from nas.problems.data.series import Axis, Series

LINE, CIRCLE = Axis(-1.0, 3.0, periodic=False), Axis(0.0, 2.0, periodic=True)


def waves() -> Series:
    """(1 + 2 cos πx + 3 sin πx) T₂((t - 1) / 2), and the same without the sine."""
    coefficients = np.zeros((2, 3, 4))
    coefficients[0, :, 2] = 1, 2, 3
    coefficients[1, :, 2] = 1, 2, 0
    return Series(coefficients, (CIRCLE, LINE))


def test_a_series_is_the_sum_of_its_products() -> None:
    x, t = np.random.default_rng(0).uniform([[0], [-1]], [[2], [3]], (2, 5000))
    u, v = waves()(x, t)
    height = 2 * ((t - 1) / 2) ** 2 - 1
    np.testing.assert_allclose(v, (1 + 2 * np.cos(np.pi * x)) * height, atol=1e-13)
    np.testing.assert_allclose(u - v, 3 * np.sin(np.pi * x) * height, atol=1e-13)


def test_a_file_has_the_series_but_for_polynomials_that_are_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "_path", lambda name: tmp_path / f"{name}.npz")
    waves().save("waves")
    read = Series.load("waves")
    assert read.axes == (CIRCLE, LINE)
    np.testing.assert_array_equal(read.coefficients, waves().coefficients[:, :, :3])


def test_files_are_small() -> None:
    sizes = [file.stat().st_size for file in Path(series.__file__).parent.glob("*.npz")]
    assert sizes
    assert max(sizes) < 100_000
