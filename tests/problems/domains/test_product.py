"""Products: measures, names, distances, what is refused."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from nas.errors import UserError
from nas.problems.domains import Box, Disc, Polygon, distance, product
from nas.problems.sampling import boundary_points

CYLINDER = Disc((0, 0), 1) * Box(t=(0, 2))


def test_by_hand() -> None:
    assert CYLINDER.coordinates == ("x", "y", "t")
    assert CYLINDER.measure == pytest.approx(2 * np.pi)
    assert CYLINDER.parts == pytest.approx({"rim": 4 * np.pi, "t_min": np.pi, "t_max": np.pi})
    assert list(CYLINDER.bounds) == [(-1, 1), (-1, 1), (0, 2)]


def test_boxes_make_a_box() -> None:
    assert Box(x=(0, 1), y=(0, 2)) * Box(t=(0, 3)) == Box(x=(0, 1), y=(0, 2), t=(0, 3))


def test_points_on_the_lid_are_even_by_area() -> None:
    points = boundary_points(CYLINDER, ["t_max"], 2000, seed=0, draw=0)["t_max"]
    assert (points[:, 2] == 2).all()
    rings = (points[:, :2] ** 2).sum(axis=1) * 10  # of the same area
    assert chisquare(np.bincount(rings.astype(int), minlength=10)).pvalue > 0.01


def test_points_on_the_side_are_even_by_area() -> None:
    points = boundary_points(CYLINDER, ["rim"], 2048, seed=0, draw=0)["rim"]
    angle = (np.arctan2(points[:, 1], points[:, 0]) + np.pi) / (2 * np.pi)
    counts = np.histogram2d(angle, points[:, 2], bins=4, range=[(0, 1), (0, 2)])[0]
    assert counts.tolist() == [[128] * 4] * 4


def test_normals_are_those_of_the_factor() -> None:
    assert CYLINDER.normals("rim", np.array([[0.0, 1.0, 0.5]])).tolist() == [[0, 1, 0]]
    assert CYLINDER.normals("t_min", np.array([[0.0, 0.5, 0.0]])).tolist() == [[0, 0, -1]]


def test_distances_pass_through() -> None:
    points = torch.tensor([[0.5, 0.0, 0.5]])
    assert distance(CYLINDER, "t_min", points).tolist() == [0.25]
    assert distance(CYLINDER, "rim", points).tolist() == [0.375]


def test_a_hole_that_is_a_product_has_no_distance() -> None:
    cube = Box(x=(-2, 2), y=(-2, 2), t=(-1, 3)) - CYLINDER
    with pytest.raises(UserError, match="multiply what is left after cutting instead"):
        distance(cube, "rim", torch.zeros(1, 3))


def test_a_name_that_is_taken_gets_a_number() -> None:
    first = Polygon([(0, 0), (1, 0), (0, 1)])
    second = Polygon([(0, 0), (1, 0), (0, 1)], coordinates=("p", "q"))
    assert list((first * second).parts) == [
        "edge_0", "edge_1", "edge_2", "edge_0_2", "edge_1_2", "edge_2_2"
    ]  # fmt: skip


BAD: list[tuple[Callable[[], Any], str]] = [
    (lambda: Disc((0, 0), 1) * Box(x=(0, 1)), "expected distinct coordinates, got x, y, x"),
    (lambda: Box(x=(0, 1)) * Box(x=(0, 1)), "expected distinct coordinates, got x, x"),
    (lambda: Disc((0, 0), 1) * (0, 1), "(0, 1) is no domain"),  # type: ignore[operator]
    (lambda: product(3, Box(x=(0, 1))), "3 is no domain"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_products(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        make()
