"""Line segments in the plane: do they touch, what do they enclose, how far are they?

Axis legend: N points or cells; … any leading axes.

That they touch is decided by the sign of a cross product, the side of a line on which a point lies.
"""

import math
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from nas.problems.domains.domain import Array, Mask
from nas.problems.domains.trimming import trimmed

_TINY = 1e-30  # 0 / 0 is 0 with it

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


def area(vertices: Sequence[Vertex]) -> float:
    """The signed area of a closed polygon: positive if it runs counter-clockwise.

    Examples
    --------
    >>> area([(0, 0), (3, 0), (0, 4)])
    6.0
    """
    # The shoelace formula: signed triangles between the first vertex and each edge. (From the
    # origin they would cancel each other where that is far away.)
    start = vertices[0]
    return math.fsum(cross(_minus(a, start), _minus(b, start)) for a, b in edges(vertices)) / 2


def on_segments(sides: Sequence[Segment], points: Array, slack: float) -> tuple[Mask, Mask]:
    """Which of the points (N, 2) closed edges go around, and which lie on one, both (N,).

    Parameters
    ----------
    slack
        How far off an edge a point may be and still count as on it.

    Examples
    --------
    >>> square = edges([(0, 0), (1, 0), (1, 1), (0, 1)])
    >>> inside, near = on_segments(square, np.array([[0.5, 0.5], [0.5, 1.0], [2.0, 0.5]]), 0.0)
    >>> inside[0], inside[2], near.tolist()
    (np.True_, np.False_, [False, True, False])
    """
    inside, near = np.zeros(len(points), bool), np.zeros(len(points), bool)
    x, y = points[:, 0], points[:, 1]
    for (ax, ay), (bx, by) in sides:
        length = math.hypot(bx - ax, by - ay)
        across = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        along = (bx - ax) * (x - ax) + (by - ay) * (y - ay)
        # A ray from the point to the right crosses the edge if the edge's ends are on both
        # sides of the ray's line, and the point is to the left of the edge. An odd number of
        # crossings means inside.
        inside ^= ((ay > y) != (by > y)) & ((across > 0) == (by > ay))
        reach = slack * length
        near |= (np.abs(across) <= reach) & (along >= -reach) & (along <= length**2 + reach)
    return inside, near


def crossed_by(sides: Sequence[Segment], low: Array, high: Array) -> Mask:
    """Which of the cells, low to high (N, 2), any of the segments may enter: (N,).

    Examples
    --------
    >>> crossed_by([((0, 0), (2, 2))], np.array([[0, 0], [1, 0]]), np.array([[1, 1], [1.9, 0.9]]))
    array([ True, False])
    """
    middle, half = (low + high) / 2, (high - low) / 2
    crossed = np.zeros(len(low), bool)
    for a, b in np.asarray(sides, float):
        # They are apart if they are so along an axis, or across the segment.
        beside = ((np.minimum(a, b) > high) | (np.maximum(a, b) < low)).any(axis=1)
        normal = np.array([b[1] - a[1], a[0] - b[0]])
        crossed |= ~beside & (np.abs((middle - a) @ normal) <= half @ np.abs(normal))
    return crossed


def segment_distance(segment: Segment, points: Array) -> Array:
    """The distances (N,) of points (N, 2) from a segment.

    Examples
    --------
    >>> segment_distance(((0, 0), (1, 0)), np.array([[0.5, 2.0], [4.0, 4.0]])).tolist()
    [2.0, 5.0]
    """
    a, b = np.asarray(segment, float)
    along = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    found: Array = np.linalg.norm(points - a - along[:, None] * (b - a), axis=1)
    return found


def depth(segment: Segment, points: Tensor, size: float) -> Tensor:
    """A smooth distance (…) of points (…, 2) from a segment, in units of ``size``.

    It rises to the left as the distance does; see `nas.problems.domains.trimming`.

    Examples
    --------
    >>> import torch
    >>> depth(((0, 0), (2, 0)), torch.tensor([[1.0, 0.0], [4.0, 0.0]]), size=2.0).tolist()
    [0.0, 2.0]
    """
    (ax, ay), (bx, by) = segment
    length = math.hypot(bx - ax, by - ay)
    x, y = points[..., 0], points[..., 1]
    across = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length
    square = (x - (ax + bx) / 2) ** 2 + (y - (ay + by) / 2) ** 2
    return trimmed(across / size, [((length / 2) ** 2 - square) / (length * size)])


def harmonic(distances: Sequence[Tensor]) -> Tensor:
    """One distance (…) of several: as small as the smallest, and as smooth as they are.

    1 / Σ 1/d, written so that it is smooth where one of them is zero. Where two are, at a corner
    between two edges, it has no derivatives.

    Examples
    --------
    >>> import torch
    >>> harmonic([torch.tensor([0.0, 2.0]), torch.tensor([1.0, 2.0])]).tolist()
    [0.0, 1.0]
    """
    found = distances[0]
    for other in distances[1:]:
        found = found * other / (found + other + _TINY)
    return found
