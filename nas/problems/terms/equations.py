"""The equations: residuals inside the domain, or inside its pieces.

Axis legend: B points, D coordinates, K columns of data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nas.calculus.expression import Expression, Names, Residual
from nas.errors import UserError
from nas.problems.domains import Array, Domain, pieces_of
from nas.problems.sampling import Method, apportion, interior_points
from nas.problems.terms.expression_term import ExpressionTerm
from nas.problems.terms.term import Drawn, PointCounts, Setting, Term

INTERIOR = "interior"  # the region of the source that is the whole domain
PROBES = 16  # points at which a residual is tried once


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


@dataclass(frozen=True)
class Equations:
    """What holds inside the domain, or inside one of its pieces.

    Parameters
    ----------
    residual
        As of `nas.Problem`.
    on
        The piece.

    Examples
    --------
    >>> from nas.problems import Box
    >>> setting = Setting("heat", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> term = Equations(lambda u: u.t - u.xx).bind(setting)
    >>> sorted(term.derivatives), term.regions, term.weights
    ([(0, 1), (2, 0)], ('interior',), (1.0,))
    """

    residual: Residual
    on: str = INTERIOR

    def describe(self) -> str:
        """See `Requirement`."""
        return "equations" if self.on == INTERIOR else f"equations in {self.on}"

    def bind(self, setting: Setting) -> ExpressionTerm:
        """See `Requirement`.

        Raises
        ------
        UserError
            If the residual is no function, does not fit fields and coordinates, or uses no field;
            if the domain has no such piece.
        """
        where = "residual" if self.on == INTERIOR else f"residual in {self.on}"
        pieces = pieces_of(setting.domain)
        if self.on != INTERIOR and self.on not in pieces:
            known = ", ".join(pieces) or "none: its domain is in one piece"
            raise UserError(f"{setting.name}: {where}: expected a piece among {known}")
        points = interior_points(inside(setting.domain, self.on), PROBES, seed=0, draw=0)
        expression = express(setting, self.residual, where, Drawn.bare(points))
        if not expression.derivatives:
            raise UserError(
                f"{setting.name}: {where}: expected a function of "
                f"{' or '.join(setting.fields)}, got one that uses none of them; any solution "
                "would do"
            )
        weights = (1.0,) * len(expression.probed)
        return ExpressionTerm(expression, Interior(), (self.on,), weights)


def express(
    setting: Setting,
    function: Residual,
    where: str,
    probe: Drawn,
    columns: Sequence[str] = (),
) -> Expression:
    """``function`` as an `Expression`, tried at the points ``probe``, with its data columns.

    Raises
    ------
    UserError
        If it is no function, or does not fit fields and coordinates; ``where`` names it then.

    Examples
    --------
    >>> from nas.problems import Box
    >>> setting = Setting("heat", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> probe = Drawn.bare(np.zeros((2, 2)))
    >>> express(setting, lambda u: u.x - 1, "flux", probe).derivatives
    frozenset({(1, 0)})
    >>> express(setting, lambda v: v, "flux", probe)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: heat: flux: unknown parameter 'v'; expected parameters among u, x, t; ...
    """
    if not callable(function):
        raise UserError(f"{setting.name}: {where}: expected a function, got {function!r}")
    names = Names(
        fields=setting.fields,
        coordinates=setting.domain.coordinates,
        unknowns={name: one.value for name, one in setting.unknown.items()},
        data=tuple(columns),
    )
    points, data = torch.as_tensor(probe.points), torch.as_tensor(probe.data)
    return Expression(function, names, f"{setting.name}: {where}", points, data)


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
