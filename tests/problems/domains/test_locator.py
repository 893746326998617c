"""Points in simplices, against all of them one by one."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from nas.problems.domains.locator import Locator


@pytest.mark.parametrize("dimension", [2, 3])
def test_against_the_library_that_made_the_mesh(dimension: int) -> None:
    random = np.random.default_rng(0)
    mesh = Delaunay(random.normal(size=(200, dimension)))
    kept = mesh.simplices[random.permutation(len(mesh.simplices))[: len(mesh.simplices) // 2]]
    points = random.normal(size=(2000, dimension))
    alive = {tuple(sorted(simplex)) for simplex in kept.tolist()}
    expected = [
        index >= 0 and tuple(sorted(mesh.simplices[index].tolist())) in alive
        for index in mesh.find_simplex(points)
    ]
    found = Locator(mesh.points[kept]).holds(points, 1e-14)
    assert found.tolist() == expected
    assert 100 < sum(expected) < 1900


def test_corners_and_sides_count_as_inside() -> None:
    corners = np.array([[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    points = np.array([[0, 0], [1, 0], [0, 1], [0.5, 0.5], [0.5, 0], [-1e-9, 0.5], [0.5, 0.6]])
    found = Locator(corners).holds(points, 1e-15)
    assert found.tolist() == [True] * 5 + [False] * 2


def test_no_points() -> None:
    corners = np.array([[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    assert Locator(corners).holds(np.empty((0, 2)), 0.0).tolist() == []
