"""Overlaps: exact where it is sure, estimated elsewhere, and how well."""

import numpy as np
import pytest

from nas.problems.domains import Ball, Box, Disc
from nas.problems.domains.cells import lies_in, overlap, sobol

SQUARE = Box(x=(0, 1), y=(0, 1))


def test_what_lies_inside_is_found_without_points() -> None:
    assert lies_in(Disc((0, 0), 0.9), Disc((0, 0), 1))
    assert lies_in(SQUARE, SQUARE)
    assert not lies_in(SQUARE, SQUARE, margin=1e-12)
    assert not lies_in(Disc((0, 0), 1.1), Disc((0, 0), 1))
    assert not lies_in(Disc((0, 0), 1), Disc((5, 0), 1))


@pytest.mark.parametrize("points", [2**14, 2**17, 2**20])
def test_the_error_falls_with_the_points(points: int) -> None:
    found = overlap(SQUARE, Disc((0, 0), 1), points)
    assert found == pytest.approx(np.pi / 4, rel=2e-2 / points**0.5)


def test_the_error_in_space() -> None:
    cube = Box(x=(0, 1), y=(0, 1), z=(0, 1))
    assert overlap(cube, Ball((0, 0, 0), 1)) == pytest.approx(np.pi / 6, rel=1e-4)


def test_nothing_in_common() -> None:
    assert overlap(SQUARE, Disc((5, 5), 1)) == 0
    assert overlap(SQUARE, Disc((1.75, 1.75), 1)) == 0
    assert overlap(SQUARE, Box(x=(1, 2), y=(0, 1))) == 0


def test_points_are_inside_the_cube_and_cannot_be_changed() -> None:
    points = sobol(3, 2**10)
    assert points.min() > 0
    assert points.max() < 1
    with pytest.raises(ValueError, match="read-only"):
        points[0, 0] = 2
