"""A kind of term that the toolkit does not have: a residual that sees two points at once.

It shows what a new kind takes, and is the only user of several locations for one residual.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.problems import Box, Problem
from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method, boundary_points
from nas.problems.terms import PointCounts, Setting, Term
from nas.problems.terms.equations import PROBES, express
from nas.problems.terms.expression_term import ExpressionTerm


@dataclass(frozen=True)
class Pairs:
    """Points on one side of a box along x, each with its partner on the other side: (2, n, D)."""

    def draw(
        self,
        domain: Domain,
        regions: Sequence[str],
        counts: PointCounts,
        *,
        seed: int,
        draw: int,
        method: Method,
    ) -> dict[str, Array]:
        left = boundary_points(
            domain, ["x_min"], counts.boundary, seed=seed, draw=draw, method=method
        )["x_min"]
        right = left.copy()
        right[:, 0] = domain.bounds[0][1]
        return {"pairs": np.stack([left, right])}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        return sum(len(term.probed) for term in terms) * counts.boundary


@dataclass(frozen=True)
class Periodic:
    """All fields have the same value on both sides along x."""

    weight: float = 1.0

    def bind(self, setting: Setting) -> "BoundPeriodic":
        points = boundary_points(setting.domain, ["x_min"], PROBES, seed=0, draw=0)["x_min"]
        probe = torch.as_tensor(points)
        expression = express(setting, lambda u: u, "periodic along x", probe)
        return BoundPeriodic(expression, Pairs(), ("pairs",), self.weight)


@dataclass(frozen=True)
class BoundPeriodic(ExpressionTerm):
    """See `Periodic`."""

    def residuals(self, jet: Tensor, derivatives: DerivativeSet, points: Tensor) -> list[Tensor]:
        left, right = torch.unflatten(jet, -2, (2, -1)).unbind(-3)
        there = self.expression(right, derivatives, points[1])
        here = self.expression(left, derivatives, points[0])
        return [one - other for one, other in zip(there, here, strict=True)]


PERIODIC = Problem(
    name="periodic",
    domain=Box(x=(0.0, 1.0), y=(0.0, 2.0)),
    residual=lambda u: u - 1,
    conditions=[Periodic(weight=4.0)],
)
