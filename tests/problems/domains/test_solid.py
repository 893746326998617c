"""Solids within a surface: winding numbers, parts, what is refused."""

import re
from typing import Any

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from nas.errors import UserError
from nas.problems.domains import Solid
from nas.problems.domains.cells import sobol

CORNERS = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
FACES = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]


def cube(size: float, turn: int = 1) -> tuple[np.ndarray, np.ndarray]:
    corners = size * (np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T)
    hull = ConvexHull(corners)
    across = np.cross(*np.diff(corners[hull.simplices], axis=1).transpose(1, 0, 2))
    outward = (across * corners[hull.simplices[:, 0]]).sum(axis=1) > 0
    faces = np.where(outward[:, None], hull.simplices, hull.simplices[:, ::-1])
    return corners, faces[:, ::turn]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_tetrahedron_by_hand(turn: int) -> None:
    faces = [face[::turn] for face in FACES]
    solid = Solid(CORNERS, {"floor": faces[:1], "rest": faces[1:]}, ("a", "b", "c"))
    assert solid.measure == pytest.approx(1 / 6)
    assert solid.parts == pytest.approx({"floor": 0.5, "rest": 1 + np.sqrt(3) / 2})
    assert solid.normals("floor", np.array([[0.2, 0.2, 0.0]])).tolist() == [[0, 0, -1]]
    points = sobol(3, 2**10)
    assert solid.contains(points).tolist() == (points.sum(axis=1) <= 1).tolist()


def test_a_cavity_is_outside() -> None:
    outer, inner = cube(2.0), cube(1.0, turn=-1)
    solid = Solid(np.concatenate([outer[0], inner[0]]), {"outer": outer[1], "inner": 8 + inner[1]})
    assert solid.measure == pytest.approx(64 - 8)
    points = np.array([[0, 0, 0], [1.5, 0, 0], [1, 0.3, 0.2], [2, 0.3, 0.2], [2.5, 0, 0]])
    assert solid.contains(points).tolist() == [False, True, True, True, False]
    assert solid.interior(points).tolist() == [False, True, False, False, False]
    assert solid.normals("inner", np.array([[1.0, 0.3, 0.2]])).tolist() == [[-1, 0, 0]]


BAD: list[tuple[Any, Any, str]] = [
    (CORNERS, {"a": FACES[:3]}, "the surface is not closed, or its triangles run in different"),
    (CORNERS, {"a": [*FACES[:3], (1, 3, 2)]}, "3 edges are not shared by two"),
    (CORNERS, {}, "Solid: the surface is not closed"),
    (CORNERS, {"a": [(0, 1)]}, "Solid: a: expected rows of 3 whole numbers"),
    ([(0, 0)], {"a": FACES}, "Solid: vertices: expected rows of 3 finite numbers"),
    (CORNERS, {"a": [*FACES, *FACES]}, "Solid: 4 triangles are there twice, such as that of the"),
    ([*CORNERS[:3], (0.5, 0.5, 0)], {"a": FACES}, "Solid: the surface encloses no volume"),
    (
        CORNERS,
        {"a": [(0, 1, 4)]},
        "Solid: expected numbers of vertices, from 0 to 3",
    ),
]


@pytest.mark.parametrize(("corners", "faces", "message"), BAD)
def test_bad_solids(corners: Any, faces: Any, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Solid(corners, faces)


def test_triangles_without_the_names_of_parts_are_refused() -> None:
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    triangles: Any = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]
    with pytest.raises(UserError, match="triangles: expected those of each part by its name"):
        Solid(corners, triangles)
