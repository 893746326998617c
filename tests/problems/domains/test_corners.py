"""Re-entrant corners of all kinds of domains, measured on circles, against plane geometry."""

import math
from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems import Ball, Box, Disc, Domain, Mesh, Polygon, Ring
from nas.problems.domains import Named
from nas.problems.domains.corners import MOST, MOST_POINTS, Corner, corner_points, reentrant

SQUARE = Box(x=(-1, 1), y=(-1, 1))
L_SHAPE = [(-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)]


def measured(domain: Domain) -> list[list[float]]:
    """Of each corner: where it is and its angle, in degrees."""
    found = [[*one.at, math.degrees(one.angle)] for one in reentrant(domain)]
    return sorted([round(number, 5) + 0.0 for number in one] for one in found)


def cuts(domain: Domain) -> list[Corner]:
    """The corners, once it is seen that the domain is not where their cuts are."""
    found = list(reentrant(domain))
    low, high = np.transpose(domain.bounds)
    for one in found:
        longest = min(one.length, 2 * float(np.linalg.norm(high - low)))
        along = np.linspace(0, 1, 1001)[1:-1, None] * 0.999 * longest
        assert not domain.contains(one.at + along * [math.cos(one.cut), math.sin(one.cut)]).any()
    return found


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
    assert measured(domain) == [[0, 0, 270]]
    (corner,) = cuts(domain)
    assert [corner.cut, corner.length] == pytest.approx([math.pi / 4, math.inf])


def test_a_hole_has_its_corners_outwards() -> None:
    frame = SQUARE - Box(x=(-0.2, 0.2), y=(-0.3, 0.2))
    assert measured(frame) == [
        [-0.2, -0.3, 270], [-0.2, 0.2, 270], [0.2, -0.3, 270], [0.2, 0.2, 270],
    ]  # fmt: skip
    # About the diagonal of the hole, as far as its directions are tried.
    assert all(0.6 < one.length < math.hypot(0.4, 0.5) for one in cuts(frame))
    triangle = [(-0.2, -0.2), (0.2, -0.2), (0, 0.3)]
    plate = Polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], holes=[triangle])
    left, top, right = measured(plate)
    below = math.degrees(math.atan2(0.5, 0.2))  # its angle at either end of the lower side
    assert left == pytest.approx([-0.2, -0.2, 360 - below], abs=1e-4)
    assert right == pytest.approx([0.2, -0.2, 360 - below], abs=1e-4)
    assert top == pytest.approx([0, 0.3, 180 + 2 * below], abs=1e-4)
    assert len(cuts(plate)) == 3


def test_a_hole_that_is_a_mesh_has_them_too() -> None:
    hole = Mesh([(-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (-0.3, 0.3)], [(0, 1, 2), (0, 2, 3)])
    assert len(cuts(SQUARE - hole)) == 4


def test_the_cut_of_a_notch_goes_out_through_it() -> None:
    """Its middle direction leads through the other side, into the domain again."""
    notch = cuts(SQUARE - Box(x=(-0.1, 0.1), y=(0, 1)))
    assert [one.length for one in notch] == [math.inf] * 2
    assert sorted(math.degrees(one.cut) for one in notch) == pytest.approx([81, 99])


def test_without_room_for_a_cut_there_is_no_corner() -> None:
    thin = SQUARE - Box(x=(-0.3, 0.3), y=(-0.0004, 0.0004))
    assert reentrant(thin) == ()


def test_where_boundaries_cross_there_may_be_corners() -> None:
    united = measured(SQUARE | Disc((1, 0), 0.5))
    assert [one[:2] for one in united] == [[1, -0.5], [1, 0.5]]
    assert [one[2] for one in united] == pytest.approx([270, 270], abs=0.02)  # of a curved side
    mouth = Disc((0, 0), 1) - Polygon([(0, 0), (2, -1), (2, 1)])
    (corner,) = cuts(mouth)
    assert list(corner.at) == [0, 0]
    assert math.degrees(corner.angle) == pytest.approx(360 - 2 * math.degrees(math.atan(0.5)))


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
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = np.stack([0.5 * np.cos(angles), 0.5 * np.sin(angles)], axis=1).tolist()
    plate = Polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)], holes=[circle])
    assert len(corner_points(plate)) == 4
    assert reentrant(plate) == ()


def comb(teeth: int) -> Polygon:
    """A plate above so many teeth, the tip of each of which is a corner."""
    floor = [(n + x, y) for n in range(teeth) for x, y in ((0.25, 0.0), (0.5, 1.0), (0.75, 0.0))]
    return Polygon([(0, 2), (0, 0), *floor, (teeth, 0), (teeth, 2)])


def test_of_many_the_sharpest_are_taken() -> None:
    assert len(cuts(comb(MOST))) == MOST
    assert len(cuts(comb(MOST + 1))) == MOST
    sharper = comb(MOST) - Polygon([(0, 2), (0.3, 1.2), (0.31, 2)])
    assert measured(sharper)[0][:2] == [0.3, 1.2]
    assert reentrant(comb(MOST_POINTS // 3)) == ()


@pytest.mark.parametrize("name", ["", "pipe"])
def test_a_corner_goes_on_along_the_other_coordinates_of_a_product(name: str) -> None:
    pipe = Polygon(L_SHAPE, coordinates=("r", "z")) * Box(t=(0, 5))
    (corner,) = reentrant(Named(pipe, name) if name else pipe)
    assert list(corner.at) == [0, 0]
    assert corner.describe() == "re-entrant, of 270 degrees, at r=0, z=0"


@pytest.mark.parametrize("dimension", [1, 3])
def test_others_than_plane_ones_can_be_combined(dimension: int) -> None:
    names = ("x", "y", "z")[:dimension]
    both = Box(**dict.fromkeys(names, (0, 2))) - Box(**dict.fromkeys(names, (1, 2)))
    assert corner_points(both).shape == (0, dimension)
    assert reentrant(both) == ()


def test_small_and_far_away_it_is_the_same() -> None:
    far = np.array(L_SHAPE) * 1e-3 + 1e3
    ((x, y, angle),) = measured(Polygon(far.tolist()))
    assert (x, y) == (1e3, 1e3)
    assert angle == pytest.approx(270, abs=0.01)


@pytest.mark.parametrize(
    "wrong", [np.zeros(2), np.zeros((1, 3)), "abc", 1, [(0.0, math.nan)], lambda: None]
)
def test_what_is_no_point_is_one_line(wrong: Any) -> None:
    domain = Polygon(L_SHAPE)
    object.__setattr__(domain, "corner_points", wrong)
    with pytest.raises(UserError, match=r"Polygon.*: corner_points: expected finite numbers of sh"):
        reentrant(domain)
