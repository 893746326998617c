"""The laws of a domain, for one of each kind, near the origin and far from it.

Axis legend: N points, D coordinates.
"""

import pickle
from functools import partial

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.problems.domains import Array, Domain, check_part, distance, surfaces
from nas.problems.domains.cells import sobol
from nas.problems.domains.shape import interior, sides
from nas.problems.sampling import boundary_points, interior_points
from tests.problems.domains.every import EVERY, EVERY_FAR

ALL = {**EVERY, **{f"{name}, far away": domain for name, domain in EVERY_FAR.items()}}


@pytest.fixture(params=ALL)
def domain(request: pytest.FixtureRequest) -> Domain:
    return ALL[request.param]


def drawn(domain: Domain, part: str, count: int = 64) -> Array:
    counts = boundary_points(domain, [part], count, seed=1, draw=0)
    return counts[part]


def size(domain: Domain) -> float:
    return max(high - low for low, high in domain.bounds)


def test_points_of_a_part_lie_in_the_closed_domain(domain: Domain) -> None:
    low, high = np.transpose(domain.bounds)
    for part in surfaces(domain):
        points = drawn(domain, part)
        assert domain.contains(points).all()
        assert ((points >= low) & (points <= high)).all()


def test_normals_are_those_of_contains(domain: Domain) -> None:
    """The middle of what a small ball around a point has inside lies straight inwards."""
    dimension = len(domain.coordinates)
    directions = np.random.default_rng(0).normal(size=(4096, dimension))
    ball = 1e-4 * size(domain) * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    for part in domain.parts:
        points = drawn(domain, part, 16)
        normals = domain.normals(part, points)
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-12)
        for point, normal in zip(points, normals, strict=True):
            inside = ball[domain.contains(point + ball)].mean(axis=0)
            assert -inside @ normal / np.linalg.norm(inside) > 0.98


def test_the_step_along_the_normal_leads_out(domain: Domain) -> None:
    step = 1e-6 * size(domain)
    for part in domain.parts:
        points = drawn(domain, part)
        normals = domain.normals(part, points)
        assert not domain.contains(points + step * normals).any()
        assert interior(domain, points - step * normals).all()


def test_measures_parts_and_normals_belong_together(domain: Domain) -> None:
    """Gauss: the flux of the position through the boundary is the volume times the dimension."""
    middle = np.mean(domain.bounds, axis=1)
    flux = 0.0
    for part, measure in domain.parts.items():
        points = drawn(domain, part, 1024)
        through = ((points - middle) * domain.normals(part, points)).sum(axis=1)
        flux += measure * float(through.mean())
    assert flux == pytest.approx(len(domain.coordinates) * domain.measure, rel=2e-3)


def test_the_measure_is_the_share_of_the_bounding_box(domain: Domain) -> None:
    low, high = np.transpose(domain.bounds)
    points = low + (high - low) * sobol(len(low), 2**14)
    share = domain.contains(points).mean()
    assert domain.measure == pytest.approx(share * np.prod(high - low), rel=1e-2)


def test_interior_points_are_inside(domain: Domain) -> None:
    points = interior_points(domain, 100, seed=0, draw=0)
    assert domain.contains(points).all()
    assert interior(domain, points).all()


def test_cells_that_are_said_to_be_inside_or_outside_are(domain: Domain) -> None:
    low, high = np.transpose(domain.bounds)
    dimension, extent = len(low), high - low
    at, more, within = np.split(sobol(3 * dimension, 2**11), 3, axis=1)
    low = low - 0.1 * extent + 1.2 * extent * at
    high = low + 0.3 * extent * more
    found = sides(domain, low, high)
    inside = domain.contains(low + (high - low) * within)
    assert inside[found == 1].all()
    assert not inside[found == -1].any()


def test_the_first_point_of_a_stream_does_not_depend_on_what_else_is_asked(domain: Domain) -> None:
    part = list(domain.parts)[-1]
    alone = drawn(domain, part, 8)
    together = boundary_points(domain, list(domain.parts), 200, seed=1, draw=0)[part]
    np.testing.assert_array_equal(alone[:1], together[:1])


def test_it_travels_to_another_process(domain: Domain) -> None:
    same = pickle.loads(pickle.dumps(domain))
    assert dict(same.parts) == dict(domain.parts)
    assert same.bounds == domain.bounds
    assert same.measure == domain.measure


def test_an_unknown_part_is_refused_with_those_that_there_are(domain: Domain) -> None:
    points, known = np.zeros((1, len(domain.coordinates))), next(iter(domain.parts))
    with pytest.raises(UserError, match=f"'lid': no such part .*{known}"):
        domain.on("lid", points[:, 1:])
    with pytest.raises(UserError, match=f"'lid': no such part .*{known}"):
        domain.normals("lid", points)
    with pytest.raises(UserError, match=f"'lid': no such part .*{known}"):
        check_part(domain, "lid")


WITHOUT_DISTANCE = ("union", "pieces", "mesh", "tetrahedra", "solid")
WITH_DISTANCE = [name for name in ALL if not any(word in name for word in WITHOUT_DISTANCE)]


@pytest.mark.parametrize("name", WITH_DISTANCE)
def test_distances_are_zero_on_the_part_and_positive_elsewhere(name: str) -> None:
    domain = ALL[name]
    inside = torch.as_tensor(interior_points(domain, 256, seed=0, draw=0))
    for part in domain.parts:
        on = torch.as_tensor(drawn(domain, part))
        assert distance(domain, part, on).abs().max() < 1e-8
        elsewhere = distance(domain, part, inside)
        assert elsewhere.shape == (256,)
        assert elsewhere.min() > 0
        assert 0.03 < elsewhere.max() < 3


@pytest.mark.parametrize("name", WITH_DISTANCE)
def test_distances_rise_off_the_part(name: str) -> None:
    domain = ALL[name]
    for part in domain.parts:
        points = drawn(domain, part, 32)
        inward = torch.as_tensor(-domain.normals(part, points))
        slope = torch.func.jvp(
            partial(distance, domain, part), (torch.as_tensor(points),), (inward,)
        )[1]
        assert slope.min() > 0.05
        assert slope.max() < 10


@pytest.mark.parametrize("name", WITH_DISTANCE)
def test_distances_have_four_derivatives_on_the_part_and_inside(name: str) -> None:
    domain = ALL[name]
    inside = interior_points(domain, 32, seed=0, draw=0)
    for part in domain.parts:
        points = torch.as_tensor(np.concatenate([drawn(domain, part, 32), inside]))
        points.requires_grad_()
        found = distance(domain, part, points)
        for _ in range(4):
            if not found.requires_grad:  # a plane has but one
                break
            (gradient,) = torch.autograd.grad(found.sum(), points, create_graph=True)
            assert gradient.isfinite().all()
            found = gradient.sum(dim=1)


@pytest.mark.parametrize("name", [name for name in ALL if name not in WITH_DISTANCE])
def test_what_has_no_distance_says_so(name: str) -> None:
    domain = ALL[name]
    part = next(iter(domain.parts))
    points = torch.zeros(1, len(domain.coordinates))
    with pytest.raises(UserError, match=r"no distance function, so a condition .*exact=False"):
        distance(domain, part, points)
