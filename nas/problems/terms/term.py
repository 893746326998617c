"""The contract of a term: where its points come from, which derivatives, residuals and weights.

The physics loss is the sum over the terms of weight · mean square of each residual; a Gauss–Newton
step takes the roots of the same summands. Neither knows what kinds of term there are.

Axis legend: B points, n of a region, L locations, D coordinates, K columns of data, S derivatives,
C fields, U unknown coefficients; … any leading axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from torch import Tensor

from nas.calculus.jets import Derivative, DerivativeSet
from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method


@dataclass(frozen=True)
class PointCounts:
    """How many points a step draws inside the domain, and on its boundary as a whole.

    Examples
    --------
    >>> from nas.problems import Box
    >>> from nas.problems.terms.condition import Boundary
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> Boundary().rows([], counts)  # a residual at each of its points
    8
    """

    interior: int
    boundary: int


@dataclass(frozen=True)
class Drawn:
    """What a source gives for a region.

    Parameters
    ----------
    points : Array (n, D), or (L, n, D)
    data : Array (n, K)
        Numbers that go with each point, such as its normal; K may be 0.

    Examples
    --------
    >>> Drawn.bare(np.zeros((5, 2))).data.shape
    (5, 0)
    """

    points: Array
    data: Array

    @classmethod
    def bare(cls, points: Array) -> "Drawn":
        """Points without data."""
        return cls(points, points.reshape(-1, *points.shape[-2:])[0, :, :0])


def together(drawn: dict[str, Drawn]) -> Drawn:
    """The points and data of all regions, one after the other.

    Examples
    --------
    >>> together({"a": Drawn.bare(np.zeros((2, 1))), "b": Drawn.bare(np.ones((3, 1)))}).points.shape
    (5, 1)
    """
    points: list[Array] = [one.points for one in drawn.values()]
    return Drawn(
        np.concatenate(points, axis=-2), np.concatenate([one.data for one in drawn.values()])
    )


class Source(Protocol):
    """Where the points of some terms come from; sources that are equal are drawn from once.

    They are told apart as the keys of a dict are, by their hashes first. A frozen dataclass of
    numbers, names and tensors has a hash, to which a tensor adds its identity, not its entries.
    Numpy arrays have none: a source that holds one needs ``eq=False``, and equals itself alone.
    """

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
        """Points (n, D) for each region; (L, n, D) where a residual sees L locations at once.

        The same arguments give the same points.
        """
        ...

    def rows(self, terms: "Sequence[Term]", counts: PointCounts) -> int:
        """About how many residuals ``terms`` leave at the points of a draw."""
        ...


class Term(Protocol):
    """Residuals that shall vanish."""

    @property
    def source(self) -> Source:
        """Where its points come from."""
        ...

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of its source whose points it sees."""
        ...

    @property
    def derivatives(self) -> frozenset[Derivative]:
        """What it needs of the solution."""
        ...

    @property
    def components(self) -> frozenset[int]:
        """Which of the C fields and, behind them, the U unknown coefficients it sees."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its user should know, a line each."""
        ...

    @property
    def weights(self) -> tuple[float, ...]:
        """Factor of the mean square of each residual in the physics loss."""
        ...

    @property
    def probed(self) -> list[Tensor]:
        """Its residuals on made-up fields, one tensor an equation: what it is known by."""
        ...

    def weighted(self, factors: Sequence[float]) -> "Term":
        """The same term, the weight of each residual times its factor."""
        ...

    def residuals(
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> list[Tensor]:
        """The residuals, each (…, B), of a jet at points (B, D) or (L, B, D).

        Parameters
        ----------
        jet : Tensor (…, S, B, C + U), or (…, S, L·B, C + U), location by location
            Of the fields themselves, the constants of the unknown coefficients behind them.
        derivatives
            Which derivatives the jet carries: at least its own.
        points : Tensor (B, D), or (L, B, D), float64
        data : Tensor (B, K)
            That its source gave with the points.
        """
        ...


@dataclass(frozen=True)
class Group:
    """Terms that are evaluated together: at the points of one source, with all derivatives needed.

    Parameters
    ----------
    source
        The terms' own.
    terms
        In the order in which they were written down.
    derivatives
        Those that any of the terms needs, closed under the chain rule.

    Examples
    --------
    >>> from nas.problems import load
    >>> boundary = load("burgers").groups[1]  # the start, and both ends
    >>> boundary.regions, boundary.derivatives.keys
    (('t_min', 'x_min', 'x_max'), ((0, 0),))
    """

    source: Source
    terms: tuple[Term, ...]
    derivatives: DerivativeSet

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that any term sees, each once."""
        return tuple(dict.fromkeys(region for term in self.terms for region in term.regions))


def grouped(terms: Sequence[Term], dimension: int) -> tuple[Group, ...]:
    """The terms by their sources, in the order of their first terms; D is ``dimension``.

    Examples
    --------
    >>> from nas.problems import load
    >>> groups = grouped(load("burgers").terms, dimension=2)
    >>> [(type(group.source).__name__, len(group.terms)) for group in groups]
    [('Interior', 1), ('Boundary', 2)]
    """
    by_source: dict[Source, list[Term]] = {}
    for term in terms:
        by_source.setdefault(term.source, []).append(term)
    groups = []
    for source, mine in by_source.items():
        needed = frozenset[Derivative]().union(*(term.derivatives for term in mine))
        groups.append(Group(source, tuple(mine), DerivativeSet(needed, dimension)))
    return tuple(groups)
