"""A problem: declared facts (domain, fields, conditions, truth) and one residual.

Axis legend: B points, D coordinates, C fields.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nas.calculus.fields import Expression, Residual
from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.problems.domains import Domain
from nas.problems.sampling import boundary_points, interior_points

Array = NDArray[np.float64]

_PROBES = 16


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
    """

    on: str | tuple[str, ...]
    residual: Residual
    weight: float = 1.0

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the boundary parts."""
        return (self.on,) if isinstance(self.on, str) else tuple(self.on)


@dataclass(frozen=True)
class Problem:
    """A boundary or initial value problem, written as in a textbook.

    Parameters
    ----------
    name
        A short name, for tables and folders.
    domain
        Where it holds; its coordinates (single letters) are the problem's.
    residual
        A function of fields and coordinates by name that is zero for the solution, such as
        ``lambda u: u.t + u * u.x - nu * u.xx``; a tuple for a system of equations.
    conditions
        Boundary and initial conditions.
    fields
        The names of the solution's components.
    solution
        The exact or a reference solution, where known: a function of the coordinates by name
        (float64 arrays of shape (N,)), which returns an array (N,), or a tuple of such, one a
        field. It is reported against and never enters a decision.
    title, equation
        For people; ``equation`` in plain text.

    Raises
    ------
    UserError
        At construction, if a name is unknown, a condition stands on no part of the boundary,
        a residual asks for a derivative that does not exist, or the solution raises or does not
        return one number a point and field.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem
    >>> heat = Problem(
    ...     name="heat",
    ...     domain=Box(x=(0, 1), t=(0, 1)),
    ...     residual=lambda u: u.t - 0.1 * u.xx,
    ...     conditions=[
    ...         Condition(("x_min", "x_max"), lambda u: u),
    ...         Condition("t_min", lambda u, x: u - x * (1 - x)),
    ...     ],
    ... )
    >>> heat.derivatives.keys
    ((0, 0), (1, 0), (0, 1), (2, 0))
    """

    name: str
    domain: Domain
    residual: Residual
    conditions: Sequence[Condition]
    fields: Sequence[str] = ("u",)
    solution: Callable[..., Any] | None = None
    title: str = ""
    equation: str = ""
    equations: Expression = field(init=False, repr=False)
    condition_expressions: tuple[Expression, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check_names()
        set_ = object.__setattr__  # the dataclass is frozen for its users
        set_(self, "fields", tuple(self.fields))
        set_(self, "conditions", tuple(self.conditions))
        probe = torch.as_tensor(interior_points(self.domain, _PROBES, seed=0, draw=0))
        set_(self, "equations", self._expression(self.residual, "residual", probe))
        if not self.equations.derivatives:
            raise UserError(
                f"{self.name}: residual: expected a function of {' or '.join(self.fields)}, got "
                "one that uses none of them; any solution would do"
            )
        expressions = []
        for condition in self.conditions:
            self._check_condition(condition)
            count = max(_PROBES, len(condition.parts))
            points = boundary_points(self.domain, condition.parts, count, seed=0, draw=0)
            everywhere = torch.as_tensor(np.concatenate(list(points.values())))
            where = f"condition on {', '.join(condition.parts)}"
            expressions.append(self._expression(condition.residual, where, everywhere))
        set_(self, "condition_expressions", tuple(expressions))
        self._check_solution(probe.numpy())

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names, in the order of the points' columns."""
        return self.domain.coordinates

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The boundary parts that bear a condition, in the domain's order."""
        used = {part for condition in self.conditions for part in condition.parts}
        return tuple(part for part in self.domain.parts if part in used)

    @cached_property
    def derivatives(self) -> DerivativeSet:
        """The derivatives that the equations need, closed under the chain rule."""
        return DerivativeSet(self.equations.derivatives, len(self.coordinates))

    @cached_property
    def condition_derivatives(self) -> DerivativeSet:
        """The derivatives that the conditions need together."""
        needed = frozenset[Any]().union(*(e.derivatives for e in self.condition_expressions))
        return DerivativeSet(needed, len(self.coordinates))

    def reference(self, points: Array) -> Array | None:
        """The exact or reference solution (B, C) at ``points`` (B, D), or None if unknown."""
        if self.solution is None:
            return None
        columns = dict(zip(self.coordinates, np.asarray(points, np.float64).T, strict=True))
        result = self.solution(**columns)
        components = result if isinstance(result, list | tuple) else (result,)
        return np.stack([np.broadcast_to(c, len(points)) for c in components], axis=-1)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the mathematics: equal for problems that ask for the same solution.

        It is made of the declared facts and of the residuals' values on made-up fields, so a
        changed coefficient counts, and a changed comment does not.
        """
        digest = hashlib.sha256()
        facts = (self.fields, self.coordinates, self.domain.bounds, dict(self.domain.parts))
        digest.update(repr(facts).encode())
        for condition in self.conditions:
            digest.update(repr((condition.parts, float(condition.weight))).encode())
        for expression in (self.equations, *self.condition_expressions):
            for values in expression.probed:
                digest.update(" ".join(f"{value:.6e}" for value in values.tolist()).encode())
        return digest.hexdigest()[:16]

    def _expression(self, function: Residual, where: str, probe: Tensor) -> Expression:
        if not callable(function):
            raise UserError(f"{self.name}: {where}: expected a function, got {function!r}")
        return Expression(function, self.fields, self.coordinates, f"{self.name}: {where}", probe)

    def _check_names(self) -> None:
        if not self.fields or isinstance(self.fields, str):
            raise UserError(f"{self.name}: fields: expected names such as ('u', 'v')")
        names = [*self.fields, *self.coordinates]
        for name in names:
            if not name.isidentifier() or names.count(name) > 1:
                raise UserError(
                    f"{self.name}: {name!r}: expected fields and coordinates with distinct names "
                    "that can stand in a formula"
                )

    def _check_condition(self, condition: Condition) -> None:
        if not condition.parts:
            raise UserError(
                f"{self.name}: condition on no part of the boundary; "
                f"expected some of {', '.join(self.domain.parts)}"
            )
        for part in condition.parts:
            if part not in self.domain.parts:
                raise UserError(
                    f"{self.name}: condition on {part!r}: no such part of the boundary; "
                    f"expected one of {', '.join(self.domain.parts)}"
                )
        if not condition.weight > 0:
            raise UserError(
                f"{self.name}: condition on {', '.join(condition.parts)}: "
                f"expected a weight above 0, got {condition.weight}"
            )

    def _check_solution(self, points: Array) -> None:
        """Try the solution now: after hours of training a misspelt name would come too late."""
        try:
            result = self.reference(points)
        except Exception as error:
            message = " ".join(str(error).split())
            raise UserError(
                f"{self.name}: solution: raised {type(error).__name__}: {message}; it is called "
                f"with {', '.join(self.coordinates)} by name, arrays of shape (points,)"
            ) from error
        if result is not None and result.shape[-1] != len(self.fields):
            raise UserError(
                f"{self.name}: solution: expected {len(self.fields)} components, "
                f"one a field, got {result.shape[-1]}"
            )
