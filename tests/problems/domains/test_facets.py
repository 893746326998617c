"""Faces of a mesh: measures, normals, even points, the nearest."""

import numpy as np
import pytest
from scipy.stats import chisquare

from nas.problems.domains.cells import sobol
from nas.problems.domains.facets import Facets

EDGES = Facets(np.array([[[0.0, 0.0], [3.0, 0.0]], [[3.0, 0.0], [3.0, 1.0]]]))
TRIANGLES = Facets(
    np.array(
        [
            [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0]],
            [[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]],
        ]
    )
)


def test_by_hand() -> None:
    assert EDGES.measures.tolist() == [3, 1]
    assert EDGES.normals.tolist() == [[0, -1], [1, 0]]
    assert TRIANGLES.measures.tolist() == [2, 0.5]
    assert TRIANGLES.normals.tolist() == [[0, 0, 1]] * 2


def test_points_on_edges_are_even_by_length() -> None:
    points = EDGES.on(np.array([[0.0], [0.25], [0.75], [1.0]]))
    np.testing.assert_allclose(points, [[0, 0], [1, 0], [3, 0], [3, 1]])


def test_points_on_triangles_are_even_by_area() -> None:
    points = TRIANGLES.on(sobol(2, 2**12))
    low = points[:, 2] == 0
    assert low.mean() == pytest.approx(0.8, abs=1e-3)
    x, y = points[low, :2].T / 2
    quarters = np.select([x > 0.5, y > 0.5, x + y < 0.5], [0, 1, 2], 3)
    assert chisquare(np.bincount(quarters)).pvalue > 0.5


def test_the_nearest_face() -> None:
    face, apart = EDGES.nearest(np.array([[1.0, 0.25], [3.5, 0.5], [-1.0, 0.0]]))
    assert face.tolist() == [0, 1, 0]
    np.testing.assert_allclose(apart, [0.25, 0.5, 1])
    face, apart = TRIANGLES.nearest(np.array([[0.2, 0.2, 0.9], [0.2, 0.2, 0.0]]))
    assert face.tolist() == [1, 0]
    np.testing.assert_allclose(apart, [0.1, 0], atol=1e-15)


def test_no_points_no_faces() -> None:
    face, apart = EDGES.nearest(np.empty((0, 2)))
    assert len(face) == len(apart) == 0
