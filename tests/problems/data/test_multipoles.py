"""The potential around four holes against its own certificate, and finite elements."""

import numpy as np
import skfem
from numpy.typing import NDArray
from scipy.spatial import Delaunay
from skfem.helpers import dot, grad

from nas.problems.data.multipoles import OFFSET, RADIUS, reference
from nas.problems.sampling import boundary_points
from nas.problems.square_with_holes import problem

Array = NDArray[np.float64]


def test_certificate_the_conditions_hold_on_the_whole_boundary() -> None:
    """The error is harmonic: its largest value stands on the boundary, and is found here."""
    domain = problem.domain
    for part, points in boundary_points(domain, list(domain.parts), 4000, seed=0, draw=0).items():
        wanted = 0 if part.startswith("rim") else 1
        np.testing.assert_allclose(reference(*points.T), wanted, atol=1e-12)


def test_the_symmetry_is_that_of_the_square() -> None:
    x, y = np.random.default_rng(0).uniform(-0.15, 0.5, (2, 300))
    u = reference(x, y)
    np.testing.assert_allclose(reference(y, x), u, atol=1e-12)
    np.testing.assert_allclose(reference(-x, y), u, atol=1e-12)


def test_finite_elements_agree() -> None:
    mesh = ring_mesh()
    basis = skfem.Basis(mesh, skfem.ElementTriP2(), intorder=4)
    stiffness = skfem.BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(basis)
    x, y = basis.doflocs
    boundary = basis.get_dofs().all()
    start = np.zeros(len(x))
    start[boundary] = np.maximum(np.abs(x), np.abs(y))[boundary] > 0.5 - 1e-9
    solution = skfem.solve(*skfem.condense(stiffness, x=start, D=boundary))
    assert np.abs(solution - reference(x, y)).max() < 1e-2  # rims are polygons of 48 corners
    inside = np.hypot(np.abs(x) - OFFSET, np.abs(y) - OFFSET) > 1.2 * RADIUS
    assert np.sqrt(np.mean((solution - reference(x, y))[inside] ** 2)) < 2e-3


def ring_mesh() -> skfem.MeshTri:
    """Rings of points around the holes and a grid elsewhere, without what lies in the holes."""
    angle = 2 * np.pi * np.arange(48) / 48
    grid = np.linspace(-0.5, 0.5, 41)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    centers = [(a * OFFSET, b * OFFSET) for a in (-1, 1) for b in (-1, 1)]
    free = np.hypot(np.abs(x) - OFFSET, np.abs(y) - OFFSET) > 1.35 * RADIUS
    rings = [
        [a + size * RADIUS * np.cos(angle), b + size * RADIUS * np.sin(angle)]
        for a, b in centers
        for size in (1.0, 1.13, 1.26)
    ]
    points = np.concatenate([np.stack([x, y])[:, free], *rings], axis=1)
    triangles = Delaunay(points.T).simplices.T
    on_rim = np.hypot(*(np.abs(points) - OFFSET)) < 1.001 * RADIUS
    return skfem.MeshTri(points, np.ascontiguousarray(triangles[:, ~on_rim[triangles].all(axis=0)]))
