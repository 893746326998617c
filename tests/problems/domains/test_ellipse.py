"""Ellipses: circumference, points by arc length, what is refused."""

import re
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from nas.errors import UserError
from nas.problems.domains import Disc, Ellipse


@pytest.mark.parametrize("radii", [(2.0, 1.0), (1.0, 2.0), (1.0, 1e-3), (5.0, 5.0)])
def test_the_rim_against_quadrature(radii: tuple[float, float]) -> None:
    a, b = radii
    quarter, _ = quad(lambda t: np.hypot(a * np.sin(t), b * np.cos(t)), 0, np.pi / 2)
    assert Ellipse((3, 4), radii).parts["rim"] == pytest.approx(4 * quarter, rel=1e-9)


@pytest.mark.parametrize("radii", [(2.0, 1.0), (0.1, 1.0), (1.0, 1.0)])
def test_points_are_even_by_arc_length(radii: tuple[float, float]) -> None:
    """The way along a chain of many short chords grows evenly."""
    ellipse = Ellipse((3, 4), radii)
    points = ellipse.on("rim", np.linspace(0, 1, 20001)[:, None])
    chords = np.linalg.norm(np.diff(points, axis=0), axis=1) * 20000
    np.testing.assert_allclose(chords, ellipse.parts["rim"], rtol=1e-3)
    assert np.arctan2(*(points[1] - [3, 4])[::-1]) > 0  # counter-clockwise from the right


def test_a_round_ellipse_is_a_disc() -> None:
    round_, disc = Ellipse((1, 2), (3, 3)), Disc((1, 2), 3)
    unit = np.linspace(0, 1, 9)[:, None]
    assert round_.measure == pytest.approx(disc.measure)
    np.testing.assert_allclose(round_.on("rim", unit), disc.on("rim", unit), atol=1e-12)


def test_normals_by_hand() -> None:
    ellipse = Ellipse((0, 0), (2, 1))
    at = np.array([[np.sqrt(2), np.sqrt(0.5)]])
    np.testing.assert_allclose(ellipse.normals("rim", at), np.array([[1, 2]]) / np.sqrt(5))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 0), 1), "radii=1: expected two numbers, one a coordinate"),
        (((0, 0), (1, 2, 3)), "radii=(1, 2, 3): expected two numbers"),
        (((0, 0), (1, 0)), "Ellipse: radii=0: expected a finite number above 0"),
        (((0, 0), (1, "2")), "radii='2': expected a finite number above 0"),
        (((0, 0), (1, True)), "radii=True: expected a finite number above 0"),
        (((0, float("inf")), (1, 2)), "center=(0, inf): expected two finite numbers"),
        (((0, 0), (1, 2), ("x", "x y")), "coordinate 'x y': expected a word"),
        (((0, 0), (1, 2), ("x", "y"), None), "name=None: expected a word"),
    ],
)
def test_bad_ellipses(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        Ellipse(*arguments)
