"""Periodic conditions: at one end of a coordinate the solution is as at the other.

Axis legend: n pairs of points, D coordinates, S derivatives, C fields; … any leading axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from nas.calculus.derivatives import MultiIndex
from nas.calculus.jets import Derivative, DerivativeSet
from nas.errors import UserError
from nas.problems.domains import Domain
from nas.problems.sampling import Method, boundary_points
from nas.problems.terms.requirement import Requirement, Setting
from nas.problems.terms.term import Drawn, PointCounts, Term
from nas.problems.terms.weight import check_weight, multiplied

PAIRS = 256  # of points, at which it is tried whether two ends lie opposite


@dataclass(frozen=True)
class Pairs:
    """Points at the lower end of a coordinate, each with its partner at the upper end.

    Examples
    --------
    >>> from nas.problems import Box
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> box = Box(x=(0, 1), t=(0, 3))
    >>> drawn = Pairs("x").draw(box, ["x: 0 ~ 1"], counts, seed=0, draw=0, method="sobol")
    >>> {region: found.points.shape for region, found in drawn.items()}
    {'x: 0 ~ 1': (2, 8, 2)}
    """

    coordinate: str

    def draw(
        self,
        domain: Domain,
        regions: Sequence[str],
        counts: PointCounts,
        *,
        seed: int,
        draw: int,
        method: Method,
    ) -> dict[str, Drawn]:
        """See `Source`."""
        low = f"{self.coordinate}_min"
        drawn = boundary_points(domain, [low], counts.boundary, seed=seed, draw=draw, method=method)
        upper = drawn[low].copy()
        axis = domain.coordinates.index(self.coordinate)
        upper[:, axis] = domain.bounds[axis][1]
        return {region: Drawn.bare(np.stack([drawn[low], upper])) for region in regions}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One a residual at each pair."""
        return sum(len(term.probed) for term in terms) * counts.boundary


@dataclass(frozen=True)
class Periodic(Requirement):
    """The solution repeats itself along a coordinate: values and derivatives agree at both ends.

    Parameters
    ----------
    coordinate
        Its name; the domain has the parts ``x_min`` and ``x_max``, opposite each other.
    derivatives
        How many derivatives along it have to agree, beside the values; by default as many as the
        equations need: one less than their order.
    fields
        For which fields; by default for all.
    weight
        As of `nas.Condition`.
    exact
        Whether all networks repeat themselves along the coordinate by construction: they see it
        through sine and cosine alone.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem
    >>> waves = Problem(
    ...     name="kdv",
    ...     domain=Box(x=(-1, 1), t=(0, 1)),
    ...     residual=lambda u: u.t + u * u.x + 0.0025 * u.xxx,
    ...     conditions=[
    ...         Condition("t_min", lambda u, x: u - (3.141592653589793 * x).cos()),
    ...         Periodic("x"),
    ...     ],
    ... )
    >>> len(waves.terms[2].probed)  # u, u_x and u_xx
    3
    """

    coordinate: str
    derivatives: int | None = None
    fields: Sequence[str] | None = None
    weight: float = 1.0
    exact: bool = False

    @property
    def periodic_coordinates(self) -> tuple[str, ...]:
        """See `Requirement`."""
        return (self.coordinate,)

    def relaxed(self) -> "Periodic":
        """See `Requirement`."""
        return replace(self, exact=False)

    def describe(self) -> str:
        """See `Requirement`."""
        return f"periodic along {self.coordinate}"

    def bind(self, setting: Setting) -> "PeriodicTerm":
        """See `Requirement`.

        Raises
        ------
        UserError
            If there is no such coordinate with two ends that lie opposite each other, or no such
            field; if the number of derivatives is below 0, or the weight not above 0.
        """
        where = f"{setting.name}: {self.describe()}"
        self._check(where, setting)
        domain = setting.domain
        _check_opposite(where, domain, self.coordinate)
        axis = domain.coordinates.index(self.coordinate)
        low, high = domain.bounds[axis]
        count = self.derivatives
        if count is None:
            count = max(1, setting.orders[axis]) - 1 if setting.orders else 1
        wanted = range(len(setting.fields))
        if self.fields is not None:
            wanted = [setting.fields.index(name) for name in self.fields]  # type: ignore[assignment]
        keys = [_along(axis, order, len(domain.coordinates)) for order in range(count + 1)]
        pairs = tuple((key, field) for field in wanted for key in keys)
        region, weights = (
            f"{self.coordinate}: {low:g} ~ {high:g}",
            (float(self.weight),) * len(pairs),
        )
        return PeriodicTerm(pairs, Pairs(self.coordinate), (region,), weights)

    def _check(self, where: str, setting: Setting) -> None:
        ends = [f"{self.coordinate}_min", f"{self.coordinate}_max"]
        known = [
            name
            for name in setting.domain.coordinates
            if {f"{name}_min", f"{name}_max"} <= set(setting.domain.parts)
        ]
        if not set(ends) <= set(setting.domain.parts):
            raise UserError(
                f"{where}: expected a coordinate whose two ends are parts of the boundary, one of "
                f"{', '.join(known) or 'none: this domain has none'}, got {self.coordinate!r}"
            )
        listed = self.fields is None or (isinstance(self.fields, list | tuple) and self.fields)
        if not listed or not isinstance(self.exact, bool):
            raise UserError(
                f"{where}: expected fields as a list of names and exact as True or False, got "
                f"fields={self.fields!r} and exact={self.exact!r}"
            )
        for name in self.fields or ():
            if name not in setting.fields:
                raise UserError(
                    f"{where}: expected fields among {', '.join(setting.fields)}, got {name!r}"
                )
        if self.derivatives not in (None, 0, 1, 2, 3):
            raise UserError(f"{where}: expected derivatives from 0 to 3, got {self.derivatives!r}")
        if self.exact and self.fields is not None and set(self.fields) != set(setting.fields):
            raise UserError(
                f"{where}: expected all fields to be exactly periodic, since networks see the "
                "coordinate alike for all of them; leave out fields, or exact=True"
            )
        check_weight(where, self.weight)


@dataclass(frozen=True)
class PeriodicTerm:
    """Differences between the ends as a `Term`.

    Parameters
    ----------
    pairs
        For each residual, which derivative of which field (by number) it compares.
    source, regions, weights
        As of `Term`.

    Examples
    --------
    >>> term = PeriodicTerm((((0,), 0),), Pairs("x"), ("x: 0 ~ 1",), (1.0,))
    >>> jet = torch.tensor([[[2.0], [5.0]]])  # (S, L·n, C): u = 2 at the one end, 5 at the other
    >>> value = DerivativeSet([], dimension=1)
    >>> term.residuals(jet, value, torch.tensor([[[0.0]], [[1.0]]]), torch.empty(1, 0))
    [tensor([3.])]
    """

    pairs: tuple[tuple[MultiIndex, int], ...]
    source: Pairs
    regions: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def derivatives(self) -> frozenset[Derivative]:
        """See `Term`."""
        return frozenset(key for key, _ in self.pairs)

    @property
    def components(self) -> frozenset[int]:
        """See `Term`."""
        return frozenset(field for _, field in self.pairs)

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `Term`: none."""
        return ()

    @property
    def probed(self) -> list[Tensor]:
        """See `Term`; that it compares, and what, stands in place of values."""
        return [torch.tensor([float(field), *map(float, key)]) for key, field in self.pairs]

    def weighted(self, factors: Sequence[float]) -> Self:
        """See `Term`."""
        return replace(self, weights=multiplied(self.weights, factors))

    def residuals(
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> list[Tensor]:
        """See `Term`."""
        left, right = torch.unflatten(jet, -2, (2, -1)).unbind(-3)
        difference = right - left
        return [difference[..., derivatives.index[key], :, field] for key, field in self.pairs]


def _check_opposite(where: str, domain: Domain, coordinate: str) -> None:
    """Raise `UserError` unless each point of either end has a partner at the other."""
    axis, unequal = domain.coordinates.index(coordinate), False
    low, high = domain.bounds[axis]
    for end, own, other in (("min", low, high), ("max", high, low)):
        part = f"{coordinate}_{end}"
        points = boundary_points(domain, [part], PAIRS, seed=0, draw=0)[part]
        unequal |= bool(np.abs(points[:, axis] - own).max() > 1e-9 * (high - low))
        points[:, axis] = other
        unequal |= not domain.contains(points).all()
    if unequal:
        raise UserError(
            f"{where}: expected two ends that lie opposite each other, from {coordinate}={low:g} "
            f"to {coordinate}={high:g}, got parts {coordinate}_min and {coordinate}_max that differ"
        )


def _along(axis: int, order: int, dimension: int) -> MultiIndex:
    return tuple(order if other == axis else 0 for other in range(dimension))
