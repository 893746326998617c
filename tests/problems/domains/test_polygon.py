"""Polygons: hand-worked measures, membership against another formula, and clear refusals."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.errors import UserError
from nas.problems import Polygon

L_SHAPE = [(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)]
SLOT = [(0.2, 0.2), (0.4, 0.2), (0.2, 0.4)]
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
        ([(0, 0), (1, 0), (0, True)], "vertex 2: expected two finite numbers, got (0, True)"),
        ([(0, 0), (1, 0), ("0", 1)], "vertex 2: expected two finite numbers, got ('0', 1)"),
        ([(0, 0), (1, 0), (0, 1, 2)], "vertex 2: expected two finite numbers, got (0, 1, 2)"),
        (5, "expected a list of vertices, got 5"),
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
        ({"names": ["a", "b", 3]}, "expected 3 names, one an edge, got ['a', 'b', 3]"),
        ({"holes": [SLOT], "hole_names": "slot"}, "expected 1 hole_names, one a hole, got 'slot'"),
        ({"holes": [SLOT], "hole_names": []}, "expected 1 hole_names, one a hole, got []"),
        ({"holes": [SLOT], "hole_names": [["a", "b"]]}, "hole 0: expected 3 names, one an edge"),
        ({"names": "abc"}, "expected 3 names, one an edge, got 'abc'"),
    ],
)
def test_bad_names_of_polygons(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Polygon([(0, 0), (1, 0), (0, 1)], **options)


def test_a_straight_angle_is_no_fault() -> None:
    assert Polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)]).measure == 4


SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_hole_by_hand(turn: int) -> None:
    hole = [(1, 1), (2, 1), (2, 2), (1, 2)][::turn]
    plate = Polygon(SQUARE, holes=[hole])
    assert plate.measure == 15
    assert plate.parts == {"edge_0": 4, "edge_1": 4, "edge_2": 4, "edge_3": 4, "hole_0": 4}
    assert list(plate.bounds) == [(0, 4), (0, 4)]
    points = np.array([[1.5, 1.5], [1, 1.5], [0.5, 0.5], [2.5, 1.5]])
    assert plate.contains(points).tolist() == [False, True, True, True]
    assert plate.interior(points).tolist() == [False, False, True, True]
    sides = np.array([[1, 1.5], [2, 1.5], [1.5, 1], [1.5, 2]])
    assert plate.normals("hole_0", sides).tolist() == [[1, 0], [-1, 0], [0, 1], [0, -1]]


def test_edges_of_holes_have_names_of_their_own() -> None:
    holes: list[Any] = [[(1, 1), (2, 1), (1, 2)], [(3, 3), (3.5, 3), (3, 3.5)]]
    plate = Polygon(SQUARE, names=["w"] * 4, holes=holes, hole_names=[["a", "b", "a"], "w"])
    assert plate.parts == pytest.approx({"w": 17 + 0.5**0.5, "a": 2, "b": 2**0.5})


@pytest.mark.parametrize(
    ("holes", "message"),
    [
        ([[(5, 5), (6, 5), (5, 6)]], "hole 0: lies outside the outline"),
        ([[(3, 3), (5, 3), (3, 5)]], "hole 0: touches the outline"),
        ([[(0, 1), (1, 1), (1, 2)]], "hole 0: touches the outline"),
        ([[(-1, -1), (9, -1), (9, 9), (-1, 9)]], "hole 0: lies outside the outline"),
        ([[(1, 1), (2, 1), (1, 2)], [(1.5, 1), (3, 1), (3, 2)]], "hole 1: touches hole 0"),
        ([[(1, 1), (3, 1), (3, 3), (1, 3)], [(2, 2), (2.5, 2), (2, 2.5)]], "hole 1: one of it and"),
        ([[(1, 1), (2, 2), (2, 1), (1, 2)]], "hole 0: edge_0 and edge_2 meet"),
        ([[(1, 1), (2, 2)]], "hole 0: expected at least 3 vertices, got 2"),
        ([[(1, 1), (2, 2), (1, float("inf"))]], "hole 0: vertex 2: expected two finite numbers"),
        (3, "holes: expected a list of vertices, got 3"),
        ([3], "hole 0: expected a list of vertices, got 3"),
    ],
)
def test_bad_holes(holes: Any, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Polygon(SQUARE, holes=holes)


def test_far_from_the_origin_the_area_is_exact() -> None:
    at = 1e6
    assert Polygon([(at, at), (at + 1, at), (at, at + 1)]).measure == 0.5


def test_the_distance_of_an_edge_ends_with_it() -> None:
    """The line goes on through the domain; the edge does not."""
    shape = Polygon(L_SHAPE)
    inner = torch.tensor([[0.5, 0.0], [-0.5, 0.0]], dtype=torch.float64)
    on, beside = shape.distance("edge_2", inner)
    assert on == 0
    assert beside > 0.2


def test_the_distance_of_an_edge_is_that_of_its_line_nearby() -> None:
    near = torch.tensor([[0.5, -1e-4]], dtype=torch.float64)
    assert Polygon(L_SHAPE).distance("edge_2", near).item() == pytest.approx(0.5e-4, rel=1e-6)
