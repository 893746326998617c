"""A problem: declared facts (domain, fields, conditions, truth) and one residual.

Axis legend: B points, D coordinates, C fields.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nas.calculus.expression import Residual
from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.problems.domains import Array, Domain
from nas.problems.sampling import interior_points
from nas.problems.terms import Equations, Group, Requirement, Setting, Term, grouped
from nas.problems.terms.equations import PROBES


@dataclass(frozen=True)
class Problem:
    """A boundary or initial value problem, written as in a textbook.

    Parameters
    ----------
    name
        A short name, for tables and folders.
    domain
        Where it holds; its coordinates are the problem's.
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
    conditions: Sequence[Requirement]
    fields: Sequence[str] = ("u",)
    solution: Callable[..., Any] | None = None
    title: str = ""
    equation: str = ""
    terms: tuple[Term, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check_names()
        set_ = object.__setattr__  # the dataclass is frozen for its users
        set_(self, "fields", tuple(self.fields))
        set_(self, "conditions", tuple(self.conditions))
        setting = Setting(self.name, self.domain, tuple(self.fields))
        requirements: list[Requirement] = [Equations(self.residual), *self.conditions]
        set_(self, "terms", tuple(one.bind(setting) for one in requirements))
        self._check_solution(interior_points(self.domain, PROBES, seed=0, draw=0))

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names, in the order of the points' columns."""
        return self.domain.coordinates

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The terms by where their points come from; the equations' group is the first."""
        return grouped(self.terms, len(self.coordinates))

    @property
    def derivatives(self) -> DerivativeSet:
        """The derivatives that the equations need, closed under the chain rule."""
        return self.groups[0].derivatives

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
        equations, *conditions = self.terms
        for term in conditions:
            digest.update(repr((term.regions, float(term.weight))).encode())
        for term in (equations, *conditions):
            for values in term.probed:
                digest.update(" ".join(f"{value:.6e}" for value in values.tolist()).encode())
        return digest.hexdigest()[:16]

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
