"""Boundary and initial conditions: residuals on parts of the boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nas.calculus.expression import Residual, normal_columns
from nas.errors import UserError
from nas.problems.domains import Domain, surfaces
from nas.problems.sampling import Method, boundary_points
from nas.problems.terms.expressing import PROBES, express
from nas.problems.terms.expression_term import ExpressionTerm
from nas.problems.terms.requirement import Requirement, Setting
from nas.problems.terms.term import Drawn, PointCounts, Term, together
from nas.problems.terms.weight import check_weight


@dataclass(frozen=True)
class Condition(Requirement):
    """What holds on a part of the boundary: a residual that is zero there.

    Parameters
    ----------
    on
        The boundary parts, by the domain's names: ``"x_min"`` or ``("x_min", "x_max")``; or an
        interface between two pieces of the domain, ``"steel|air"``, whose normal leads out of the
        first.
    residual
        A function of fields and coordinates by name, such as ``lambda u: u``. Derivatives may
        stand in it: ``lambda u: u.n`` is a Neumann condition, the derivative along the outward
        normal, ``lambda u: u.n + 3 * u`` Robin's.
    weight
        Factor of its mean square in the physics loss, beside the one that is found by itself (see
        `nas.Problem`).
    exact
        Whether it holds by construction: the fields are made of networks in such a way that no
        training is needed for it. It has to give the value of one field, such as ``u - g`` with
        any function g of the coordinates; at an end of the domain's box, such as ``t_min``,
        another exact condition may give the derivative across it (``u.t - g``) as well.

    Examples
    --------
    >>> Condition("x_max", lambda u: u.x - 2, weight=10.0).parts
    ('x_max',)
    """

    on: str | tuple[str, ...]
    residual: Residual
    weight: float = 1.0
    exact: bool = False

    def __post_init__(self) -> None:
        named = isinstance(self.on, str | list | tuple)
        if not named or not all(isinstance(part, str) for part in self.on):
            raise UserError(
                f"Condition: on={self.on!r}: expected the name of a part of the boundary, such as "
                "'x_min', or a tuple of names"
            )
        if not isinstance(self.exact, bool):
            raise UserError(f"Condition: exact={self.exact!r}: expected True or False")

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the boundary parts."""
        return (self.on,) if isinstance(self.on, str) else tuple(self.on)

    def describe(self) -> str:
        """See `Requirement`."""
        return f"condition on {', '.join(self.parts)}"

    def by_part(self) -> "Mapping[str, Condition]":
        """See `Requirement`."""
        return {part: replace(self, on=part) for part in self.parts}

    def relaxed(self) -> "Condition":
        """See `Requirement`."""
        return replace(self, exact=False)

    def bind(self, setting: Setting) -> ExpressionTerm:
        """See `Requirement`.

        Raises
        ------
        UserError
            If it stands on no part of the boundary, its weight is not above 0, or its residual
            does not fit fields and coordinates, or uses no field.
        """
        self._check(setting)
        domain, where = setting.domain, self.describe()
        counts = PointCounts(interior=0, boundary=max(PROBES, len(self.parts)))
        tried = Boundary().draw(domain, self.parts, counts, seed=0, draw=0, method="sobol")
        columns = normal_columns(len(domain.coordinates))
        expression = express(setting, self.residual, where, together(tried), columns)
        if not expression.derivatives:
            raise UserError(
                f"{setting.name}: {where}: expected a function of {' or '.join(setting.fields)}, "
                "got one that uses none of them; it would demand nothing"
            )
        weights = (float(self.weight),) * len(expression.probed)
        return ExpressionTerm(expression, Boundary(), self.parts, weights)

    def _check(self, setting: Setting) -> None:
        known = surfaces(setting.domain)
        if not self.parts:
            raise UserError(
                f"{setting.name}: condition on no part of the boundary; "
                f"expected some of {', '.join(known)}"
            )
        for part in self.parts:
            if part not in known:
                raise UserError(
                    f"{setting.name}: condition on {part!r}: no such part of the boundary; "
                    f"expected one of {', '.join(known)}; values inside the domain are "
                    "nas.Observations"
                )
        check_weight(f"{setting.name}: {self.describe()}", self.weight)


@dataclass(frozen=True)
class Boundary:
    """Points with their normals on parts of the boundary, in the domain's order.

    Examples
    --------
    >>> from nas.problems import Box
    >>> counts = PointCounts(interior=100, boundary=8)
    >>> wanted = ("x_max", "t_min")  # of lengths 3 and 1
    >>> drawn = Boundary().draw(
    ...     Box(x=(0, 1), t=(0, 3)), wanted, counts, seed=0, draw=0, method="sobol"
    ... )
    >>> {part: found.points.shape for part, found in drawn.items()}
    {'x_max': (6, 2), 't_min': (2, 2)}
    >>> drawn["x_max"].data[0].tolist()  # the outward normal
    [1.0, 0.0]
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
        """See `Source`; they are shared out in proportion to the measures of the parts.

        Each part has at least one, however few are wanted.
        """
        parts = [part for part in surfaces(domain) if part in regions]
        count = max(counts.boundary, len(parts))
        drawn = boundary_points(domain, parts, count, seed=seed, draw=draw, method=method)
        return {part: Drawn(points, domain.normals(part, points)) for part, points in drawn.items()}

    def rows(self, terms: Sequence[Term], counts: PointCounts) -> int:
        """One a point, which is exact where each part bears one condition of one equation."""
        return counts.boundary
