"""Functions that take given values on parts of the boundary, and others that vanish there.

A(x) meets what conditions hold exactly, and B(x) is zero there, with its derivative where a
velocity is held: then A + B · N meets them whatever N is (Lagaris, Likas & Fotiadis 1998; Sukumar &
Srivastava 2022).

Axis legend: B points, D coordinates.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import groupby
from operator import add, mul

import torch
from torch import Tensor

from nas.problems.ansatz.held import Function, Held
from nas.problems.domains import Domain
from nas.problems.domains.domain import distance


def vanishing(domain: Domain, parts: Sequence[Held]) -> Function:
    """B: the product of the distances from the parts, squared where a velocity is held.

    Examples
    --------
    >>> from nas.problems import Box
    >>> start = Held("t_min", None, value=lambda points: points[:, 0])
    >>> vanishing(Box(t=(0, 2)), [start])(torch.tensor([[0.0], [1.0]])).tolist()
    [0.0, 0.5]
    """

    def b(points: Tensor) -> Tensor:
        return reduce(mul, (_power(domain, one, points) for one in parts))

    return b


def transfinite(domain: Domain, parts: Sequence[Held]) -> Function:
    """A for parts that all lie in ends of the bounding box, one coordinate after the other.

    What is held is known on whole planes. Along each coordinate the present A is corrected by
    what it lacks on the planes, carried inwards by polynomials (Gordon & Hall 1973): smooth where
    the conditions agree at the corners, and wrong where they do not.

    Examples
    --------
    >>> from nas.problems import Box
    >>> from nas.problems.ansatz.held import Face
    >>> low = Held("x_min", Face(0, 0.0), value=lambda points: points[:, 1])
    >>> high = Held("x_max", Face(0, 2.0), value=lambda points: points[:, 1] + 4)
    >>> a = transfinite(Box(x=(0, 2), y=(0, 1)), [low, high])
    >>> a(torch.tensor([[0.0, 0.5], [1.0, 0.5]])).tolist()
    [0.5, 2.5]
    """

    def axis_of(one: Held) -> int:
        assert one.face is not None
        return one.face.axis

    a: Function = lambda points: torch.zeros_like(points[:, 0])  # noqa: E731
    for axis, group in groupby(sorted(parts, key=axis_of), key=axis_of):
        a = _corrected(a, list(group), domain.bounds[axis])
    return a


def inverse_distance(domain: Domain, parts: Sequence[Held]) -> Function:
    """A for any parts: each one's own function, weighted by the inverse of the distance from it.

    Where parts that disagree meet, A jumps, as it has to.

    Examples
    --------
    >>> from nas.problems import Box
    >>> zero = Held("x_min", None, value=lambda points: 0 * points[:, 0])
    >>> one = Held("x_max", None, value=lambda points: 0 * points[:, 0] + 1)
    >>> inverse_distance(Box(x=(0, 4)), [zero, one])(torch.tensor([[0.0], [1.0], [4.0]])).tolist()
    [0.0, 0.25, 1.0]
    """

    def a(points: Tensor) -> Tensor:
        near = [_power(domain, one, points) for one in parts]
        shares = [
            reduce(mul, near[:i] + near[i + 1 :], torch.ones_like(points[:, 0]))
            for i in range(len(parts))
        ]
        total = reduce(add, shares)
        # In a corner, zero distance from two parts, both count the same.
        corner = total == 0
        total = torch.where(corner, torch.ones_like(total), total)
        equal = torch.full_like(total, 1 / len(parts))
        return reduce(
            add,
            (
                torch.where(corner, equal, share / total) * _own(one, points)
                for share, one in zip(shares, parts, strict=True)
            ),
        )

    return a


def _own(one: Held, points: Tensor) -> Tensor:
    if one.velocity is None or one.face is None:
        return one.value(points)
    there = one.face.project(points)
    depth = points[:, one.face.axis] - one.face.at
    return one.value(there) + depth * one.velocity(there)


def _power(domain: Domain, one: Held, points: Tensor) -> Tensor:
    found = distance(domain, one.part, points)
    return found if one.velocity is None else found.square()


def _corrected(a: Function, group: Sequence[Held], bounds: tuple[float, float]) -> Function:
    def corrected(points: Tensor) -> Tensor:
        found = a(points)
        carriers = _carriers(group, bounds, points)
        for one, (by_value, by_velocity) in zip(group, carriers, strict=True):
            assert one.face is not None
            there = one.face.project(points)
            found = found + by_value * (one.value(there) - a(there))
            if one.velocity is not None:
                slope = torch.func.jvp(a, (there,), (one.face.direction(there),))[1]
                found = found + by_velocity * (one.velocity(there) - slope)
        return found

    return corrected


def _carriers(
    group: Sequence[Held], bounds: tuple[float, float], points: Tensor
) -> list[tuple[Tensor, Tensor]]:
    """For each face of one coordinate the functions that carry value and velocity inwards.

    Each is 1 in its own value, or velocity, and 0 in all else that is held on both faces.
    """
    length, found = bounds[1] - bounds[0], []
    for mine in group:
        assert mine.face is not None
        inward = 1.0 if mine.face.at == bounds[0] else -1.0
        s = inward * (points[:, mine.face.axis] - mine.face.at) / length  # 0 here, 1 at the other
        opposite = next((other for other in group if other is not mine), None)
        found.append(_polynomials(s, mine, opposite, inward * length))
    return found


def _polynomials(
    s: Tensor, mine: Held, opposite: Held | None, unit: float
) -> tuple[Tensor, Tensor]:
    """Value and velocity carriers over s from 0 (this face) to 1, by what is held on both."""
    here = mine.velocity is not None
    if opposite is None:
        return torch.ones_like(s), unit * s
    if opposite.velocity is not None:  # at 1 value and slope vanish
        rest = (1 - s).square()
        return rest * (1 + 2 * s) if here else rest, unit * s * rest
    value = 1 - s.square() if here else 1 - s
    return value, unit * s * (1 - s)
