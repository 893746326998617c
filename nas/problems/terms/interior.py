"""Points inside the domain, or inside its pieces.

Axis legend: D coordinates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nas.problems.domains import Domain, pieces_of
from nas.problems.sampling import Method, apportion, interior_points
from nas.problems.terms.term import Drawn, PointCounts, Term

INTERIOR = "interior"  # the region of the source that is the whole domain


@dataclass(frozen=True)
class Interior:
    """Points all over the domain; its regions are the whole of it, or its pieces.

    Examples
    --------
    >>> from nas.problems import Box
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> drawn = Interior().draw(
    ...     Box(x=(0, 1), t=(0, 3)), [INTERIOR], counts, seed=0, draw=0, method="sobol"
    ... )
    >>> {region: found.points.shape for region, found in drawn.items()}
    {'interior': (100, 2)}
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
        """See `Source`; pieces share in proportion to their measures."""
        pieces = [inside(domain, region) for region in regions]
        shares = apportion(max(counts.interior, len(pieces)), [one.measure for one in pieces])
        return {
            region: Drawn.bare(interior_points(one, count, seed=seed, draw=draw, method=method))
            for region, one, count in zip(regions, pieces, shares, strict=True)
        }

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One for each equation at each point; a piece has its share of them."""
        equations = sum(len(term.probed) for term in terms)
        regions = len({region for term in terms for region in term.regions})
        return equations * counts.interior // max(1, regions)


def inside(domain: Domain, region: str) -> Domain:
    """Where the ``region`` of an interior is: the ``domain``, or one of its pieces.

    Examples
    --------
    >>> from nas.problems import Box
    >>> inside(Box(x=(0, 1)), INTERIOR)
    Box(x=(0.0, 1.0))
    """
    return domain if region == INTERIOR else pieces_of(domain)[region]
