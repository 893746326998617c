"""Pieces: what is outside, what is between, and what is refused."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains import Box, Disc, Pieces, Polygon
from nas.problems.sampling import boundary_points, interior_points

LOWER, UPPER = Box(x=(0, 1), y=(0, 1)), Box(x=(0, 1), y=(1, 3))
STACK = Pieces(steel=LOWER, air=UPPER)


def test_stacked_boxes_by_hand() -> None:
    assert STACK.parts == {
        "steel.x_min": 1, "steel.x_max": 1, "y_min": 1, "air.x_min": 2, "air.x_max": 2, "y_max": 1
    }  # fmt: skip
    assert STACK.interfaces == {"steel|air": 1}
    assert STACK.measure == 3
    assert list(STACK.bounds) == [(0, 1), (0, 3)]
    assert STACK.pieces == {"steel": LOWER, "air": UPPER}


def test_normals_lead_out_of_the_first() -> None:
    points = boundary_points(STACK, ["steel|air"], 8, seed=0, draw=0)["steel|air"]
    assert (points[:, 1] == 1).all()
    assert STACK.normals("steel|air", points).tolist() == [[0, 1]] * 8
    upside_down = Pieces(air=UPPER, steel=LOWER)
    assert upside_down.normals("air|steel", points).tolist() == [[0, -1]] * 8


def test_an_interface_may_be_a_share_of_a_side() -> None:
    step = Pieces(base=Box(x=(0, 4), y=(0, 1)), block=Box(x=(1, 2), y=(1, 2)))
    assert step.interfaces == pytest.approx({"base|block": 1})
    assert step.parts["base.y_max"] == pytest.approx(3)
    found = boundary_points(step, ["base|block", "base.y_max"], 400, seed=0, draw=0)
    inner, outer = found["base|block"][:, 0], found["base.y_max"][:, 0]
    assert ((inner > 1) & (inner < 2)).all()
    assert ((outer < 1) | (outer > 2)).all()
    assert (inner < 1.5).mean() == pytest.approx(0.5, abs=0.02)
    assert (outer < 1).mean() == pytest.approx(1 / 3, abs=0.02)


def test_an_interface_with_a_corner() -> None:
    """It is on two sides of the first piece; points are even over both."""
    corner = Polygon([(0, 0), (3, 0), (3, 1), (1, 1), (1, 2), (0, 2)])
    pieces = Pieces(block=Box(x=(1, 3), y=(1, 2)), corner=corner)
    assert pieces.interfaces == pytest.approx({"block|corner": 3})
    points = boundary_points(pieces, ["block|corner"], 300, seed=0, draw=0)["block|corner"]
    below = points[:, 1] == 1
    assert below.mean() == pytest.approx(2 / 3, abs=0.02)
    normals = pieces.normals("block|corner", points)
    assert normals[below].tolist() == [[0, -1]] * int(below.sum())
    assert normals[~below].tolist() == [[-1, 0]] * int((~below).sum())


def test_a_core_in_a_shell() -> None:
    core = Disc((0.5, 0.5), 0.25)
    pieces = Pieces(core=core, shell=LOWER - core)
    assert pieces.interfaces == pytest.approx({"core|shell": np.pi / 2})
    assert list(pieces.parts) == ["x_min", "x_max", "y_min", "y_max"]
    assert pieces.measure == 1
    points = boundary_points(pieces, ["core|shell"], 8, seed=0, draw=0)["core|shell"]
    np.testing.assert_allclose(pieces.normals("core|shell", points), (points - 0.5) / 0.25)


def test_three_in_a_row_have_two_interfaces() -> None:
    row = Pieces(a=Box(x=(0, 1)), b=Box(x=(1, 2)), c=Box(x=(2, 4)))
    assert row.parts == {"x_min": 1, "x_max": 1}
    assert row.interfaces == {"a|b": 1, "b|c": 1}
    assert boundary_points(row, ["b|c"], 5, seed=0, draw=0)["b|c"].tolist() == [[2]]


def test_in_time_pieces_stay_pieces() -> None:
    heated: Any = STACK * Box(t=(0, 2))
    assert heated.interfaces == {"steel|air": 2}
    assert heated.pieces == {"steel": LOWER * Box(t=(0, 2)), "air": UPPER * Box(t=(0, 2))}
    assert list(heated.parts)[-4:] == ["steel.t_min", "air.t_min", "steel.t_max", "air.t_max"]
    assert (heated.parts["steel.t_min"], heated.parts["air.t_min"]) == (1, 2)
    begin = boundary_points(heated, ["air.t_min"], 16, seed=0, draw=0)["air.t_min"]
    assert len(begin) == 16
    assert (begin[:, 1] > 1).all()
    assert not begin[:, 2].any()
    assert heated.normals("air.t_min", begin).tolist() == [[0, 0, -1]] * 16
    points = boundary_points(heated, ["steel|air"], 16, seed=0, draw=0)["steel|air"]
    assert heated.normals("steel|air", points).tolist() == [[0, 1, 0]] * 16
    first: Any = Box(t=(0, 2)) * Pieces(a=Box(x=(0, 1)), b=Box(x=(1, 2)))
    assert first.pieces == {"a": Box(t=(0, 2), x=(0, 1)), "b": Box(t=(0, 2), x=(1, 2))}
    assert list(first.parts)[:2] == ["a.t_min", "b.t_min"]


def test_points_fall_to_the_pieces_by_their_measure() -> None:
    y = interior_points(STACK, 300, seed=0, draw=0)[:, 1]
    assert (y < 1).sum() == pytest.approx(100, abs=3)


def test_far_from_the_origin() -> None:
    at = 1e6
    pieces = Pieces(
        steel=Box(x=(at, at + 1), y=(at, at + 1)), air=Box(x=(at, at + 1), y=(at + 1, at + 3))
    )
    assert pieces.interfaces == {"steel|air": 1}


BAD: list[tuple[Callable[[], Any], str]] = [
    (lambda: Pieces(), "expected at least two, such as Pieces(steel=..., air=...)"),
    (lambda: Pieces(steel=LOWER), "expected at least two"),
    (lambda: Pieces(steel=LOWER, air=3), "3 is no domain"),  # type: ignore[arg-type]
    (lambda: Pieces(steel=LOWER, air=Box(x=(0, 1))), "expected the same coordinates"),
    (lambda: Pieces(steel=LOWER, air=Disc((0, 1), 0.5)), "steel and air overlap"),
    (lambda: Pieces(steel=LOWER, air=LOWER), "steel and air overlap"),
    (lambda: Pieces(a=LOWER, b=UPPER, c=Disc((9, 9), 1)), "c touches no other piece"),
    (lambda: Pieces(a=LOWER, b=Box(x=(1, 2), y=(1, 2))), "a touches no other piece"),
    (lambda: STACK * Pieces(a=Box(z=(0, 1)), b=Box(z=(1, 2))), "one domain in pieces at most"),
    (lambda: Pieces(**{"a|b": LOWER, "c": UPPER}), "name='a|b': expected a word"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_pieces(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        make()
