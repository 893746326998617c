"""Products: a domain at all times of an interval, or for all values of parameters.

Axis legend: N points or cells, D coordinates; … any leading axes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from nas.errors import UserError
from nas.problems.domains.box import Box
from nas.problems.domains.combination import check_operands
from nas.problems.domains.domain import (
    Array,
    Domain,
    Mask,
    check_names,
    check_part,
    distance,
    into_bounds,
    pieces_of,
    surfaces,
)
from nas.problems.domains.naming import free_name
from nas.problems.domains.shape import Shape, Sides, interior, placed, sides, slack


@dataclass(frozen=True, repr=False)
class Product(Shape):
    """All pairs of points of two domains, such as a disc and an interval of time; see `product`.

    Its parts are those of the first, at all times, and those of the second, all over the first; of
    a factor in pieces, over each of these: ``steel.t_min``.

    Parameters
    ----------
    first, second
        Domains without a coordinate in common.

    Examples
    --------
    >>> from nas.problems import Disc
    >>> cylinder = Disc((0, 0), 1) * Box(t=(0, 2))
    >>> {part: round(area / np.pi, 9) for part, area in cylinder.parts.items()}
    {'rim': 4.0, 't_min': 1.0, 't_max': 1.0}
    >>> from nas.problems import Pieces
    >>> wall = Pieces(brick=Box(x=(0, 1)), wool=Box(x=(1, 3))) * Box(t=(0, 1))
    >>> list(wall.parts)
    ['x_min', 'x_max', 'brick.t_min', 'wool.t_min', 'brick.t_max', 'wool.t_max']
    """

    first: Domain
    second: Domain

    def __repr__(self) -> str:
        return f"({self.first!r} * {self.second!r})"

    @property
    def factors(self) -> tuple[Domain, Domain]:
        """See `nas.problems.domains.corners`: a corner of one is one all along the other."""
        return self.first, self.second

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names: the first's, then the second's."""
        return (*self.first.coordinates, *self.second.coordinates)

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The bounding box: (lowest, highest) of each coordinate."""
        return (*self.first.bounds, *self.second.bounds)

    @cached_property
    def parts(self) -> Mapping[str, float]:
        """The parts of the factors, and their measures times that of the other factor."""
        return {name: self._measures[name] for name in self._sources if name in self._outer}

    @cached_property
    def interfaces(self) -> Mapping[str, float]:
        """The interfaces between pieces of a factor, if it has any."""
        return {name: self._measures[name] for name in self._sources if name not in self._outer}

    @cached_property
    def pieces(self) -> Mapping[str, Domain]:
        """The pieces of the factor that is in pieces, each times the other."""
        found: dict[str, Domain] = {}
        for name, one in pieces_of(self.first).items():
            found[name] = product(one, self.second)
        for name, one in pieces_of(self.second).items():
            found[name] = product(self.first, one)
        return found

    @property
    def measure(self) -> float:
        """The area or volume."""
        return self.first.measure * self.second.measure

    def contains(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the closed domain: (N,)."""
        cut = self._cut
        return self.first.contains(points[:, :cut]) & self.second.contains(points[:, cut:])

    def interior(self, points: Array) -> Mask:
        """Which of the points (N, D) lie in the open domain, not by rounding alone: (N,)."""
        cut = self._cut
        return interior(self.first, points[:, :cut]) & interior(self.second, points[:, cut:])

    @cached_property
    def slack(self) -> Array:
        """See `nas.problems.domains.shape.slack`: each factor by itself."""
        return np.concatenate([slack(self.first), slack(self.second)])

    def sides(self, low: Array, high: Array) -> Sides:
        """See `nas.problems.domains.shape.sides`."""
        cut = self._cut
        first = sides(self.first, low[:, :cut], high[:, :cut])
        return np.minimum(first, sides(self.second, low[:, cut:], high[:, cut:]))

    def on(self, part: str, unit: Array) -> Array:
        """Map the unit cube (N, D-1) onto a part: points (≤ N, D).

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
        factor, own, over = self._sources[part]
        if factor == 0:
            first, kept = placed(self.first, own, unit[:, : self._cut - 1])
            second = into_bounds(over, unit[:, self._cut - 1 :])
            kept = kept & over.contains(second)
        else:
            first = into_bounds(over, unit[:, : self._cut])
            second, kept = placed(self.second, own, unit[:, self._cut :])
            kept = kept & over.contains(first)
        return np.concatenate([first, second], axis=1), kept

    def normals(self, part: str, points: Array) -> Array:
        """The outward unit normals (N, D) at points (N, D) on a part."""
        check_part(self, part)
        factor, own, _ = self._sources[part]
        domain, columns = self._factor(factor)
        normals = np.zeros(points.shape)
        normals[:, columns] = domain.normals(own, points[:, columns])
        return normals

    def distance(self, part: str, points: Tensor, *, outside: bool = False) -> Tensor:
        """See `nas.problems.domains.distance`: that of the factor.

        Raises
        ------
        UserError
            If the product is a hole: there the factor's part goes on beside it.
        """
        check_part(self, part)
        if outside:
            raise UserError(
                f"{part!r}: the rim of a hole that is a product has no distance function, so a "
                "condition cannot hold exactly on it; multiply what is left after cutting instead"
            )
        factor, own, _ = self._sources[part]
        domain, columns = self._factor(factor)
        return distance(domain, own, points[..., columns])

    @property
    def _cut(self) -> int:
        return len(self.first.coordinates)

    def _factor(self, factor: int) -> tuple[Domain, slice]:
        """A factor, and its columns of the points."""
        if factor == 0:
            return self.first, slice(0, self._cut)
        return self.second, slice(self._cut, None)

    @cached_property
    def _sources(self) -> dict[str, tuple[int, str, Domain]]:
        """For each part the factor (0 or 1) that it is of, its name there, and what it is over."""
        found: dict[str, tuple[int, str, Domain]] = {}
        for factor, (domain, other) in enumerate(self._both_ways):
            for part in surfaces(domain):
                for piece, over in (pieces_of(other) or {"": other}).items():
                    name = f"{piece}.{part}" if piece else part
                    found[free_name(name, found)] = (factor, part, over)
        return found

    @property
    def _both_ways(self) -> tuple[tuple[Domain, Domain], ...]:
        """Each factor, and the other one."""
        return (self.first, self.second), (self.second, self.first)

    @cached_property
    def _measures(self) -> dict[str, float]:
        return {
            name: surfaces(self._both_ways[factor][0])[own] * over.measure
            for name, (factor, own, over) in self._sources.items()
        }

    @cached_property
    def _outer(self) -> set[str]:
        return {
            name
            for name, (factor, own, _) in self._sources.items()
            if own in self._both_ways[factor][0].parts
        }


def product(first: Domain, second: Domain) -> Domain:
    """The product of two domains, ``first * second``; of two boxes, it is a box.

    Parts keep their names; where one is taken, the second's gets a number: ``edge_0_2``.

    Raises
    ------
    UserError
        If one is no domain, they have a coordinate in common, or both are in pieces.

    Examples
    --------
    >>> product(Box(x=(0, 1)), Box(t=(0, 2)))
    Box(x=(0.0, 1.0), t=(0.0, 2.0))
    """
    check_operands("*", first, second, alike=False)
    check_names(f"{first!r} * {second!r}", (*first.coordinates, *second.coordinates))
    if pieces_of(first) and pieces_of(second):
        raise UserError("product: expected one domain in pieces at most, got two; multiply pieces")
    if isinstance(first, Box) and isinstance(second, Box):
        names = (*first.coordinates, *second.coordinates)
        return Box(**dict(zip(names, (*first.bounds, *second.bounds), strict=True)))
    return Product(first, second)
