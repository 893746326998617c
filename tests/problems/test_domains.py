"""Boxes and polygons: hand-worked measures, membership, and clear refusals."""

import pickle
import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import UserError
from nas.problems import Box, Domain, Polygon
from nas.problems.domains import into_bounds

L_SHAPE = [(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)]
TRIANGLE = Polygon([(0, 0), (3, 0), (0, 4)])


def test_box_measures_by_hand() -> None:
    box = Box(x=(-1, 2), y=(0, 2), t=(0, 0.5))
    assert box.coordinates == ("x", "y", "t")
    assert list(box.bounds) == [(-1, 2), (0, 2), (0, 0.5)]
    assert box.measure == 3
    assert box.parts == {
        "x_min": 1, "x_max": 1, "y_min": 1.5, "y_max": 1.5, "t_min": 6, "t_max": 6
    }  # fmt: skip


def test_an_interval_has_two_points_of_measure_one() -> None:
    box = Box(x=(0, 5))
    assert box.parts == {"x_min": 1, "x_max": 1}
    np.testing.assert_array_equal(box.on("x_max", np.empty((3, 0))), [[5], [5], [5]])


def test_box_faces_keep_the_other_coordinates_in_order() -> None:
    box = Box(x=(0, 1), y=(10, 20), t=(-1, 0))
    on = box.on("y_max", np.array([[0.25, 0.5]]))
    np.testing.assert_array_equal(on, [[0.25, 20, -0.5]])


def test_the_closed_box_contains_its_border_and_nothing_beyond() -> None:
    box = Box(x=(0, 1), t=(0, 2))
    points = np.array([[0, 0], [1, 2], [0.5, 1], [np.nextafter(1, 2), 1], [-1e-300, 1]])
    assert box.contains(points).tolist() == [True, True, True, False, False]


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(0, 1))
def test_rounding_never_leaves_the_box(low: float, length: float, share: float) -> None:
    box = Box(x=(low, low + length))
    assert box.contains(into_bounds(box, np.array([[share], [1 - 2**-31], [1.0]]))).all()


def test_polygon_measures_by_hand() -> None:
    assert TRIANGLE.measure == 6
    assert TRIANGLE.parts == {"edge_0": 3, "edge_1": 5, "edge_2": 4}
    assert list(TRIANGLE.bounds) == [(0, 3), (0, 4)]
    assert Polygon(L_SHAPE).measure == 3
    assert Polygon(L_SHAPE[::-1]).measure == 3


def test_edges_of_one_name_are_one_part() -> None:
    polygon = Polygon([(0, 0), (3, 0), (0, 4)], coordinates=("r", "z"), names=["a", "b", "a"])
    assert polygon.parts == {"a": 7, "b": 5}
    on = polygon.on("a", np.array([[0.0], [2 / 7], [3 / 7], [5 / 7], [1.0]]))
    np.testing.assert_allclose(on, [[0, 0], [2, 0], [0, 4], [0, 2], [0, 0]], atol=1e-14)


@pytest.mark.parametrize("vertices", [L_SHAPE, L_SHAPE[::-1]])
def test_the_closed_polygon_contains_its_border(vertices: list[tuple[float, float]]) -> None:
    polygon = Polygon(vertices)
    assert polygon.contains(np.array(vertices, float)).all()
    inside = [[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [-1e-9, 0.5]]
    outside = [[0.5, 0.5], [1e-9, 1e-9], [-1.1, 0], [2, 0], [0, 1.0000001], [1.5, -1]]
    assert polygon.contains(np.array(inside)).all()
    assert not polygon.contains(np.array(outside)).any()


@given(st.floats(-3, 3), st.floats(0.1, 100), st.floats(0, 1))
def test_points_on_a_slanted_edge_count_as_inside(angle: float, scale: float, share: float) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    polygon = Polygon((np.array(L_SHAPE) @ turn.T + 7).tolist())
    for part in polygon.parts:
        assert polygon.contains(polygon.on(part, np.array([[share]]))).all()


def test_membership_agrees_with_barycentric_coordinates() -> None:
    points = np.random.default_rng(0).uniform(-1, 5, (2000, 2))
    a, b = points[:, 0] / 3, points[:, 1] / 4
    expected = (a >= 0) & (b >= 0) & (a + b <= 1)
    assert TRIANGLE.contains(points).tolist() == expected.tolist()


@pytest.mark.parametrize("domain", [Box(x=(-1, 1), t=(0, 1)), TRIANGLE])
def test_domains_are_frozen_values(domain: Any) -> None:
    same = pickle.loads(pickle.dumps(domain))
    assert same == domain
    assert hash(same) == hash(domain)
    assert same.parts == domain.parts
    with pytest.raises(FrozenInstanceError):
        domain.coordinates = ("a", "b")


def test_representation_reads_like_the_code_that_makes_it() -> None:
    assert repr(Box(x=(-1, 1), t=(0, 1))) == "Box(x=(-1.0, 1.0), t=(0.0, 1.0))"


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        ({}, "at least one interval, such as Box(x=(-1, 1))"),
        ({"x": (1, 0)}, "x=(1, 0): expected two finite numbers in rising order"),
        ({"x": (1, 1)}, "x=(1, 1): expected two finite numbers in rising order"),
        ({"x": (0, float("inf"))}, "expected two finite numbers"),
        ({"x": (float("nan"), 1)}, "expected two finite numbers"),
        ({"x": 3}, "x=3: expected the lowest and the highest value, such as (0, 1)"),
        ({"x": (0, 1, 2)}, "expected the lowest and the highest value"),
        ({"x": ("a", "b")}, "expected the lowest and the highest value"),
        ({"time": (0, 1)}, "coordinate 'time': expected a single letter"),
        ({"_": (0, 1)}, "coordinate '_': expected a single letter"),
    ],
)
def test_bad_boxes(intervals: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Box(**intervals)


@pytest.mark.parametrize(
    ("vertices", "message"),
    [
        ([(0, 0), (1, 1)], "at least 3 vertices, got 2"),
        ([(0, 0), (1, 0), (1, float("nan"))], "vertex 2: expected two finite numbers"),
        ([(0, 0), (1, 0), 5], "vertex 2: expected two finite numbers, got 5"),
        ([(0, 0), (1, 0), (1, 0), (0, 1)], "edge_1 from (1.0, 0.0): expected a length above 0"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "edge_0 and edge_2 meet"),
        ([(0, 0), (2, 0), (1, 0)], "edge_0 and edge_1 meet"),
        ([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)], "edge_0 and edge_2 meet"),
        ([(0, 0), (3, 0), (3, 3), (2, 0), (1, 0), (0, 3)], "edge_0 and edge_2 meet"),
    ],
)
def test_bad_polygons(vertices: list[Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Polygon(vertices)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"coordinates": ("x", "y", "z")}, "expected two coordinates, got ('x', 'y', 'z')"),
        ({"coordinates": ("x", "x")}, "expected distinct coordinates, got x, x"),
        ({"coordinates": ("x", "yy")}, "coordinate 'yy': expected a single letter"),
        ({"names": ["a", "b"]}, "expected 3 names, one an edge, got ['a', 'b']"),
        ({"names": "abc"}, "expected 3 names, one an edge, got 'abc'"),
    ],
)
def test_bad_names_of_polygons(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Polygon([(0, 0), (1, 0), (0, 1)], **options)


def test_a_straight_angle_is_no_fault() -> None:
    assert Polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)]).measure == 4


@pytest.mark.parametrize("domain", [Box(x=(0, 1), y=(0, 1)), TRIANGLE])
def test_unknown_part(domain: Domain) -> None:
    with pytest.raises(UserError, match=r"'top': no such part of the boundary; expected one of"):
        domain.on("top", np.array([[0.5]]))
