"""Re-entrant corners of all kinds of domains, measured on circles, against plane geometry."""

import math

import numpy as np
import pytest

from nas.problems import Ball, Box, Disc, Domain, Mesh, Polygon, Ring
from nas.problems.domains.corners import MOST, reentrant, turns

SQUARE = Box(x=(-1, 1), y=(-1, 1))
L_SHAPE = [(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)]


def measured(domain: Domain) -> list[list[float]]:
    """Of each corner: where it is, the middle of its angle and the angle, in degrees."""
    found = [(*one.at, *np.degrees([one.middle, one.angle]).tolist()) for one in reentrant(domain)]
    return sorted([round(number, 5) + 0.0 for number in one] for one in found)


@pytest.mark.parametrize(
    "domain",
    [
        Polygon(L_SHAPE),
        Polygon(L_SHAPE[::-1]),
        SQUARE - Box(x=(0, 2), y=(0, 2)),
        SQUARE - Box(x=(0, 1), y=(0, 1)).named("notch"),
        (SQUARE - Box(x=(0, 1), y=(0, 1))).named("all"),
        Box(x=(-1, 0), y=(-1, 1)) | Box(x=(0, 1), y=(-1, 0)),
        SQUARE & Polygon([(-3, -3), (3, -3), (3, 0), (0, 0), (0, 3), (-3, 3)]),
        Mesh(
            [*L_SHAPE, (-1, 0), (0, -1)],
            [(0, 7, 6), (7, 3, 6), (7, 1, 3), (1, 2, 3), (6, 3, 5), (3, 4, 5)],
        ),
    ],
    ids=["polygon", "clockwise", "cut", "named", "all named", "united", "common", "mesh"],
)
def test_an_l_shape_is_one_whatever_it_is_made_of(domain: Domain) -> None:
    assert measured(domain) == [[0, 0, 225, 270]]


def test_a_hole_has_its_corners_outwards() -> None:
    frame = SQUARE - Box(x=(-0.2, 0.2), y=(-0.3, 0.2))
    assert measured(frame) == [
        [-0.2, -0.3, 225, 270], [-0.2, 0.2, 135, 270], [0.2, -0.3, 315, 270], [0.2, 0.2, 45, 270],
    ]  # fmt: skip
    triangle = [(-0.2, -0.2), (0.2, -0.2), (0, 0.3)]
    left, top, right = measured(Polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], holes=[triangle]))
    below = math.degrees(math.atan2(0.5, 0.2))  # its angle at either end of the lower side
    assert left == pytest.approx([-0.2, -0.2, 180 + below / 2, 360 - below], abs=1e-4)
    assert right == pytest.approx([0.2, -0.2, 360 - below / 2, 360 - below], abs=1e-4)
    assert top == pytest.approx([0, 0.3, 90, 180 + 2 * below], abs=1e-4)


def test_where_boundaries_cross_there_may_be_corners() -> None:
    united = measured(SQUARE | Disc((1, 0), 0.5))
    assert [one[:2] for one in united] == [[1, -0.5], [1, 0.5]]
    assert [one[3] for one in united] == pytest.approx([270, 270], abs=0.02)  # of a curved side
    mouth = Disc((0, 0), 1) - Polygon([(0, 0), (2, -1), (2, 1)])
    ((x, y, middle, angle),) = measured(mouth)
    assert (x, y, middle) == (0, 0, 180)
    assert angle == pytest.approx(360 - 2 * math.degrees(math.atan(0.5)), abs=1e-5)


@pytest.mark.parametrize(
    "domain",
    [
        SQUARE,
        Box(x=(0, 1)),
        Box(x=(0, 1), y=(0, 1), z=(0, 1)),
        Polygon([(0, 0), (3, 0), (0, 4)]),
        SQUARE - Disc((0, 0), 0.4),
        SQUARE - Disc((1, 1), 1),
        SQUARE & Box(x=(0, 2), y=(0, 2)),
        Ring((0, 0), 0.5, 1),
        Ball((0, 0, 0), 1),
    ],
    ids=str,
)
def test_others_have_none(domain: Domain) -> None:
    assert reentrant(domain) == ()


def test_bends_of_a_polygon_that_stands_for_a_curve_are_no_corners() -> None:
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    circle = np.stack([0.5 * np.cos(angles), 0.5 * np.sin(angles)], axis=1).tolist()
    plate = Polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], holes=[circle])
    assert len(turns(plate)) == 52
    assert reentrant(plate) == ()


def comb(teeth: int) -> Polygon:
    """A plate above so many teeth, the tip of each of which is a corner."""
    floor = [(n + x, y) for n in range(teeth) for x, y in ((0.25, 0.0), (0.5, 1.0), (0.75, 0.0))]
    return Polygon([(0, 2), (0, 0), *floor, (teeth, 0), (teeth, 2)])


def test_so_many_that_each_asks_for_too_much_are_none() -> None:
    assert len(reentrant(comb(MOST))) == MOST
    assert reentrant(comb(MOST + 1)) == ()


def test_a_corner_goes_on_along_the_other_coordinates_of_a_product() -> None:
    (corner,) = reentrant(Polygon(L_SHAPE, coordinates=("r", "z")) * Box(t=(0, 5)))
    assert list(corner.at) == [0, 0]
    assert corner.describe() == "re-entrant, of 270 degrees, at r=0, z=0"


def test_small_and_far_away_it_is_the_same() -> None:
    far = np.array(L_SHAPE) * 1e-3 + 1e3
    ((x, y, middle, angle),) = measured(Polygon(far.tolist()))
    assert (x, y) == (1e3, 1e3)
    assert [middle, angle] == pytest.approx([225, 270], abs=0.01)
