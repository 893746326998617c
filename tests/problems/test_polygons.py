"""Polygons: hand-worked measures, membership against another formula, and clear refusals."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.errors import UserError
from nas.problems import Polygon

L_SHAPE = [(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)]
TRIANGLE = Polygon([(0, 0), (3, 0), (0, 4)])


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


@settings(derandomize=True, deadline=None)
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
        ({"coordinates": ("x", "y y")}, "coordinate 'y y': expected a word that can stand"),
        ({"names": ["a", "b"]}, "expected 3 names, one an edge, got ['a', 'b']"),
        ({"names": "abc"}, "expected 3 names, one an edge, got 'abc'"),
    ],
)
def test_bad_names_of_polygons(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Polygon([(0, 0), (1, 0), (0, 1)], **options)


def test_a_straight_angle_is_no_fault() -> None:
    assert Polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)]).measure == 4
