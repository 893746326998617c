"""Which parts lie beside a corner: on all kinds of domains, and where it cannot be told."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from nas.problems import Box, Condition, Disc, Polygon, Problem, laplacian
from nas.problems.ansatz.sides import Sides
from nas.problems.domains import Array, Domain, Mask, product
from nas.problems.domains.corners import Corner, corners_at


class Wedge:
    """A triangle as a user writes one: without an interior of its own."""

    coordinates, bounds = ("x", "y"), ((0.0, 1.0), (0.0, 1.0))
    parts, measure = {"low": 1.0, "left": 1.0, "slope": math.sqrt(2)}, 0.5
    corner_points = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))

    def contains(self, points: Array) -> Mask:
        found: Mask = (points >= 0).all(axis=1) & (points.sum(axis=1) <= 1 + 1e-12)
        return found

    def on(self, part: str, unit: Array) -> Array:
        share = unit[:, 0]
        ends = {"low": (share, 0 * share), "left": (0 * share, share), "slope": (share, 1 - share)}
        return np.stack(ends[part], axis=1)

    def normals(self, part: str, points: Array) -> Array:
        normal = {"low": (0.0, -1.0), "left": (-1.0, 0.0), "slope": (0.5**0.5, 0.5**0.5)}[part]
        return np.tile(normal, (len(points), 1))


SQUARE = Box(x=(0, 1), y=(0, 1))


def at(plane: Domain, x: float, y: float) -> Corner:
    (corner,) = corners_at(plane, np.array([[x, y]]), least=0.1)
    return corner


@pytest.mark.parametrize(
    ("domain", "plane", "place", "expected"),
    [
        (SQUARE, SQUARE, (0, 0), ("y_min", "x_min")),
        (SQUARE, SQUARE, (1, 1), ("y_max", "x_max")),
        (SQUARE, SQUARE, (0.3, 0), ("y_min", "y_min")),
        (SQUARE * Box(t=(0, 1)), SQUARE, (0, 0), ("y_min", "x_min")),
        (Box(x=(0, 1), y=(0, 1), t=(0, 9)), SQUARE, (0, 0), ("y_min", "x_min")),
        (Wedge(), Wedge(), (1, 0), ("slope", "low")),
        (Disc((0, 0), 1), Disc((0, 0), 1), (1, 0), ("rim", "rim")),
    ],
    ids=["box", "other end", "side", "product", "space and time", "own", "curve"],
)
def test_the_parts_beside_a_corner(domain: Any, plane: Any, place: Any, expected: Any) -> None:
    assert Sides(domain, plane).parts(at(plane, *place)) == expected


def test_what_lies_all_over_the_plane_is_none_of_its_sides() -> None:
    room: Domain = product(Wedge(), Box(t=(0, 1)))
    sides = Sides(room, Wedge())
    assert sides.beside(np.array([0.0, 0.0])).keys() == {"low", "left"}
    assert sides.parts(at(Wedge(), 0, 0)) == ("low", "left")
    points = sides.at(np.array([0.25, 0.0]))
    assert (points[:, :2] == [0.25, 0.0]).all()
    assert np.ptp(points[:, 2]) > 0.5  # all along time


def test_beside_a_third_part_and_along_a_short_side_nothing_is_told() -> None:
    for gap in (1e-5, 1e-4, 4e-4):
        outline = [(-1.0, 0.0), (-gap, 0.0), (gap, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0)]
        plate = Polygon(outline, names=["A", "gap", "B", "r", "t", "l"])
        assert Sides(plate, plate).parts(at(plate, gap, 0.0)) is None


def test_long_outlines_are_followed_as_closely() -> None:
    teeth = [(x + shift, y) for x in range(60) for shift, y in ((0, 1), (0, 9), (0.5, 9), (0.5, 1))]
    outline = [(60.0, 0.0), *[(60.0 - x, float(y)) for x, y in teeth], (0.0, 0.0)]
    comb = Polygon(outline, names=["tooth"] * (len(outline) - 1) + ["floor"])
    assert Sides(comb, comb).parts(at(comb, 0.0, 0.0)) == ("floor", "tooth")


def test_a_users_own_domain_has_corners_and_jumps_as_well() -> None:
    def made(*conditions: Condition) -> Problem:
        return Problem("own", Wedge(), lambda u: laplacian(u), conditions)

    two = made(Condition("low", lambda u: u - 1), Condition("left", lambda u: u))
    assert len(two.known_jumps) == 1
    mixed = made(Condition("low", lambda u, x: torch.where(x < 0.5, u, u.n)))
    assert [one.at for one in mixed.corners] == [(0.5, 0.0)]
