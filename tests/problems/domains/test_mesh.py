"""Meshes of triangles and tetrahedra: boundary, parts, what is refused."""

import re
from typing import Any

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.problems.domains import Box, Mesh

CORNERS = [(0, 0), (1, 0), (1, 1), (0, 1)]
SMALL = [(0.7, 0.1), (0.8, 0.1), (0.8, 0.2)]  # within the first triangle
TRIANGLES = [(0, 1, 2), (0, 2, 3)]
CUBE = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
# Six tetrahedra around the diagonal from 0 to 7.
TETRAHEDRA = [(0, 7, 1, 3), (0, 7, 3, 2), (0, 7, 2, 6), (0, 7, 6, 4), (0, 7, 4, 5), (0, 7, 5, 1)]


def test_a_square_by_hand() -> None:
    mesh = Mesh(CORNERS, TRIANGLES, {"bottom": [(1, 0)], "sides": [(1, 2), (0, 3)]})
    assert mesh.measure == 1
    assert mesh.parts == {"bottom": 1, "sides": 2, "boundary": 1}
    assert mesh.coordinates == ("x", "y")
    points = np.array([[1.0, 0.5], [0.0, 0.5]])
    assert mesh.normals("sides", points).tolist() == [[1, 0], [-1, 0]]


def test_the_sense_of_a_simplex_does_not_matter() -> None:
    turned = Mesh(CORNERS, [(0, 2, 1), (3, 0, 2)], {"bottom": [(0, 1)]})
    assert turned.normals("bottom", np.array([[0.5, 0.0]])).tolist() == [[0, -1]]
    assert turned.measure == 1


def test_a_cube_by_hand() -> None:
    mesh = Mesh(CUBE, TETRAHEDRA, {"floor": [(0, 2, 4), (2, 4, 6), (0, 2, 6), (0, 4, 6)]})
    assert mesh.measure == pytest.approx(1)
    assert mesh.parts == pytest.approx({"floor": 1, "boundary": 5})
    assert mesh.normals("floor", np.array([[0.3, 0.4, 0.0]])).tolist() == [[0, 0, -1]]


def test_a_face_belongs_to_the_first_group_that_has_it() -> None:
    mesh = Mesh(CORNERS, TRIANGLES, {"a": [(0, 1)], "b": [(0, 1), (1, 2)], "c": [(0, 2), (2, 3)]})
    assert mesh.parts == {"a": 1, "b": 1, "c": 1, "boundary": 1}


def test_meshes_can_be_combined() -> None:
    mesh = Mesh(CORNERS, TRIANGLES)
    assert (mesh - Box(x=(0.5, 2), y=(-1, 2))).measure == pytest.approx(0.5, rel=1e-4)
    assert (mesh * Box(t=(0, 3))).measure == 3


BAD: list[tuple[tuple[Any, ...], str]] = [
    ((CORNERS, [(0, 1, 9)]), "Mesh: simplices: expected numbers of vertices, from 0 to 3"),
    ((CORNERS, [(0, 1, -1)]), "Mesh: simplices: expected numbers of vertices, from 0 to 3"),
    ((CORNERS, [(0, 1)]), "Mesh: simplices: expected rows of 3 whole numbers"),
    ((CORNERS, [(0, 1, 2.5)]), "Mesh: simplices: expected rows of 3 whole numbers"),
    ((CORNERS, []), "Mesh: simplices: expected rows of 3 whole numbers"),
    (([(0, 0), (1,)], TRIANGLES), "Mesh: vertices: expected rows of 2 or 3 finite numbers"),
    (
        ([(0, 0), (1, float("nan"))], TRIANGLES),
        "vertices: expected rows of 2 or 3 finite numbers, got [(0, 0), (1, ",
    ),
    (
        ([(0, 0), (1, "1")], TRIANGLES),
        "vertices: expected rows of 2 or 3 finite numbers, got [(0, 0), (1, ",
    ),
    (([(0, 0), (1, 1), (2, 2)], [(0, 1, 2)]), "Mesh: simplex 0 has no volume"),
    ((CORNERS, [*TRIANGLES, (0, 2, 1), (2, 0, 1)]), "more than two simplices share a face"),
    ((CORNERS, [*TRIANGLES, (0, 1, 3)]), "two simplices that share a face lie on the same side"),
    ((CORNERS, [(0, 1, 2), (0, 1, 2)]), "two simplices that share a face lie on the same side"),
    ((CORNERS, [(0, 1, 2), (1, 2, 3)]), "two simplices that share a face lie on the same side"),
    (([*CORNERS, *SMALL], [*TRIANGLES, (4, 5, 6)]), "Mesh: simplex 2 overlaps another"),
    (
        ([*CORNERS[:3], CORNERS[0], *CORNERS[2:]], [(0, 1, 2), (3, 4, 5)]),
        "1 faces of the boundary lie on another one, such as at (0.0, 0.0); expected vertices that",
    ),
    (([], []), "Mesh: vertices: expected rows of 2 or 3 finite numbers, got []"),
    ((None, TRIANGLES), "Mesh: vertices: expected rows of 2 or 3 finite numbers, got None"),
    ((np.ma.masked_less(CORNERS, 1), TRIANGLES), "expected rows of 2 or 3 finite numbers, got mas"),
    ((torch.ones(3, 2, requires_grad=True), TRIANGLES), "expected rows of 2 or 3 finite numbers"),
    (([(0, 0), (1e300, 0), (0, 1e300)], [(0, 1, 2)]), "no volume, or one that is not finite"),
    ((CORNERS, TRIANGLES, [(0, 1)]), "groups: expected the faces of each by its name, such as"),
    ((CORNERS, TRIANGLES, None, 5), "coordinates=5: expected 2 names"),
    ((CORNERS, TRIANGLES, {"middle": [(0, 2)]}), "group 'middle': none of its faces is on"),
    ((CORNERS, TRIANGLES, {"top": [(0, 2, 3)]}), "group 'top': expected rows of 2 whole numbers"),
    ((CORNERS, TRIANGLES, None, ("x",)), "coordinates=('x',): expected 2 names"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_meshes(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Mesh(*arguments)
