"""Segments: touching, areas, distances."""

import numpy as np
import pytest
import torch

from nas.problems.domains.cells import sobol
from nas.problems.domains.segments import (
    area,
    crossed_by,
    edges,
    fold_back,
    harmonic,
    on_segments,
    segment_distance,
    touch,
)


def test_touching_by_hand() -> None:
    cross = ((0.0, 0.0), (2.0, 2.0))
    assert touch(cross, ((0.0, 2.0), (2.0, 0.0)))
    assert touch(cross, ((1.0, 1.0), (5.0, 0.0)))
    assert touch(cross, ((1.0, 1.0), (3.0, 3.0)))
    assert not touch(cross, ((3.0, 3.0), (4.0, 4.0)))
    assert not touch(cross, ((0.0, 1.0), (1.0, 2.0)))


def test_folding_back_by_hand() -> None:
    assert fold_back(((0.0, 0.0), (2.0, 0.0)), ((2.0, 0.0), (1.0, 0.0)))
    assert not fold_back(((0.0, 0.0), (2.0, 0.0)), ((2.0, 0.0), (2.0, 1.0)))


def test_areas_have_signs() -> None:
    triangle = [(0.0, 0.0), (3.0, 0.0), (0.0, 4.0)]
    assert area(triangle) == 6
    assert area(triangle[::-1]) == -6
    assert area([(x + 1e8, y + 1e8) for x, y in triangle]) == 6


def test_cells_that_a_segment_enters() -> None:
    """Whether a cell holds one of many points of the segment."""
    low, size = np.split(sobol(4, 2**10), 2, axis=1)
    high = low + 0.2 * size
    segment = ((0.1, 0.2), (0.9, 0.7))
    along = np.linspace(0, 1, 20001)[:, None]
    points = (1 - along) * segment[0] + along * segment[1]
    held = [bool(((points >= a) & (points <= b)).all(axis=1).any()) for a, b in zip(low, high)]  # noqa: B905
    found = crossed_by([segment], low, high)
    assert not (held & ~found).any()
    assert (found & ~np.array(held)).sum() <= 3  # only just touched


def test_distances_by_hand() -> None:
    points = np.array([[1.0, 1.0], [5.0, 4.0], [-3.0, 0.0]])
    assert segment_distance(((0, 0), (2, 0)), points).tolist() == [1, 5, 3]


def test_points_within_the_slack_of_an_edge_are_near_it() -> None:
    square = edges([(0, 0), (1, 0), (1, 1), (0, 1)])
    points = np.array([[0.5, -1e-3], [0.5, 1e-3], [0.5, 1e-1], [1.01, 0]])
    assert on_segments(square, points, 2e-3)[1].tolist() == [True, True, False, False]


@pytest.mark.parametrize("zero", [0, 1, 2])
def test_one_distance_of_several_is_zero_where_one_of_them_is(zero: int) -> None:
    distances = [torch.tensor(1.0 + index, requires_grad=True) for index in range(3)]
    distances[zero] = torch.tensor(0.0, requires_grad=True)
    found = harmonic(distances)
    assert found == 0
    slopes = [float(slope) for slope in torch.autograd.grad(found, distances)]
    assert slopes == [1.0 if index == zero else 0.0 for index in range(3)]
