"""The equations: residuals inside the domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.fields import Expression, Residual
from nas.calculus.jets import Derivative, DerivativeSet
from nas.errors import UserError
from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method, interior_points
from nas.problems.terms.term import PointCounts, Setting, Term

INTERIOR = "interior"  # the one region of the source
PROBES = 16  # points at which a residual is tried once


@dataclass(frozen=True)
class Interior:
    """Points all over the domain.

    Examples
    --------
    >>> from nas.problems import Box
    >>> counts = PointCounts(interior=9, boundary=8)
    >>> drawn = Interior().draw(Box(x=(0, 1)), [INTERIOR], counts, seed=0, draw=0, method="sobol")
    >>> drawn[INTERIOR].shape
    (9, 1)
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
        """See `Source`."""
        points = interior_points(domain, counts.interior, seed=seed, draw=draw, method=method)
        return {INTERIOR: points}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One for each equation at each point."""
        return sum(len(term.probed) for term in terms) * counts.interior


@dataclass(frozen=True)
class Equations:
    """What holds inside the domain.

    Parameters
    ----------
    residual
        As of `nas.Problem`.

    Examples
    --------
    >>> from nas.problems import Box
    >>> Equations(lambda u: u.xx - 1).bind(Setting("rod", Box(x=(0, 1)), ("u",))).regions
    ('interior',)
    """

    residual: Residual

    def bind(self, setting: Setting) -> "BoundEquations":
        """See `Requirement`.

        Raises
        ------
        UserError
            If the residual is no function, does not fit fields and coordinates, or uses no field.
        """
        points = interior_points(setting.domain, PROBES, seed=0, draw=0)
        expression = express(setting, self.residual, "residual", torch.as_tensor(points))
        if not expression.derivatives:
            raise UserError(
                f"{setting.name}: residual: expected a function of "
                f"{' or '.join(setting.fields)}, got one that uses none of them; any solution "
                "would do"
            )
        return BoundEquations(expression)


@dataclass(frozen=True)
class BoundEquations:
    """`Equations` as a `Term`; their weight is 1: the unit of all others.

    Examples
    --------
    >>> from nas.problems import Box
    >>> bound = Equations(lambda u: u.xx - 1).bind(Setting("rod", Box(x=(0, 1)), ("u",)))
    >>> sorted(bound.derivatives), bound.weight
    ([(2,)], 1.0)
    """

    expression: Expression
    source: Interior = Interior()
    regions: tuple[str, ...] = (INTERIOR,)
    weight: float = 1.0

    @property
    def derivatives(self) -> frozenset[Derivative]:
        """See `Term`."""
        return self.expression.derivatives

    @property
    def probed(self) -> list[Tensor]:
        """See `Term`."""
        return self.expression.probed

    def residuals(self, jet: Tensor, derivatives: DerivativeSet, points: Tensor) -> list[Tensor]:
        """See `Term`."""
        return self.expression(jet, derivatives, points)


def express(setting: Setting, function: Residual, where: str, probe: Tensor) -> Expression:
    """``function`` as an `Expression`, tried at the points ``probe`` (B, D).

    Raises
    ------
    UserError
        If it is no function, or does not fit fields and coordinates; ``where`` names it then.

    Examples
    --------
    >>> from nas.problems import Box
    >>> rod = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> [len(values) for values in express(rod, lambda u, x: u - x, "end", torch.ones(3, 1)).probed]
    [3]
    """
    if not callable(function):
        raise UserError(f"{setting.name}: {where}: expected a function, got {function!r}")
    coordinates = setting.domain.coordinates
    return Expression(function, setting.fields, coordinates, f"{setting.name}: {where}", probe)
