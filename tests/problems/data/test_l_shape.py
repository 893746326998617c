"""The L-shape's solution against its own certificate, the literature, and finite elements."""

import numpy as np
import pytest
import skfem
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from skfem.helpers import dot, grad

from nas.problems import Polygon
from nas.problems.data.l_shape import reference
from nas.problems.poisson_l_shape import problem

Array = NDArray[np.float64]


def edge(start: tuple[float, float], end: tuple[float, float]) -> Array:
    """Points (2, N) of an edge, dense towards its ends, down to a distance of 1e-12."""
    near = np.logspace(-12, np.log10(0.5), 1000)
    share = np.concatenate([[0.0], near, 1 - near, [1.0]])
    points: Array = np.outer(start, 1 - share) + np.outer(end, share)
    return points


def test_certificate_zero_on_the_whole_boundary() -> None:
    """The error is harmonic: its largest value stands on the boundary, and is found here."""
    domain = problem.domain
    assert isinstance(domain, Polygon)
    corners = domain.vertices
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        assert np.abs(reference(*edge(start, end))).max() < 1e-12


def test_integral_is_that_of_the_literature() -> None:
    assert integral() == pytest.approx(0.2140758, abs=1e-7)


def test_maximum_on_the_diagonal() -> None:
    best = minimize_scalar(
        lambda s: -reference(np.array([-s]), np.array([-s]))[0],
        bounds=(0.1, 0.9),
        method="bounded",
    )
    assert -best.fun == pytest.approx(0.149402, abs=2e-5)  # finite elements, 197,633 unknowns
    assert best.x == pytest.approx(0.331, abs=1e-3)
    x, y = np.random.default_rng(0).uniform(-1, 0, (2, 2000))
    assert reference(x, y).max() <= -best.fun + 1e-9


def test_symmetric_about_the_diagonal() -> None:
    x, y = np.random.default_rng(0).uniform([[-1], [-1]], [[0], [1]], (2, 500))
    u, mirrored = reference(x, y), reference(y, x)
    np.testing.assert_allclose(u, mirrored, atol=1e-12)


def test_gradient_grows_like_the_corner_singularity() -> None:
    """Near the re-entrant corner u ~ c r^(2/3) along the bisector."""
    r = np.array([1e-6, 1e-7])
    u = reference(-r / np.sqrt(2), -r / np.sqrt(2))
    assert np.log10(u[0] / u[1]) == pytest.approx(2 / 3, abs=1e-3)


def test_finite_elements_converge_to_it() -> None:
    """P2 elements on uniform meshes converge in L2 at the rate 4/3 that the corner allows."""
    coarse, fine = finite_element_error(3), finite_element_error(4)
    assert fine < 5e-4
    assert np.log2(coarse / fine) == pytest.approx(4 / 3, abs=0.1)


def integral() -> float:
    """∫u by Gauss quadrature in polar coordinates; r = R q³ makes r^(2/3) smooth."""
    node, weight = np.polynomial.legendre.leggauss(40)
    node, weight = (node + 1) / 2, weight / 2
    total = 0.0
    for start in np.arange(6) * np.pi / 4 + np.pi / 2:  # between these angles R is smooth
        angle, q = np.meshgrid(start + node * np.pi / 4, node, indexing="ij")
        radius = 1 / np.maximum(np.abs(np.cos(angle)), np.abs(np.sin(angle)))
        r = radius * q**3
        u = reference((r * np.cos(angle)).ravel(), (r * np.sin(angle)).ravel())
        density = u.reshape(r.shape) * r * 3 * radius * q**2
        total += np.pi / 4 * float(weight @ density @ weight)
    return total


def finite_element_error(refinements: int) -> float:
    """The L2 distance to the P2 solution on a uniform mesh."""
    mesh = skfem.MeshTri.init_lshaped().refined(refinements)
    basis = skfem.Basis(mesh, skfem.ElementTriP2(), intorder=6)
    stiffness = skfem.BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(basis)
    load = skfem.LinearForm(lambda v, w: 1.0 * v).assemble(basis)
    solution = skfem.solve(*skfem.condense(stiffness, load, D=basis.get_dofs()))
    x, y = np.asarray(basis.global_coordinates())
    exact = reference(x.ravel(), y.ravel()).reshape(x.shape)
    difference = np.asarray(basis.interpolate(solution)) - exact
    return float(np.sqrt((difference**2 * basis.dx).sum()))
