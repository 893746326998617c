"""Integral conditions: totals and means over the domain, a part of it, or some coordinates.

Axis legend: L nodes of the quadrature, n values of the coordinates that are not integrated over, D
coordinates, K columns of data, S derivatives, C fields, U unknown coefficients; … any leading axes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from nas.calculus.expression import Expression, Residual, normal_columns
from nas.calculus.jets import Derivative, DerivativeSet
from nas.errors import UserError
from nas.problems.domains import Box, Domain, pieces_of, surfaces
from nas.problems.sampling import interior_points
from nas.problems.terms.counts import check_count
from nas.problems.terms.expressing import express
from nas.problems.terms.quadrature import VALUES, Quadrature
from nas.problems.terms.requirement import Requirement, Setting
from nas.problems.terms.term import Drawn
from nas.problems.terms.weight import check_weight, multiplied


@dataclass(frozen=True)
class Integral(Requirement):
    """What the integral of an expression has to be.

    Parameters
    ----------
    integrand
        A function of fields and coordinates by name, such as ``lambda u: u``.
    equals
        What its total has to be: a number; or, with ``over``, a function of the coordinates that
        are left, such as ``lambda t: 1 - t``.
    over
        The coordinates of a box that are integrated over, the total being demanded at each value
        of the others: ``over="x"`` at each time. By default all of them.
    on
        A part of the boundary, or a piece of the domain, to integrate over in place of all of it.
    mean
        Whether ``equals`` is the mean in place of the total.
    weight
        As of `nas.Condition`.
    points
        Where the integrand is evaluated: so many points along each coordinate of a box, in all on
        other shapes. By default 32, 12 or 6 of Gauss and Legendre's rule, by the number of
        coordinates (of more than three: 4), and 1024 evenly spread ones. More of them are needed
        where an integrand varies fast.
    values
        With ``over``: at how many values of the other coordinates the total is demanded, new ones
        in each draw.

    Examples
    --------
    A density, whose total is 1 at each time:

    >>> from nas.problems import Condition, Problem
    >>> spreading = Problem(
    ...     name="diffusion",
    ...     domain=Box(x=(-1, 1), t=(0, 1)),
    ...     residual=lambda u: u.t - 0.1 * u.xx,
    ...     conditions=[Condition("t_min", lambda u: u - 0.5), Integral(lambda u: u, 1, over="x")],
    ... )
    >>> spreading.conditions[1].describe()
    'total over x equals 1'
    """

    integrand: Residual
    equals: float | Residual
    over: str | tuple[str, ...] = ()
    on: str = ""
    mean: bool = False
    weight: float = 1.0
    points: int | None = None
    values: int = VALUES

    def __post_init__(self) -> None:
        if not isinstance(self.over, str | list | tuple) or not isinstance(self.on, str):
            raise UserError(
                f"Integral: over={self.over!r}, on={self.on!r}: expected names of coordinates to "
                "integrate over, or the name of a part"
            )
        given: Any = self.equals
        if isinstance(given, np.number):
            object.__setattr__(self, "equals", given.item())  # frozen for its users
        if not isinstance(self.mean, bool):
            raise UserError(f"Integral: mean={self.mean!r}: expected True or False")

    @property
    def source(self) -> Quadrature:
        """Where it is evaluated."""
        over = (self.over,) if isinstance(self.over, str) else tuple(self.over)
        return Quadrature(tuple(dict.fromkeys(over)), self.on, self.points, self.values)

    def describe(self) -> str:
        """See `Requirement`."""
        where = self.on or ", ".join(self.source.over) or "the domain"
        value = f"{self.equals:g}" if isinstance(self.equals, int | float) else "a function"
        return f"{'mean' if self.mean else 'total'} over {where} equals {value}"

    def bind(self, setting: Setting) -> "IntegralTerm":
        """See `Requirement`.

        Raises
        ------
        UserError
            If there is no such part or coordinate, ``over`` is not of a box, ``equals`` is not a
            finite number or, with ``over``, a function; if a number of points is below 1; if the
            integrand does not fit, or uses no field.
        """
        where = f"{setting.name}: integral"
        self._check(where, setting)
        self._check_counts(where, setting.domain)
        domain, source = setting.domain, self.source
        nodes = source.nodes(domain)
        columns: tuple[str, ...] = ()
        data = nodes[:, :0]
        if self.on in surfaces(domain):
            data = domain.normals(self.on, nodes)
            columns = normal_columns(len(domain.coordinates))
        probe = Drawn(nodes, data)
        integrand = express(setting, self.integrand, "integrand", probe, columns)
        if not integrand.derivatives:
            raise UserError(
                f"{where}: expected an integrand of {' or '.join(setting.fields)}, got one that "
                "uses none of them; it would demand nothing"
            )
        region = f"{source.over}{source.on} {self.mean} "
        return IntegralTerm(
            integrand,
            self._value(setting),
            source.weights(domain) * (1.0 if self.mean else source.measure(domain)),
            torch.as_tensor(data),
            source,
            (region + self.describe(),),
            (float(self.weight),) * len(integrand.probed),
        )

    def _value(self, setting: Setting) -> "Expression | float":
        if isinstance(self.equals, int | float):
            return float(self.equals)
        # At as many points whatever the rule: the problem is known by its values there.
        probe = Drawn.bare(interior_points(setting.domain, VALUES, seed=0, draw=0))
        value = express(setting, self.equals, "integral's value", probe)
        self._check_value(f"{setting.name}: integral's value", setting, value)
        return value

    def _check_value(self, where: str, setting: Setting, value: Expression) -> None:
        """A value is one number for each of the other coordinates, whatever the integrated ones."""
        if len(value.probed) != 1 or value.derivatives:
            raise UserError(
                f"{where}: expected one function of the other coordinates and unknown "
                f"coefficients, got {'one of fields' if value.derivatives else len(value.probed)}"
            )
        domain = setting.domain
        over = [domain.coordinates.index(name) for name in self.source.over]
        points = interior_points(domain, VALUES, seed=0, draw=0)
        moved = points.copy()
        moved[:, over] = np.roll(points[:, over], 1, axis=0)
        nothing = DerivativeSet([], len(domain.coordinates))
        jet = torch.zeros(1, VALUES, len(setting.fields) + len(setting.unknown)).double()
        found = [value(jet, nothing, torch.as_tensor(at)) for at in (points, moved)]
        if not torch.equal(found[0][0], found[1][0]):
            raise UserError(
                f"{where}: expected a function of the other coordinates alone, got one of "
                f"{', '.join(self.source.over)}, over which it is integrated"
            )

    def _check_counts(self, where: str, domain: Domain) -> None:
        check_count(where, "values", self.values)
        if self.points is not None:
            check_count(where, "points", self.points, self.source.most(domain))

    def _check(self, where: str, setting: Setting) -> None:
        domain = setting.domain
        over = self.source.over
        if over and self.on:
            raise UserError(f"{where}: expected either over={over} or on={self.on!r}, got both")
        known = [*surfaces(domain), *pieces_of(domain)]
        if self.on and self.on not in known:
            raise UserError(
                f"{where} on {self.on!r}: no such part of the boundary or piece of the domain; "
                f"expected one of {', '.join(known)}"
            )
        if self.on in surfaces(domain) and len(domain.coordinates) == 1:
            raise UserError(
                f"{where} on {self.on!r}: expected more than a point; what holds there is a "
                "nas.Condition"
            )
        if over and not isinstance(domain, Box):
            raise UserError(
                f"{where} over {', '.join(over)}: expected a box, got {type(domain).__name__}; "
                "leave over out to integrate over the whole domain"
            )
        for name in over:
            if name not in domain.coordinates:
                raise UserError(
                    f"{where} over {name!r}: expected coordinates among "
                    f"{', '.join(domain.coordinates)}"
                )
        number = isinstance(self.equals, int | float) and not isinstance(self.equals, bool)
        finite = number and math.isfinite(self.equals)  # type: ignore[arg-type]
        left = over and len(over) < len(domain.coordinates)
        if not finite and not (callable(self.equals) and left):
            raise UserError(
                f"{where}: equals: expected a finite number"
                f"{', or a function of the other coordinates' if left else ''}, "
                f"got {self.equals!r}"
            )
        check_weight(where, self.weight)


@dataclass(frozen=True, eq=False)
class IntegralTerm:
    """A quadrature of an expression, less what it has to be, as a `Term`.

    Parameters
    ----------
    integrand, value
        The expressions; a value may be a number.
    factors : Tensor (L,)
        Of the nodes.
    node_data : Tensor (L, K)
        Normals at the nodes, on a part of the boundary.
    source, regions, weights
        As of `Term`.

    Examples
    --------
    >>> from nas.problems.terms import Setting
    >>> setting = Setting("rod", Box(x=(0, 2)), ("u",))
    >>> term = Integral(lambda u: u, equals=1.0).bind(setting)
    >>> nodes = torch.as_tensor(term.source.nodes(setting.domain))[:, None]  # (L, n, D)
    >>> jet = torch.full((1, 32, 1), 3.0, dtype=torch.float64)  # (S, L·n, C): u = 3
    >>> value = DerivativeSet([], dimension=1)
    >>> (residual,) = term.residuals(jet, value, nodes, torch.empty(1, 0))
    >>> round(residual.item(), 12)  # 3 · 2 - 1
    5.0
    """

    integrand: Expression
    value: Expression | float
    factors: Tensor
    node_data: Tensor
    source: Quadrature
    regions: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def derivatives(self) -> frozenset[Derivative]:
        """See `Term`."""
        return self.integrand.derivatives

    @property
    def components(self) -> frozenset[int]:
        """See `Term`."""
        value = frozenset[int]() if isinstance(self.value, float) else self.value.components
        return self.integrand.components | value

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `Term`."""
        return self.integrand.warnings

    @property
    def probed(self) -> list[Tensor]:
        """See `Term`."""
        value: Any = self.value if isinstance(self.value, float) else self.value.probed[0].sum()
        return [one - value for one in self.integrand.probed]

    def weighted(self, factors: Sequence[float]) -> Self:
        """See `Term`."""
        return replace(self, weights=multiplied(self.weights, factors))

    def residuals(
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> list[Tensor]:
        """See `Term`."""
        count, flat = points.shape[-2], points.flatten(0, -2)
        at_nodes = self.node_data.to(points.device).repeat_interleave(count, dim=0)
        found = self.integrand(jet, derivatives, flat, at_nodes)
        factors = self.factors.to(jet)
        wanted = self._wanted(jet, derivatives, points[0], data)
        return [
            torch.einsum("...lb,l->...b", torch.unflatten(one, -1, (-1, count)), factors) - wanted
            for one in found
        ]

    def _wanted(
        self, jet: Tensor, derivatives: DerivativeSet, points: Tensor, data: Tensor
    ) -> Tensor | float:
        if isinstance(self.value, float):
            return self.value
        first = jet[..., : len(points), :]
        return self.value(first, derivatives, points, data[:, :0])[0]
