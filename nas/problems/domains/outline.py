"""Are the outlines of a polygon and its holes what they have to be?"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nas.errors import UserError
from nas.problems.domains.finite import numbers
from nas.problems.domains.segments import Vertex, edges, fold_back, on_segments, touch

Outline = tuple[Vertex, ...]


def outlines(
    vertices: Sequence[Sequence[float]], holes: Sequence[Sequence[Sequence[float]]]
) -> tuple[Outline, tuple[Outline, ...]]:
    """The vertices of a polygon and of its holes, as pairs of floats.

    Raises
    ------
    UserError
        If a vertex is not two finite numbers.

    Examples
    --------
    >>> outlines([(0, 0), (3, 0), (0, 4)], [])
    (((0.0, 0.0), (3.0, 0.0), (0.0, 4.0)), ())
    """
    inner = tuple(
        _outline(f"Polygon: hole {index}", hole)
        for index, hole in enumerate(_sequence("Polygon: holes", holes))
    )
    return _outline("Polygon", vertices), inner


def check_outlines(corners: Outline, holes: Sequence[Outline]) -> None:
    """Raise `UserError` unless the outlines are simple, and the holes inside and apart.

    Examples
    --------
    >>> check_outlines(((0, 0), (3, 0), (0, 4)), [])
    """
    _check_simple("Polygon", corners)
    for index, hole in enumerate(holes):
        where = f"Polygon: hole {index}"
        _check_simple(where, hole)
        if _meet(corners, hole):
            raise UserError(f"{where}: touches the outline; expected a hole inside, apart from it")
        if not _holds(corners, hole):
            raise UserError(f"{where}: lies outside the outline; expected a hole inside")
        for other in range(index):
            if _meet(holes[other], hole):
                raise UserError(f"{where}: touches hole {other}; expected holes apart")
            if _holds(holes[other], hole) or _holds(hole, holes[other]):
                raise UserError(f"{where}: one of it and hole {other} lies in the other")


def _sequence(where: str, value: Any) -> list[Any]:
    try:
        return list(value)
    except TypeError:
        raise UserError(f"{where}: expected a list of vertices, got {value!r}") from None


def _outline(where: str, vertices: Sequence[Sequence[float]]) -> Outline:
    return tuple(_vertex(where, i, one) for i, one in enumerate(_sequence(where, vertices)))


def _vertex(where: str, index: int, vertex: Sequence[float]) -> Vertex:
    found = numbers(vertex)
    if len(found) != 2 or any(math.isnan(value) for value in found):
        raise UserError(f"{where}: vertex {index}: expected two finite numbers, got {vertex!r}")
    return found[0], found[1]


def _check_simple(where: str, vertices: Sequence[Vertex]) -> None:
    count = len(vertices)
    if count < 3:
        raise UserError(f"{where}: expected at least 3 vertices, got {count}")
    sides = edges(vertices)
    for i, (start, end) in enumerate(sides):
        if start == end:
            raise UserError(f"{where}: edge_{i} from {start}: expected a length above 0")
    for i, first in enumerate(sides):
        for j in range(i + 1, count):
            neighbours = j == i + 1 or (i == 0 and j == count - 1)
            meet = fold_back(first, sides[j]) if neighbours else touch(first, sides[j])
            if meet:
                raise UserError(
                    f"{where}: edge_{i} and edge_{j} meet: expected edges that share no point "
                    "but the vertex between neighbours"
                )


def _meet(first: Outline, second: Outline) -> bool:
    return any(touch(one, other) for one in edges(first) for other in edges(second))


def _holds(outer: Outline, inner: Outline) -> bool:
    """Whether an outline lies inside another; the two do not touch."""
    return bool(on_segments(edges(outer), np.array(inner[:1]), 0.0)[0][0])
