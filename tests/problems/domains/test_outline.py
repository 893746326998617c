"""Outlines of polygons; more of what is refused is in `test_polygon`."""

import pytest

from nas.errors import UserError
from nas.problems.domains.outline import check_outlines, outlines

SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
HOLE = ((1.0, 1.0), (2.0, 1.0), (1.0, 2.0))


def test_vertices_become_pairs_of_floats() -> None:
    corners, holes = outlines([[0, 0], (1, 0), (0, 1)], [[(1, 2), (3, 4)]])
    assert corners == ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    assert holes == (((1.0, 2.0), (3.0, 4.0)),)


def test_a_hole_inside_is_no_fault() -> None:
    check_outlines(SQUARE, [HOLE])


def test_a_hole_in_a_notch_is_outside() -> None:
    notched = (*SQUARE[:2], (4.0, 4.0), (3.0, 4.0), (3.0, 0.5), (0.5, 0.5), (0.5, 4.0), (0.0, 4.0))
    with pytest.raises(UserError, match="hole 0: lies outside the outline"):
        check_outlines(notched, [HOLE])
