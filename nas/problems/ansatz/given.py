"""What a condition gives at each point, a field's value or a derivative.

It is asked of its residual, point by point: so it is seen as well where one condition changes along
a part of the boundary, such as `torch.where(x < 0, u, u.n)`.

Axis legend: N points, Q pairs of neighbours, D coordinates, S derivatives, C fields.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import qmc
from torch import Tensor

from nas.calculus.derivatives import order_of
from nas.errors import UserError
from nas.problems.ansatz.probing import Probe, probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array, Domain, Mask
from nas.problems.domains.shape import placed
from nas.problems.terms import Term
from nas.problems.terms.term import Drawn

POINTS = 2048  # of each part
DECIMALS = 10  # of a place, over the extent: what is more is rounding
BISECTIONS = 50
_SEED = 3


@dataclass(frozen=True)
class Given:
    """What a condition gives at points of a part of the boundary.

    Parameters
    ----------
    tried
        Its term.
    part
        The part's name.
    unit, points : Array (N, D-1), Array (N, D)
        Points of the unit cube, and those of the part where they lead.
    value, slope : Array (N, C)
        Whether it gives the value of each field there, and a derivative.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.terms import Setting
    >>> rod = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> found = given(Condition("x_max", lambda u: u.n + 3 * u).bind(rod), rod.domain, fields=1)
    >>> [(one.part, one.value[0].tolist(), one.slope[0].tolist()) for one in found]
    [('x_max', [False], [True])]
    """

    tried: Probe
    part: str
    unit: Array
    points: Array
    value: Mask
    slope: Mask

    def changes(self, field: int) -> Array:
        """Points (Q, D) where the one ends and the other begins.

        Sought between neighbours, in the unit cube, so that they lie on the part. What leads
        around, as a rim does, has neighbours at both ends of the cube.
        """
        one, other = self._neighbours(field)
        way = self.unit[other] - self.unit[one]
        way -= way.round()
        low, high = np.zeros((len(way), 1)), np.ones((len(way), 1))
        for _ in range(BISECTIONS if len(way) else 0):
            middle = (low + high) / 2
            value = self._gives_value((self.unit[one] + middle * way) % 1, field)[:, None]
            low, high = np.where(value, middle, low), np.where(value, high, middle)
        before, behind = (
            placed(self.tried.domain, self.part, (self.unit[one] + at * way) % 1)[0]
            for at in (low, high)
        )
        lowest, highest = np.transpose(self.tried.domain.bounds)
        shares = (np.stack([before, behind]) - lowest) / (highest - lowest)
        meet = np.abs(np.diff(shares, axis=0)[0]).max(axis=1, initial=0.0) < CLOSE
        found: Array = lowest + shares[0, meet].round(DECIMALS) * (highest - lowest)
        return found

    def kind(self, points: Array, field: int) -> str:
        """What it gives at points (N, D) of its part: "value", "slope", or "" if not one alone."""
        at = self.tried.at(Drawn(points, self.tried.domain.normals(self.part, points)))
        value, slope = (found[:, field].all() for found in _gives(at))
        return "value" if value else "slope" if slope else ""

    def _gives_value(self, unit: Array, field: int) -> Mask:
        found: Mask = _gives(_on(self.tried, self.part, unit))[0][:, field]
        return found

    def _neighbours(self, field: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        """Rows (Q,) of points with a value, and of the nearest to each that have a derivative.

        Those pairs alone of which each is the nearest to the other.
        """
        values, slopes = np.flatnonzero(self.value[:, field]), np.flatnonzero(self.slope[:, field])
        if not len(values) or not len(slopes):
            return values[:0], slopes[:0]
        low, high = np.transpose(self.tried.domain.bounds)
        scaled = (self.points - low) / (high - low)
        there = np.atleast_1d(cKDTree(scaled[slopes]).query(scaled[values])[1])
        back = np.atleast_1d(cKDTree(scaled[values]).query(scaled[slopes])[1])
        mutual = back[there] == np.arange(len(values))
        return values[mutual], slopes[there[mutual]]


def given(term: Term, domain: Domain, fields: int, raw: Sequence[float] = ()) -> list[Given]:
    """What a condition gives, on each of its parts, at points that are always the same.

    Parts of a user's own domain are left out that do not say which point of the unit cube leads
    where (see `nas.problems.domains.shape.placed`).

    Examples
    --------
    >>> from nas.problems import load
    >>> burgers = load("burgers")
    >>> (start,) = given(burgers.terms[1], burgers.domain, fields=1)
    >>> bool(start.value.all()), bool(start.slope.any())
    (True, False)
    """
    tried, found = probe(term, domain, fields, raw), []
    dimension = len(domain.coordinates) - 1
    engine = qmc.Sobol(max(dimension, 1), rng=np.random.default_rng(0))
    unit = engine.random(POINTS)[:, :dimension]
    for part in term.regions:
        kept = _kept(domain, part, unit)
        if kept.any():
            at = _on(tried, part, unit[kept])
            found.append(Given(tried, part, unit[kept], at.points.numpy(), *_gives(at)))
    return found


def _kept(domain: Domain, part: str, unit: Array) -> Mask:
    """Which points of the unit cube (N, D-1) lead to a part."""
    try:
        return placed(domain, part, unit)[1]
    except UserError:
        return np.zeros(len(unit), dtype=bool)


def _on(tried: Probe, part: str, unit: Array) -> Probe:
    """A term tried at the points of a part to which those of the unit cube (N, D-1) lead."""
    points, _ = placed(tried.domain, part, unit)
    return tried.at(Drawn(points, tried.domain.normals(part, points)))


def _gives(tried: Probe) -> tuple[Mask, Mask]:
    """Where a condition gives the value of each field (N, C), and where a derivative.

    Nowhere, if what it gives depends on the fields, such as `torch.minimum(u, u.n)`.
    """
    one, other = (_gives_at(tried, state[None]) for state in tried.random(_SEED)[:2])
    if not all(np.array_equal(*pair) for pair in zip(one, other, strict=True)):
        return np.zeros_like(one[0]), np.zeros_like(one[1])
    return one


def _gives_at(tried: Probe, state: Tensor) -> tuple[Mask, Mask]:
    """The same at one state."""
    orders = np.array([order_of(key) for key in tried.derivatives.keys])
    keys = [(s, c) for s in range(len(orders)) for c in range(tried.fields)]
    units = torch.cat([tried.unit(*key) for key in keys])
    slopes = torch.stack(tried.linear(state, units))  # (equations, S·C, N)
    answers = slopes.reshape(len(slopes), len(orders), tried.fields, -1).numpy() != 0
    value, slope = answers[:, orders == 0].any(1), answers[:, orders > 0].any(1)
    alone: Mask = (value & ~slope).any(0).T  # by one of the condition's equations
    return alone, slope.any(0).T & ~alone
