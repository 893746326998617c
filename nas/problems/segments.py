"""Line segments in the plane: do they touch?

All is decided by the sign of a cross product, the side of a line on which a point lies.
"""

import math
from collections.abc import Sequence

Vertex = tuple[float, float]
Segment = tuple[Vertex, Vertex]


def edges(vertices: Sequence[Vertex]) -> tuple[Segment, ...]:
    """The edges of a closed polygon; edge i runs from vertex i to vertex i + 1.

    Examples
    --------
    >>> edges([(0, 0), (1, 0), (0, 1)])
    (((0, 0), (1, 0)), ((1, 0), (0, 1)), ((0, 1), (0, 0)))
    """
    return tuple(zip(vertices, (*vertices[1:], vertices[0]), strict=True))


def fold_back(first: Segment, second: Segment) -> bool:
    """Whether two neighbouring edges overlap: their free ends lie the same way from the corner.

    Examples
    --------
    >>> fold_back(((0, 0), (2, 0)), ((2, 0), (1, 0))), fold_back(((0, 0), (2, 0)), ((2, 0), (3, 0)))
    (True, False)
    """
    (a, b), (c, d) = first, second
    corner, free, other = (b, a, d) if b == c else (a, b, c)
    left, right = _minus(free, corner), _minus(other, corner)
    return cross(left, right) == 0 and left[0] * right[0] + left[1] * right[1] > 0


def touch(first: Segment, second: Segment) -> bool:
    """Whether two segments have a point in common.

    Examples
    --------
    >>> touch(((0, 0), (2, 2)), ((0, 2), (2, 0))), touch(((0, 0), (1, 0)), ((0, 1), (1, 1)))
    (True, False)
    """
    (a, b), (c, d) = first, second
    # They cross if the ends of each lie on different sides of the other; else they can only touch
    # in an end that lies on the other segment.
    sides = [_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)]
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(side == 0 and _between(*end) for side, end in zip(sides, ends, strict=True))


def _side(a: Vertex, b: Vertex, point: Vertex) -> float:
    turn = cross(_minus(b, a), _minus(point, a))
    return math.copysign(1.0, turn) if turn else 0.0


def _between(a: Vertex, b: Vertex, point: Vertex) -> bool:
    """Whether a point on the line through a and b lies in the box that they span."""
    return all(min(p, q) <= r <= max(p, q) for p, q, r in zip(a, b, point, strict=True))


def cross(a: Vertex, b: Vertex) -> float:
    """Twice the signed area of the triangle 0, a, b: positive for a turn to the left.

    Examples
    --------
    >>> cross((1, 0), (0, 1))
    1
    """
    return a[0] * b[1] - a[1] * b[0]


def _minus(a: Vertex, b: Vertex) -> Vertex:
    return a[0] - b[0], a[1] - b[1]
