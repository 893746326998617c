"""Unions, intersections and differences of any domains.

Axis legend: N points or cells, D coordinates; … any leading axes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.cells import common, lies_in, overlap
from nas.problems.domains.corners import corner_points, joints
from nas.problems.domains.domain import Array, Domain, Mask, check_part, distance, is_domain
from nas.problems.domains.exposure import ends, share, sliver, step
from nas.problems.domains.naming import free_name
from nas.problems.domains.shape import Shape, Sides, interior, placed, sides, slack

Kind = Literal["union", "intersection", "difference"]

_SIGNS = {"union": "|", "intersection": "&", "difference": "-"}
_NOTHING = 1e-9  # of an operand: what is smaller is not there


@dataclass(frozen=True, repr=False)
class Combination(Shape):
    """Two domains, united, intersected, or the second cut out of the first; see `combine`.

    Measures are exact where one lies in the other or they are boxes; else they are estimated,
    to about 1e-6 on a line, 1e-5 in the plane and some 1e-4 on a surface or in space, always from
    the same points. Slivers of less than 2e-4 of a line may be missed.

    Parameters
    ----------
    kind
        ``"union"``, ``"intersection"`` or ``"difference"``.
    first, second
        Domains with the same coordinates.

    Examples
    --------
    >>> from nas.problems import Box, Disc
    >>> quarter = Box(x=(0, 1), y=(0, 1)) & Disc((0, 0), 1)
    >>> {part: round(length, 6) for part, length in quarter.parts.items()}
    {'x_min': 1.0, 'y_min': 1.0, 'rim': 1.570796}
    """

    kind: Kind
    first: Domain
    second: Domain

    def __repr__(self) -> str:
        return f"({self.first!r} {_SIGNS[self.kind]} {self.second!r})"

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names."""
        return self.first.coordinates

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """A box around the domain: (lowest, highest) of each coordinate."""
        first, second = self.first.bounds, self.second.bounds
        if self.kind == "difference":
            return first
        if self.kind == "intersection":
            return common(first, second) or first
        pairs = zip(first, second, strict=True)
        return tuple((min(a, c), max(b, d)) for (a, b), (c, d) in pairs)

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """What is left of the first operand's parts, then of the second's, and their measures."""
        return {name: measure for name, (_, _, measure) in self._sources.items()}

    @cached_property
    def measure(self) -> float:
        """The length, area or volume."""
        if self.kind == "intersection":
            return self._overlap
        more = self.second.measure if self.kind == "union" else 0.0
        return self.first.measure + more - self._overlap

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed domain: (N,)."""
        first = self.first.contains(points)
        if self.kind == "union":
            return first | self.second.contains(points)
        if self.kind == "intersection":
            return first & self.second.contains(points)
        return first & ~interior(self.second, points)

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the open domain, not by rounding alone: (N,)."""
        first = interior(self.first, points)
        if self.kind == "union":
            return first | interior(self.second, points)
        if self.kind == "intersection":
            return first & interior(self.second, points)
        return first & ~self.second.contains(points)

    @cached_property
    def slack(self) -> Array:
        """See `nas.problems.domains.shape.slack`."""
        return np.maximum(slack(self.first), slack(self.second))

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        first, second = sides(self.first, low, high), sides(self.second, low, high)
        if self.kind == "union":
            return np.maximum(first, second)
        return np.minimum(first, second if self.kind == "intersection" else -second)

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a part: points (≤ N, D), those that are left of it.

        Raises
        ------
        UserError
            If the domain has no such part.
        """
        points, kept = self.placed(part, unit)
        return points[kept]

    def placed(self, part: str, unit: Array) -> tuple[Array, Mask]:
        """See `nas.problems.domains.shape.placed`."""
        check_part(self, part)
        operand, own, _ = self._sources[part]
        points, kept = placed(self._operand(operand), own, unit)
        return points, kept & self._exposed(operand, points, self.normals(part, points))

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D) on a part."""
        check_part(self, part)
        operand, own, _ = self._sources[part]
        return self._sign(operand) * self._operand(operand).normals(own, points)

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """See `nas.problems.domains.distance`: that of the operand's part.

        Raises
        ------
        UserError
            If the domain is a union, or a hole that is none: there an operand's part goes on
            inside, where only its own measure of distance is zero.
        """
        check_part(self, part)
        if (self.kind == "union") != outside:
            raise UserError(
                f"{part!r}: parts of a union have no distance function, so a condition cannot "
                "hold exactly on them; leave exact=False, or write the domain as one Polygon"
            )
        operand, own, _ = self._sources[part]
        hole = self._sign(operand) < 0
        return distance(self._operand(operand), own, points, outside=outside != hole)

    @cached_property
    def _overlap(self) -> float:
        return overlap(self.first, self.second)

    @cached_property
    def _step(self) -> Array:
        return step(self.first, self.second)

    @cached_property
    def _sources(self) -> dict[str, tuple[int, str, float]]:
        """For each part the operand (0 or 1) that it is of, its name there, and its measure."""
        found: dict[str, tuple[int, str, float]] = {}
        whole = self.kind == "difference" and lies_in(self.second, self.first, self._step)
        for operand in (0, 1):
            domain = self._operand(operand)
            for part, measure in domain.parts.items():
                left = 1.0 if whole else share(domain, part, self._choose(operand))
                if left > sliver(self.first, self.second):
                    found[free_name(part, found)] = (operand, part, left * measure)
        return found

    @cached_property
    def corner_points(self) -> Array:
        """See `nas.problems.domains.corners`: the operands', and where boundaries cross."""
        if len(self.coordinates) != 2:
            return np.empty((0, len(self.coordinates)))
        crossings = [
            ends(self._operand(operand), own, self._choose(operand))
            for operand, own, _ in self._sources.values()
        ]
        return np.concatenate([corner_points(self.first), corner_points(self.second), *crossings])

    @cached_property
    def joints(self) -> Array:
        """See `nas.problems.domains.corners`: the operands', and where boundaries cross."""
        if len(self.coordinates) != 2:
            return np.empty((0, len(self.coordinates)))
        return np.concatenate([self.corner_points, joints(self.first), joints(self.second)])

    def _choose(self, operand: int) -> Any:
        sign = self._sign(operand)
        return lambda points, normals: self._exposed(operand, points, sign * normals)

    def _exposed(self, operand: int, points: Array, normals: Array) -> Mask:
        """Which points of an operand's boundary are on that of the combination: (N,)."""
        # Beyond the other operand's bounding box it is as if there were no other.
        low, high = np.transpose(self._operand(1 - operand).bounds)
        near = ((points > low - 2 * self._step) & (points < high + 2 * self._step)).all(axis=1)
        alone = self.kind == "union" or (self.kind == "difference" and operand == 0)
        exposed = np.full(len(points), alone)
        off = self._step * normals[near]
        within, beyond = points[near] - off, points[near] + off
        found = self.contains(within) & ~self.contains(beyond)
        if operand == 1:  # where both boundaries are one, it is the first's
            found &= self.first.contains(within) == self.first.contains(beyond)
        exposed[near] = found
        return exposed

    def _operand(self, operand: int) -> Domain:
        return self.second if operand else self.first

    def _sign(self, operand: int) -> int:
        """Of the operand's normals: those of a hole look into it."""
        return -1 if operand == 1 and self.kind == "difference" else 1


def combine(kind: Kind, first: Domain, second: Domain) -> Combination:
    """The union, intersection or difference of two domains: ``a | b``, ``a & b``, ``a - b``.

    Parts keep their names. Where a part of the second has a name that one of the first has, it
    gets a number: ``x_min_2``; a name of one's own stands before it if the second is ``named``.
    Parts that disappear are left out, and where both boundaries are one, it is the first's.

    Raises
    ------
    UserError
        If one is no domain, their coordinates differ, they have nothing in common, or nothing
        is left.

    Examples
    --------
    >>> from nas.problems import Box
    >>> square = Box(x=(0, 1), y=(0, 1))
    >>> frame = combine("difference", square, Box(x=(0.4, 0.6), y=(0.4, 0.6)).named("slot"))
    >>> list(frame.parts)[3:], round(frame.measure, 9)
    (['y_max', 'slot.x_min', 'slot.x_max', 'slot.y_min', 'slot.y_max'], 0.96)
    """
    check_operands(_SIGNS[kind], first, second)
    found = Combination(kind, first, second)
    where, shared = f"{first!r} {_SIGNS[kind]} {second!r}", found._overlap
    smaller = min(first.measure, second.measure)
    if kind != "union" and shared <= _NOTHING * smaller:
        raise UserError(f"{where}: they have nothing in common; expected domains that overlap")
    if kind == "difference" and first.measure - shared <= _NOTHING * first.measure:
        raise UserError(f"{where}: nothing is left; expected a second domain that is not all of it")
    if kind == "union" and shared == 0 and _untouched(found):
        raise UserError(f"{where}: they are apart; expected domains that overlap or touch")
    return found


def check_operands(sign: str, first: Any, second: Any, alike: bool = True) -> None:
    """Raise `UserError` unless both are domains, and with the same coordinates if ``alike``.

    Examples
    --------
    >>> from nas.problems import Box
    >>> check_operands("|", Box(x=(0, 1)), Box(x=(1, 2)))
    """
    for one in (first, second):
        if not is_domain(one):
            raise UserError(f"{first!r} {sign} {second!r}: {one!r} is no domain")
    if alike and tuple(first.coordinates) != tuple(second.coordinates):
        names = [", ".join(one.coordinates) for one in (first, second)]
        raise UserError(
            f"{first!r} {sign} {second!r}: expected the same coordinates in the same order, "
            f"got {names[0]} and {names[1]}"
        )


def _untouched(union: Combination) -> bool:
    both = [measure for one in (union.first, union.second) for measure in one.parts.values()]
    return list(union.parts.values()) == both
