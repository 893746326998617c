"""A map as plain data, from which its values can be had again."""

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nas.reports import plot_maps


def values(found: dict[str, Any]) -> Any:
    """As the page has them: levels from differences, values from levels."""
    levels = np.cumsum(found["differences"]).reshape(found["shape"])
    scaled = found["least"] + levels / (plot_maps.LEVELS - 1) * (found["most"] - found["least"])
    return np.where(levels < 0, np.nan, 10**scaled if found["log"] else scaled)


def test_values_come_back_with_four_digits_of_their_range() -> None:
    put = np.random.default_rng(0).normal(size=(5, 7))
    put[2, 3] = np.nan
    shown = (
        Figure().subplots().imshow(np.ma.masked_invalid(put), extent=(0, 7, 1, 6), origin="lower")
    )
    found = plot_maps.of(shown, [])
    assert found["ends"] == [0, 7, 1, 6]
    np.testing.assert_allclose(values(found), put, atol=1e-4 * np.nanmax(np.abs(put)) * 2)


def test_small_sizes_keep_their_digits_on_a_logarithmic_scale() -> None:
    put = np.array([[1e-6, 2e-6], [3e-4, 1e-1]])
    shown = Figure().subplots().imshow(put, norm=LogNorm(1e-6, 1e-1), origin="lower")
    found = plot_maps.of(shown, [])
    np.testing.assert_allclose(values(found), put, rtol=1e-3)
    assert found["cut"] == 1e-6


def test_the_first_row_is_the_lowest() -> None:
    put = np.array([[0.0, 1.0], [2.0, 3.0]])
    shown = Figure().subplots().imshow(put, origin="upper", extent=(0, 2, 0, 2))
    assert values(plot_maps.of(shown, []))[0] == pytest.approx([2.0, 3.0], abs=1e-3)


def test_cells_of_a_mesh() -> None:
    ax = Figure().subplots()
    found = plot_maps.of(ax.pcolormesh(np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])), ["a"] * 6)
    assert (found["shape"], found["ends"]) == ([2, 3], [0, 3, 0, 2])
    assert found["names"] == ["a"] * 6


def test_colours_are_those_of_the_scale_and_not_of_the_values() -> None:
    shown = Figure().subplots().imshow([[0.5, 0.6]], vmin=0.0, vmax=1.0, cmap="gray")
    first, last = (plot_maps.of(shown, [])["colours"][i] for i in (0, -1))
    assert first.startswith(("#7f", "#80"))
    assert last.startswith("#99")


@pytest.mark.parametrize("put", [[[2.0, 2.0]], [[np.nan, np.nan]]])
def test_values_that_are_all_the_same_or_none(put: list[list[float]]) -> None:
    shown = Figure().subplots().imshow(np.ma.masked_invalid(put), origin="lower")
    np.testing.assert_allclose(values(plot_maps.of(shown, [])), put)
