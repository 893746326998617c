"""Unions, intersections, differences: measures, names, what is refused."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains import Array, Ball, Box, Disc, Domain, Mask, Polygon, combine
from nas.problems.sampling import boundary_points, interior_points

SQUARE = Box(x=(0, 1), y=(0, 1))
LENS = 2 * np.pi / 3 - np.sqrt(3) / 2  # of two unit discs whose middles are on the other's rim


def test_a_hole_inside_is_exact() -> None:
    plate = SQUARE - Disc((0.4, 0.5), 0.2, name="hole")
    assert plate.measure == 1 - Disc((0, 0), 0.2).measure
    assert plate.parts == {
        "x_min": 1, "x_max": 1, "y_min": 1, "y_max": 1, "hole": 2 * np.pi * 0.2
    }  # fmt: skip


def test_boxes_are_exact() -> None:
    other = Box(x=(0.5, 2), y=(0.25, 3))
    assert (SQUARE & other).measure == 0.375
    assert (SQUARE | other).measure == 1 + 1.5 * 2.75 - 0.375
    assert (SQUARE - other).measure == 0.625
    assert (SQUARE - other).parts == pytest.approx(
        {"x_min": 1, "x_max": 0.25, "y_min": 1, "y_max": 0.5, "x_min_2": 0.75, "y_min_2": 0.5},
        rel=1e-9,
    )


@pytest.mark.parametrize(
    ("domain", "measure", "error"),
    [
        (Disc((0, 0), 1) & Disc((1, 0), 1), LENS, 2e-5),
        (Disc((0, 0), 1) | Disc((1, 0), 1), 2 * np.pi - LENS, 2e-5),
        (Disc((0, 0), 1) - Disc((1, 0), 1), np.pi - LENS, 2e-5),
        (SQUARE - Disc((1, 0.5), 0.3), 1 - np.pi * 0.3**2 / 2, 2e-5),
        (Ball((0, 0, 0), 1) & Ball((1, 0, 0), 1), 5 * np.pi / 12, 2e-4),
        (SQUARE & Polygon([(0, 0), (2, 0), (0, 1)]), 0.75, 2e-5),
    ],
)
def test_estimates_of_the_measure(domain: Domain, measure: float, error: float) -> None:
    assert domain.measure == pytest.approx(measure, rel=error)


@pytest.mark.parametrize(
    ("domain", "parts", "error"),
    [
        (
            SQUARE - Disc((1, 0.5), 0.3),
            {"x_min": 1, "x_max": 0.4, "y_min": 1, "y_max": 1, "rim": 0.3 * np.pi},
            1e-6,
        ),
        (
            Disc((0, 0), 1) & Disc((1, 0), 1),
            {"rim": 2 * np.pi / 3, "rim_2": 2 * np.pi / 3},
            1e-6,
        ),
        (
            Ball((0, 0, 0), 1) & Ball((1, 0, 0), 1, name="cap"),
            {"surface": np.pi, "cap": np.pi},
            1e-4,
        ),
    ],
)
def test_estimates_of_parts(domain: Domain, parts: dict[str, float], error: float) -> None:
    assert domain.parts == pytest.approx(parts, rel=error)


def test_an_estimate_is_the_same_each_time() -> None:
    def made() -> Domain:
        return Ball((0, 0, 0), 1) & Ball((1, 0, 0), 1, name="cap")

    assert made().measure == made().measure
    assert made().parts == made().parts


def test_a_rim_that_only_touches_is_no_part() -> None:
    quarter = SQUARE & Disc((0, 0), 1)
    assert list(quarter.parts) == ["x_min", "y_min", "rim"]


def test_a_common_boundary_is_there_once() -> None:
    strip = Box(x=(0, 2), y=(0, 1)) | Box(x=(1, 3), y=(0, 1))
    assert strip.parts == pytest.approx({"x_min": 1, "y_min": 2, "y_max": 2} | {
        "x_max": 1, "y_min_2": 1, "y_max_2": 1
    })  # fmt: skip


def test_a_number_tells_parts_of_one_name_apart() -> None:
    holes = SQUARE - Disc((0.25, 0.5), 0.1) - Disc((0.75, 0.5), 0.1) - Disc((0.5, 0.5), 0.1)
    assert list(holes.parts)[4:] == ["rim", "rim_2", "rim_3"]
    assert holes.on("rim_2", np.array([[0.0]])).tolist() == [[0.85, 0.5]]


def test_points_are_even_over_what_is_left_of_a_part() -> None:
    bitten = SQUARE - Disc((1, 0.5), 0.3)
    found = boundary_points(bitten, ["x_max", "rim"], 1000, seed=0, draw=0)
    heights = np.sort(found["x_max"][:, 1])
    assert ((heights < 0.2) | (heights > 0.8)).all()
    assert (heights < 0.1).mean() == pytest.approx(0.25, abs=0.01)
    angles = np.arctan2(found["rim"][:, 1] - 0.5, 1 - found["rim"][:, 0])
    shares = np.histogram(angles, bins=10, range=(-np.pi / 2, np.pi / 2))[0] / len(angles)
    np.testing.assert_allclose(shares, 0.1, atol=0.01)


def test_points_of_the_interior_are_even() -> None:
    plate = SQUARE - Disc((0.5, 0.5), 0.3)
    x, y = interior_points(plate, 4000, seed=0, draw=0).T
    assert ((x < 0.5) & (y < 0.5)).mean() == pytest.approx(0.25, abs=5e-3)
    assert (np.hypot(x - 0.5, y - 0.5) > 0.3).all()


class Diamond:
    """A user's own domain, with no more than it needs: |x| + |y| ≤ 1."""

    coordinates, bounds, measure = ("x", "y"), ((-1.0, 1.0), (-1.0, 1.0)), 2.0

    @property
    def parts(self) -> dict[str, float]:
        return {"right": 2 * np.sqrt(2), "left": 2 * np.sqrt(2)}

    def contains(self, points: Array) -> Mask:
        inside: Mask = np.abs(points).sum(axis=1) <= 1 + 1e-12
        return inside

    def on(self, part: str, unit: Array) -> Array:
        y = 2 * unit[:, 0] - 1
        return np.stack([(1 - np.abs(y)) * (1 if part == "right" else -1), y], axis=1)

    def normals(self, part: str, points: Array) -> Array:
        normals: Array = np.sign(points) / np.sqrt(2)
        return normals


DIAMOND: Any = Diamond()
COMBINED: list[Callable[[], Any]] = [
    lambda: Box(x=(-2, 2), y=(-2, 2)) - DIAMOND,
    lambda: combine("difference", Box(x=(-2, 2), y=(-2, 2)), DIAMOND),
]


@pytest.mark.parametrize("make", COMBINED)
def test_a_domain_of_ones_own_can_be_cut_out(make: Callable[[], Any]) -> None:
    frame = make()
    assert frame.measure == pytest.approx(14, rel=1e-4)
    assert list(frame.parts)[4:] == ["right", "left"]
    points = boundary_points(frame, ["left"], 20, seed=0, draw=0)["left"]
    np.testing.assert_allclose(points.sum(axis=1).max(), 0, atol=1)
    np.testing.assert_allclose(frame.normals("left", points), -np.sign(points) / np.sqrt(2))


def test_a_domain_of_ones_own_may_stand_on_the_left() -> None:
    assert (DIAMOND - Disc((0, 0), 0.5)).measure == pytest.approx(2 - np.pi / 4, rel=1e-4)
    assert (DIAMOND & Box(x=(0, 1), y=(0, 1))).measure == pytest.approx(0.5, rel=1e-4)
    assert (DIAMOND | Box(x=(0, 1), y=(0, 1))).measure == pytest.approx(2.5, rel=1e-4)
    assert (DIAMOND * Box(t=(0, 3))).measure == 6


BAD: list[tuple[Callable[[], Any], str]] = [
    (lambda: SQUARE - 3, "3 is no domain"),  # type: ignore[operator]
    (lambda: SQUARE | "disc", "'disc' is no domain"),  # type: ignore[operator]
    (lambda: SQUARE - Box(x=(0, 1)), "expected the same coordinates in the same order, got x, y"),
    (lambda: SQUARE - Box(y=(0, 1), x=(0, 1)), "got x, y and y, x"),
    (lambda: SQUARE & Disc((5, 5), 1), "they have nothing in common; expected domains that"),
    (lambda: SQUARE & Disc((1.75, 1.75), 1), "they have nothing in common"),
    (lambda: SQUARE & Box(x=(1, 2), y=(0, 1)), "they have nothing in common"),
    (lambda: SQUARE - Disc((5, 5), 1), "they have nothing in common"),
    (lambda: SQUARE - Disc((0.5, 0.5), 1), "nothing is left"),
    (lambda: SQUARE - SQUARE, "nothing is left"),
    (lambda: SQUARE | Disc((5, 5), 1), "they are apart; expected domains that overlap or touch"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_combinations(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        make()


def test_representation_reads_like_the_code_that_makes_it() -> None:
    assert repr(Box(x=(0, 2)) & Box(x=(1, 3))) == "(Box(x=(0.0, 2.0)) & Box(x=(1.0, 3.0)))"
