"""Boundary and initial conditions: residuals on parts of the boundary."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nas.calculus.expression import Residual
from nas.errors import UserError
from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method, boundary_points
from nas.problems.terms.equations import PROBES, express
from nas.problems.terms.expression_term import ExpressionTerm
from nas.problems.terms.term import PointCounts, Setting, Term


@dataclass(frozen=True)
class Condition:
    """What holds on a part of the boundary: a residual that is zero there.

    Parameters
    ----------
    on
        The boundary parts, by the domain's names: ``"x_min"`` or ``("x_min", "x_max")``.
    residual
        A function of fields and coordinates by name, such as ``lambda u: u``. Derivatives may
        stand in it, so ``lambda u: u.x`` is a Neumann condition.
    weight
        Factor of its mean square in the physics loss.

    Examples
    --------
    >>> Condition("x_max", lambda u: u.x - 2, weight=10.0).parts
    ('x_max',)
    """

    on: str | tuple[str, ...]
    residual: Residual
    weight: float = 1.0

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the boundary parts."""
        return (self.on,) if isinstance(self.on, str) else tuple(self.on)

    def bind(self, setting: Setting) -> ExpressionTerm:
        """See `Requirement`.

        Raises
        ------
        UserError
            If it stands on no part of the boundary, its weight is not above 0, or its residual
            does not fit fields and coordinates, or uses no field.
        """
        self._check(setting)
        count = max(PROBES, len(self.parts))
        points = boundary_points(setting.domain, self.parts, count, seed=0, draw=0)
        everywhere = torch.as_tensor(np.concatenate(list(points.values())))
        where = f"condition on {', '.join(self.parts)}"
        expression = express(setting, self.residual, where, everywhere)
        if not expression.derivatives:
            raise UserError(
                f"{setting.name}: {where}: expected a function of {' or '.join(setting.fields)}, "
                "got one that uses none of them; it would demand nothing"
            )
        return ExpressionTerm(expression, Boundary(), self.parts, self.weight)

    def _check(self, setting: Setting) -> None:
        known = setting.domain.parts
        if not self.parts:
            raise UserError(
                f"{setting.name}: condition on no part of the boundary; "
                f"expected some of {', '.join(known)}"
            )
        for part in self.parts:
            if part not in known:
                raise UserError(
                    f"{setting.name}: condition on {part!r}: no such part of the boundary; "
                    f"expected one of {', '.join(known)}"
                )
        if not self.weight > 0:
            raise UserError(
                f"{setting.name}: condition on {', '.join(self.parts)}: "
                f"expected a weight above 0, got {self.weight}"
            )


@dataclass(frozen=True)
class Boundary:
    """Points on those parts of the boundary that bear a condition, in the domain's order.

    Examples
    --------
    >>> from nas.problems import Box
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> wanted = ("x_max", "t_min")  # of lengths 3 and 1
    >>> drawn = Boundary().draw(
    ...     Box(x=(0, 1), t=(0, 3)), wanted, counts, seed=0, draw=0, method="sobol"
    ... )
    >>> {part: points.shape for part, points in drawn.items()}
    {'x_max': (6, 2), 't_min': (2, 2)}
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
    ) -> dict[str, Array]:
        """See `Source`; they are shared out in proportion to the measures of the parts."""
        parts = [part for part in domain.parts if part in regions]
        return boundary_points(domain, parts, counts.boundary, seed=seed, draw=draw, method=method)

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One a point, which is exact where each part bears one condition of one equation."""
        return counts.boundary
