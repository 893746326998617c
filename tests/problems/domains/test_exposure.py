"""Shares of a boundary: by bisection on a line, estimated on a surface."""

import numpy as np
import pytest

from nas.problems.domains import Array, Ball, Box, Disc, Mask
from nas.problems.domains.exposure import share, sliver, step


def test_the_end_of_an_interval_is_there_or_not() -> None:
    interval = Box(x=(0, 1))
    assert share(interval, "x_max", lambda points, normals: points[:, 0] > 0.5) == 1
    assert share(interval, "x_min", lambda points, normals: points[:, 0] > 0.5) == 0


def test_ends_on_a_line_are_found_by_bisection() -> None:
    def chosen(points: Array, normals: Array) -> Mask:
        inside: Mask = (np.abs(points[:, 0]) < 1 / np.pi) | (points[:, 0] > 0.9)
        return inside

    found = share(Box(x=(0, 1), y=(0, 1)), "y_min", chosen)
    assert found == pytest.approx(1 / np.pi + 0.1, abs=1e-12)


@pytest.mark.parametrize("chosen", [True, False])
def test_all_or_nothing_is_exact(chosen: bool) -> None:
    for domain, part in ((Disc((0, 0), 1), "rim"), (Ball((0, 0, 0), 1), "surface")):
        assert share(domain, part, lambda points, _: np.full(len(points), chosen)) == chosen


def test_a_share_of_a_surface() -> None:
    found = share(Ball((0, 0, 0), 1), "surface", lambda points, normals: normals[:, 2] > 0.5)
    assert found == pytest.approx(0.25, rel=1e-3)


def test_steps_are_larger_than_what_rounding_does() -> None:
    far = Disc((1e6, 0), 1)
    points = far.on("rim", np.linspace(0, 1, 1000)[:, None])
    off = step(far) * far.normals("rim", points)
    assert not far.contains(points + off).any()
    assert far.interior(points - off).all()
    assert sliver(far) < 1e-3
