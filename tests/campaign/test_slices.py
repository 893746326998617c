"""Slices of domains of any dimension."""

import numpy as np
import pytest

from nas.calculus.fields import TIMES
from nas.campaign.slices import LINE, MOST, SIDE, SIDES, Array, Predicted, is_time, slices


@pytest.mark.parametrize(
    ("names", "axes"),
    [
        ("x", [(0,)]),
        ("xt", [(0, 1)]),
        ("xyz", [(0, 1), (1, 2), (0, 2)]),
        ("txy", [(1, 2)] * 4 + [(0, 1), (0, 2)]),
        ("xyzt", [(0, 1), (1, 2), (0, 2)] * 2),
        ("abcd", [(0, 1), (1, 2), (2, 3), (0, 3)]),
    ],
)
def test_which_coordinates_vary(names: str, axes: list[tuple[int, ...]]) -> None:
    assert [one.axes for one in slices(tuple(names), [(0.0, 1.0)] * len(names))] == axes


def test_space_is_shown_at_some_times() -> None:
    bounds = [(0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (2.0, 4.0)]
    planes = slices(("x", "y", "z", "time"), bounds)
    assert [one.held[3] for one in planes] == [3.0] * 3 + [4.0] * 3


@pytest.mark.parametrize("dimension", [1, 2, 3, 5, 9])
def test_grids_are_small_and_in_the_bounding_box(dimension: int) -> None:
    bounds = [(-float(axis + 1), 2.0) for axis in range(dimension)]
    names = [f"x{axis}" for axis in range(dimension)]
    planes = slices(names, bounds)
    assert len(planes) <= MOST
    count = {1: LINE, 2: SIDE**2}.get(dimension, SIDES**2)
    for plane in planes:
        points = plane.points(bounds)
        assert points.shape == (count, dimension)
        low, high = points.min(axis=0), points.max(axis=0)
        for axis, (least, most) in enumerate(bounds):
            ends = (least, most) if axis in plane.axes else (plane.held[axis],) * 2
            assert (low[axis], high[axis]) == ends
        assert len(np.unique(points, axis=0)) == count


def product(points: Array) -> Array:
    """Zero in the middle of each coordinate, and largest at its ends."""
    made: Array = np.cos(np.pi * points).prod(axis=1)[:, None]
    return made


def shares(predicted: Predicted, names: str = "xyz") -> list[dict[int, float]]:
    return [one.held for one in slices(tuple(names), [(0.0, 1.0)] * len(names), predicted)]


def test_a_coordinate_is_held_where_the_prediction_varies() -> None:
    assert shares(product) == [{2: 0.25}, {0: 0.25}, {1: 0.25}]


@pytest.mark.parametrize("part", [1.0, 1.05])
def test_the_middle_stays_where_nothing_varies_clearly_more(part: float) -> None:
    def nearly_alike(points: Array) -> Array:
        return np.where(np.isclose(points[:, :1], 0.25), part, 1.0) * points[:, 1:2]

    assert shares(nearly_alike)[1] == {0: 0.5}


def test_a_plane_outside_the_domain_gives_way() -> None:
    def in_the_first_third(points: Array) -> Array:
        return np.where(points[:, 2:] < 0.4, points[:, :1], np.nan)

    assert shares(in_the_first_third)[0] == {2: pytest.approx(1 / 3)}


def test_fields_count_alike_whatever_their_size() -> None:
    def two(points: Array) -> Array:
        x, y, z = points.T
        large = 1e6 * (x + y) * (1 + 0.01 * (z < 0.3))
        return np.stack([large, 1e-3 * x * (z > 0.7)], axis=1)

    assert shares(two)[0] == {2: 0.75}


def test_times_show_one_plane_of_space() -> None:
    def grows(points: Array) -> Array:
        return product(points[:, :3]) * points[:, 3:]

    planes = shares(grows, "xyzt")
    assert [{a: v for a, v in one.items() if a != 3} for one in planes] == [
        {2: 0.25}, {0: 0.25}, {1: 0.25},
    ] * 2  # fmt: skip
    assert [one[3] for one in planes] == [0.5] * 3 + [1.0] * 3


def test_time_is_what_a_laplacian_takes_for_it() -> None:
    assert all(map(is_time, TIMES))
    assert not is_time("x")
