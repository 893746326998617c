"""Points that are given with data, as a source of points.

Axis legend: n points, D coordinates, K columns of data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method
from nas.problems.terms.term import Drawn, PointCounts, Term

AT_ONCE = 2000  # observations of a draw; of more, a part is drawn anew each time


@dataclass(frozen=True, eq=False)
class Given:
    """Points that are given, with the values observed there.

    Examples
    --------
    >>> from nas.problems import Box
    >>> given, box = Given(np.zeros((5, 2)), np.ones((5, 1))), Box(x=(0, 1), t=(0, 3))
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> drawn = given.draw(box, ["lab"], counts, seed=0, draw=0, method="sobol")
    >>> drawn["lab"].points.shape, drawn["lab"].data.shape
    ((5, 2), (5, 1))
    """

    points: Array
    values: Array
    at_once: int = AT_ONCE

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
        """See `Source`: all of them, or of many a part."""
        points, values = self.points, self.values
        if len(points) > self.at_once:
            chosen = np.random.default_rng((seed, draw)).permutation(len(points))[: self.at_once]
            points, values = points[chosen], values[chosen]
        return {region: Drawn(points, values) for region in regions}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One for each value."""
        quantities: int = self.values.shape[-1]
        return min(len(self.points), self.at_once) * quantities
