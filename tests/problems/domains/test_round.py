"""Discs and balls: measures by hand, even surfaces, what is refused."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from nas.errors import UserError
from nas.problems.domains import Ball, Box, Disc
from nas.problems.domains.cells import sobol
from nas.problems.domains.round import on_sphere


def test_measures_by_hand() -> None:
    assert Disc((0, 0), 2).measure == pytest.approx(4 * np.pi)
    assert Disc((0, 0), 2).parts == {"rim": pytest.approx(4 * np.pi)}
    assert Ball((0, 0, 0), 2).measure == pytest.approx(32 / 3 * np.pi)
    assert Ball((0, 0, 0), 2, name="skin").parts == {"skin": pytest.approx(16 * np.pi)}
    four = Ball((0, 0, 0, 0), 1, ("a", "b", "c", "d"))
    assert four.measure == pytest.approx(np.pi**2 / 2)
    assert four.parts == {"surface": pytest.approx(2 * np.pi**2)}
    assert list(Disc((1, 2), 3).bounds) == [(-2, 4), (-1, 5)]


def test_angles_on_a_rim_are_even() -> None:
    x, y = on_sphere(np.array([[0.0], [1 / 8], [0.5], [0.75]])).T
    np.testing.assert_allclose(np.arctan2(y, x) % (2 * np.pi) / np.pi, [0, 0.25, 1, 1.5])


@pytest.mark.parametrize("dimension", [3, 4, 5])
def test_points_on_a_sphere_are_even(dimension: int) -> None:
    """Random points in each of its orthants, and in caps of a known share."""
    unit = np.random.default_rng(0).uniform(size=(2**14, dimension - 1))
    points = on_sphere(unit)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    orthants = (points > 0) @ 2 ** np.arange(dimension)
    assert chisquare(np.bincount(orthants)).pvalue > 0.01
    squares = (points**2).mean(axis=0)  # the same along each axis: 1 / D
    np.testing.assert_allclose(squares, 1 / dimension, atol=6e-3)
    assert (points**4).mean() == pytest.approx(3 / (dimension * (dimension + 2)), rel=2e-2)


def test_heights_on_a_sphere_are_even() -> None:
    """Archimedes: slices of one height have one area."""
    heights = on_sphere(sobol(2, 2**12))[:, 0]
    counts = np.histogram(heights, bins=16, range=(-1, 1))[0]
    assert counts.tolist() == [2**8] * 16


def test_the_distance_is_a_polynomial_inside_and_bounded_outside() -> None:
    disc = Disc((1, 0), 2)
    points = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [1e6, 0.0]], dtype=torch.float64)
    assert disc.distance("rim", points[:3]).tolist() == [0.5, 0.375, 0]
    outside = disc.distance("rim", points[2:], outside=True)
    assert outside.tolist() == pytest.approx([0, 1])


def test_a_disc_is_told_from_a_ball_by_its_kind() -> None:
    assert Disc((0, 0), 1) != Ball((0, 0), 1, name="rim")
    assert Disc((0, 0), 1) == Disc((0.0, 0.0), 1.0)
    assert hash(Disc((0, 0), 1)) == hash(Disc((0, 0), 1))


BAD: list[tuple[type[Ball], tuple[Any, ...], dict[str, Any], str]] = [
    (Disc, ((0, 0, 0), 1), {}, "Disc: center=(0, 0, 0): expected two finite numbers"),
    (Disc, (0, 1), {}, "Disc: center=0: expected two finite numbers"),
    (Disc, ("00", 1), {}, "Disc: center='00': expected two finite numbers"),
    (Disc, ((0, float("nan")), 1), {}, "expected two finite numbers"),
    (Disc, ((True, 0), 1), {}, "expected two finite numbers"),
    (Disc, ((0, 0), 0), {}, "Disc: radius=0: expected a finite number above 0"),
    (Disc, ((0, 0), -1), {}, "Disc: radius=-1: expected a finite number above 0"),
    (Disc, ((0, 0), "1"), {}, "Disc: radius='1': expected a finite number above 0"),
    (Disc, ((0, 0), True), {}, "Disc: radius=True: expected a finite number above 0"),
    (Disc, ((0, 0), float("inf")), {}, "Disc: radius=inf: expected a finite number above 0"),
    (Disc, ((0, 0), (1, 2)), {}, "Disc: radius=(1, 2): expected a finite number above 0"),
    (Disc, ((0, 0), 1), {"coordinates": "xy"}, "coordinates='xy': expected 2 names"),
    (Disc, ((0, 0), 1), {"coordinates": ("x",)}, "expected 2 names"),
    (Disc, ((0, 0), 1), {"coordinates": ("x", "x")}, "expected distinct coordinates"),
    (
        Disc,
        ((0, 0), 1),
        {"coordinates": ("x", "normal")},
        "'normal': u.normal means something else",
    ),
    (Disc, ((0, 0), 1), {"name": ""}, "Disc: name='': expected a word such as 'hole'"),
    (Disc, ((0, 0), 1), {"name": "a|b"}, "name='a|b': expected a word such as 'hole'"),
    (Disc, ((0, 0), 1), {"name": 3}, "name=3: expected a word such as 'hole'"),
    (Ball, ((0,), 1), {}, "Ball: center=(0,): expected two or more finite numbers"),
    (Ball, ((0, 0, 0, 0), 1), {}, "Ball: expected 4 names: coordinates=('x1', 'x2', ...)"),
]


@pytest.mark.parametrize(("kind", "arguments", "options", "message"), BAD)
def test_bad_round_domains(
    kind: type[Ball], arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        kind(*arguments, **options)


def test_an_interval_is_a_box() -> None:
    """Why a ball has two dimensions or more."""
    assert list(Box(x=(-1, 1)).parts) == ["x_min", "x_max"]
