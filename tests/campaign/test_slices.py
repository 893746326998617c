"""Slices of domains of any dimension."""

import numpy as np
import pytest

from nas.campaign.slices import LINE, MOST, SIDE, SIDES, slices


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
