"""Quadrature over a domain, over a part or a piece of it, or over some of its coordinates.

Axis legend: L nodes of the quadrature, n values of the coordinates that are not integrated over, D
coordinates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor

from nas.problems.domains import Array, Box, Domain, pieces_of, surfaces
from nas.problems.sampling import Method, boundary_points, interior_points
from nas.problems.terms.term import Drawn, PointCounts, Term

NODES = {1: 32, 2: 12, 3: 6}  # of Gauss and Legendre's rule along each of so many coordinates
ALONG, ALL = 1000, 100_000  # points at most: along a coordinate of a box, and in all
EVEN = 1024  # nodes where there is no such rule: evenly spread
VALUES = 8  # of the coordinates that are not integrated over, in each draw
# No settings are these two: they lower the error of even nodes, whose number is one.
MOMENTS = 2**17  # points for the means of polynomials over a domain that is no box
DEGREE = 6  # of these polynomials


@dataclass(frozen=True)
class Quadrature:
    """The nodes of a rule, for some values of the other coordinates.

    Parameters
    ----------
    over
        The coordinates of a box that are integrated over; empty: the whole domain, or ``on``.
    on
        A part of the boundary, or a piece of the domain; "" is the domain itself.
    points
        Of the rule: along each coordinate of a box, and in all elsewhere. None is `NODES` by the
        number of coordinates (of more than three: 4), and `EVEN`.
    values
        How many values of the other coordinates a draw has.

    Examples
    --------
    >>> rule = Quadrature(over=("x",))
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> box = Box(x=(0, 1), t=(0, 3))
    >>> drawn = rule.draw(box, ["over x"], counts, seed=0, draw=0, method="sobol")
    >>> drawn["over x"].points.shape  # (L, n, D)
    (32, 8, 2)
    >>> float(rule.weights(box).sum())  # they make a mean
    1.0
    """

    over: tuple[str, ...] = ()
    on: str = ""
    points: int | None = None
    values: int = VALUES

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
        """See `Source`: the same nodes always, at new values of the other coordinates."""
        nodes = self.nodes(domain)[:, None]  # (L, 1, D)
        if self.over and len(self.over) < len(domain.coordinates):
            others = interior_points(domain, self.values, seed=seed, draw=draw, method=method)
            kept = [name in self.over for name in domain.coordinates]
            nodes = np.where(kept, nodes, others[None])
        return {region: Drawn.bare(nodes) for region in regions}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One a residual at each value of the other coordinates."""
        return sum(len(term.probed) for term in terms) * (self.values if self.over else 1)

    def nodes(self, domain: Domain) -> Array:
        """The nodes (L, D); coordinates that are not integrated over are at their middle."""
        if self.on in surfaces(domain):
            if isinstance(domain, Box):  # a face is the image of a cube, evenly stretched
                return domain.on(self.on, self._gauss(len(domain.coordinates) - 1)[0])
            if len(domain.coordinates) == 2:  # by arc length: the midpoint rule
                return domain.on(self.on, ((np.arange(self._even) + 0.5) / self._even)[:, None])
            return boundary_points(domain, [self.on], self._even, seed=0, draw=0)[self.on]
        box = self._where(domain)
        if not isinstance(box, Box):
            return interior_points(box, self._even, seed=0, draw=0)
        low, high = np.transpose(box.bounds)
        axes = [box.coordinates.index(name) for name in self.over or box.coordinates]
        unit, _ = self._gauss(len(axes))
        nodes: Array = np.tile((low + high) / 2, (len(unit), 1))
        nodes[:, axes] = low[axes] + (high - low)[axes] * unit
        return nodes

    def weights(self, domain: Domain) -> Tensor:
        """The weights (L,) that make a mean."""
        where = self._where(domain)
        if not isinstance(where, Box):
            nodes = self.nodes(domain)
            even = np.full(len(nodes), 1 / len(nodes))
            return torch.as_tensor(even if self.on in surfaces(domain) else _fitted(where, nodes))
        dimension = len(self.over or domain.coordinates) - (self.on in surfaces(domain))
        return torch.as_tensor(self._gauss(dimension)[1])

    def measure(self, domain: Domain) -> float:
        """Of what is integrated over: the total is the mean times it."""
        if self.on in surfaces(domain):
            return surfaces(domain)[self.on]
        if not self.over:
            return self._where(domain).measure
        lengths = dict(zip(domain.coordinates, domain.bounds, strict=True))
        return math.prod(lengths[name][1] - lengths[name][0] for name in self.over)

    def _where(self, domain: Domain) -> Domain:
        """The domain itself, or the piece."""
        return pieces_of(domain).get(self.on, domain)

    def most(self, domain: Domain) -> int:
        """The largest number of points that is taken: every step evaluates the networks at all.

        Along each coordinate of a box no more than `ALONG`, since the rule's nodes are eigenvalues
        of a matrix as large.
        """
        if not isinstance(self._where(domain), Box):
            return ALL
        dimension = len(self.over or domain.coordinates) - (self.on in surfaces(domain))
        return min(ALONG, int(ALL ** (1 / max(dimension, 1))))

    @property
    def _even(self) -> int:
        return self.points or EVEN

    def _gauss(self, dimension: int) -> tuple[Array, Array]:
        return _gauss(dimension, self.points or NODES.get(dimension, 4))


def _gauss(dimension: int, count: int) -> tuple[Array, Array]:
    """Nodes (L, d) in the unit cube of this ``dimension`` and weights (L,) with a sum of 1."""
    x, w = np.polynomial.legendre.leggauss(count)
    nodes = np.stack(np.meshgrid(*[(x + 1) / 2] * dimension, indexing="ij"), axis=-1)
    weights = np.stack(np.meshgrid(*[w / 2] * dimension, indexing="ij"), axis=-1)
    flat: Array = nodes.reshape(-1, dimension)
    return flat, weights.reshape(-1, dimension).prod(axis=-1)


def _fitted(domain: Domain, nodes: Array) -> Array:
    """Weights (L,) that give polynomials their means over the domain, near to even ones.

    Of all w with A w = m, for the values A of the polynomials at the nodes and their means m, the
    nearest to 1 / L is 1 / L + A⁺ (m - A / L), with the pseudo-inverse A⁺. So smooth functions have
    their means nearly as exactly as `MOMENTS` points would give them.
    """
    many = interior_points(domain, MOMENTS, seed=0, draw=0)
    means = _polynomials(domain, many).mean(axis=1)
    values, even = _polynomials(domain, nodes), np.full(len(nodes), 1 / len(nodes))
    weights: Array = even + np.linalg.lstsq(values, means - values @ even, rcond=None)[0]
    return weights


def _polynomials(domain: Domain, points: Array) -> Array:
    """Products of Legendre polynomials of a total degree of at most `DEGREE` (k, N)."""
    low, high = np.transpose(domain.bounds)
    scaled = 2 * (points - low) / (high - low) - 1
    one = np.polynomial.legendre.legvander(scaled, DEGREE)  # (N, D, degree + 1)
    degrees = product(range(DEGREE + 1), repeat=points.shape[1])
    return np.stack(
        [
            np.prod([one[:, axis, degree] for axis, degree in enumerate(each)], axis=0)
            for each in degrees
            if sum(each) <= DEGREE
        ]
    )
