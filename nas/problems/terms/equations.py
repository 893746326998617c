"""The equations: residuals inside the domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nas.calculus.expression import Expression, Names, Residual
from nas.errors import UserError
from nas.problems.domains import Array, Domain
from nas.problems.sampling import Method, interior_points
from nas.problems.terms.expression_term import ExpressionTerm
from nas.problems.terms.term import PointCounts, Setting, Term

INTERIOR = "interior"  # the one region of the source
PROBES = 16  # points at which a residual is tried once


@dataclass(frozen=True)
class Interior:
    """Points all over the domain.

    Examples
    --------
    >>> from nas.problems import Box
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> drawn = Interior().draw(
    ...     Box(x=(0, 1), t=(0, 3)), [INTERIOR], counts, seed=0, draw=0, method="sobol"
    ... )
    >>> {region: points.shape for region, points in drawn.items()}
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
    >>> setting = Setting("heat", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> term = Equations(lambda u: u.t - u.xx).bind(setting)
    >>> sorted(term.derivatives), term.regions, term.weight
    ([(0, 1), (2, 0)], ('interior',), 1.0)
    """

    residual: Residual

    def bind(self, setting: Setting) -> ExpressionTerm:
        """See `Requirement`; their weight is 1: the unit of all others.

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
        return ExpressionTerm(expression, Interior(), (INTERIOR,))


def express(setting: Setting, function: Residual, where: str, probe: Tensor) -> Expression:
    """``function`` as an `Expression`, tried at the points ``probe`` (B, D).

    Raises
    ------
    UserError
        If it is no function, or does not fit fields and coordinates; ``where`` names it then.

    Examples
    --------
    >>> from nas.problems import Box
    >>> setting = Setting("heat", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> probe = torch.zeros(2, 2)
    >>> express(setting, lambda u: u.x - 1, "flux", probe).derivatives
    frozenset({(1, 0)})
    >>> express(setting, lambda v: v, "flux", probe)
    Traceback (most recent call last):
    nas.errors.UserError: heat: flux: unknown parameter 'v'; expected parameters among u, x, t
    """
    if not callable(function):
        raise UserError(f"{setting.name}: {where}: expected a function, got {function!r}")
    names = Names(setting.fields, setting.domain.coordinates)
    return Expression(function, names, f"{setting.name}: {where}", probe)
