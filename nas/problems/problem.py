"""A problem: declared facts (domain, fields, conditions, truth) and one residual.

Axis legend: B points, D coordinates, S derivatives, C fields, U unknown coefficients; … any
leading axes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from nas.calculus.expression import Residual
from nas.calculus.jets import DerivativeSet
from nas.calculus.program import record
from nas.errors import UserError
from nas.problems import coefficient_jumps
from nas.problems.ansatz.jump import Jump
from nas.problems.ansatz.preparation import Preparation, prepare
from nas.problems.declaration import check_declaration, check_solution, check_use, check_where
from nas.problems.domains import Array, Domain
from nas.problems.domains.corners import Corner
from nas.problems.fingerprint import fingerprint
from nas.problems.sampling import interior_points
from nas.problems.singular_corners import singular_corners
from nas.problems.terms import Equations, Group, Requirement, Setting, Term, bound, grouped
from nas.problems.terms.expressing import PROBES
from nas.problems.terms.interior import INTERIOR, inside
from nas.problems.unknown import Unknown


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
        ``lambda u: u.t + u * u.x - nu * u.xx``; a tuple for a system of equations. Where the
        domain has pieces, such as two materials, a dict of such functions, one for each piece.
    conditions
        What else is demanded: `nas.Condition` on parts of the boundary, and the other kinds.
    fields
        The names of the solution's components. Where each belongs to one piece of the domain
        alone, a dict: ``{"u": "steel", "v": "air"}``.
    unknown
        Coefficients to be found, by name; residuals take them as parameters.
    solution
        The exact or a reference solution, where known: a function of the coordinates by name
        (float64 arrays of shape (N,)), which returns an array (N,), or a tuple of such, one a
        field. It is reported against and never enters a decision.
    title, equation
        For people; ``equation`` in plain text.
    balanced
        Whether residuals get weights, and networks a scale, from the problem alone (see
        `nas.problems.ansatz`), so that no unit matters, and fields the jumps that are known; False
        takes all as it is written.

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
    residual: Residual | Mapping[str, Residual]
    conditions: Sequence[Requirement]
    fields: Sequence[str] | Mapping[str, str] = ("u",)
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    solution: Callable[..., Any] | None = None
    title: str = ""
    equation: str = ""
    balanced: bool = True
    terms: tuple[Term, ...] = field(init=False, repr=False)
    _prepared: Preparation = field(init=False, repr=False)
    _held: tuple[Term, ...] = field(init=False, repr=False)  # what holds by construction

    def __post_init__(self) -> None:
        check_declaration(self)
        set_ = object.__setattr__  # the dataclass is frozen for its users
        pieces = dict(self.fields) if isinstance(self.fields, Mapping) else None
        set_(self, "fields", pieces or tuple(self.fields))
        set_(self, "conditions", tuple(self.conditions))
        setting = Setting(self.name, self.domain, tuple(self.fields), dict(self.unknown))
        terms = bound(self.requirements, setting)
        check_use(self, terms)
        check_where(self, terms)
        set_(self, "_prepared", prepare(self.requirements, terms, setting, self.balanced))
        set_(self, "terms", self._prepared.terms)
        pairs = zip(self.requirements, terms, strict=True)
        set_(self, "_held", tuple(term for one, term in pairs if one.exact))
        check_solution(self, interior_points(self.domain, PROBES, seed=0, draw=0))

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The coordinates' names, in the order of the points' columns."""
        return self.domain.coordinates

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Equations and conditions, as they were written down."""
        if isinstance(self.residual, Mapping):
            equations = [Equations(one, piece) for piece, one in self.residual.items()]
            return (*equations, *self.conditions)
        return (Equations(self.residual), *self.conditions)

    def requirement_of(self, term: Term) -> Requirement:
        """What was written down that became one of the ``terms``.

        Examples
        --------
        >>> from nas.problems import load
        >>> burgers = load("burgers")
        >>> [burgers.requirement_of(term).describe() for term in burgers.terms[:2]]
        ['equations', 'condition on t_min']
        """
        # What holds by construction has become no term.
        trained = [one for one in self.requirements if not one.exact]
        pairs = zip(trained, self.terms, strict=True)
        return next(one for one, made in pairs if made is term)

    @property
    def noisy(self) -> bool:
        """Whether some of its data are off by a known noise."""
        return any(one.noise for one in self.requirements)

    @property
    def periodic(self) -> tuple[str, ...]:
        """The coordinates along which networks repeat themselves, whatever else they are."""
        named = [one.periodic_coordinates for one in self.requirements if one.exact]
        return tuple(dict.fromkeys(name for names in named for name in names))

    @property
    def pieces(self) -> dict[str, str]:
        """The piece of the domain where alone a field is sought, for those that have one."""
        return dict(self.fields) if isinstance(self.fields, Mapping) else {}

    def domain_of(self, field: str) -> Domain:
        """Where a field is sought: all over the domain, or in its piece.

        Examples
        --------
        >>> from nas.problems import load
        >>> load("two_materials").domain_of("u")
        Box(x=(0.0, 1.0), y=(0.0, 0.5))
        """
        return inside(self.domain, self.pieces.get(field, INTERIOR))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The terms by where their points come from; the equations' group is the first."""
        return grouped(self.terms, len(self.coordinates))

    @cached_property
    def corners(self) -> tuple[Corner, ...]:
        """Where solutions have infinite gradients; see `nas.problems.singular_corners`."""
        conditions = [*(term for group in self.groups[1:] for term in group.terms), *self._held]
        raw = [one.first for one in self.unknown.values()]
        equations = () if self.pieces else self.groups[0].terms
        return singular_corners(equations, conditions, self.domain, tuple(self.fields), raw)

    @property
    def known_jumps(self) -> tuple[Jump, ...]:
        """Where conditions disagree, or jump, and the fields' form does: none need learn it.

        Examples
        --------
        >>> from nas.problems import Box, Condition
        >>> cooled = [Condition("t_min", lambda u: u - 1), Condition("x_min", lambda u: u)]
        >>> rod = Problem("rod", Box(x=(0, 1), t=(0, 1)), lambda u: u.t - u.xx, cooled)
        >>> rod.known_jumps[0].describe(rod.domain, "u")
        'u jumps from 0 on x_min to 1 on t_min where they meet, at x=0, t=0'
        """
        return self._prepared.jumps

    @property
    def derivatives(self) -> DerivativeSet:
        """The derivatives that the equations need, closed under the chain rule."""
        return self.groups[0].derivatives

    def physical(self, jet: Tensor, derivatives: DerivativeSet, points: Tensor) -> Tensor:
        """The fields' jet (…, S, B, C + U) from that which networks give at ``points`` (B, D)."""
        return self._prepared.ansatz(jet, derivatives, points)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks badly scaled or has no value everywhere, a line each."""
        own = [line for term in self.terms for line in term.warnings]
        return (*self._prepared.warnings, *own, *self._coefficient_jumps)

    @cached_property
    def _coefficient_jumps(self) -> tuple[str, ...]:
        raw = [one.first for one in self.unknown.values()]
        found = [
            coefficient_jumps.find(
                term, inside(self.domain, term.regions[0]), len(self.fields), raw
            )
            for term in self.groups[0].terms
        ]
        fields = tuple(self.fields)
        return tuple(one.describe(fields, self.coordinates) for one in found if one is not None)

    def describe_terms(self) -> list[dict[str, Any]]:
        """A row for each equation of each requirement, in plain data.

        ``words`` of the requirement; ``weight`` in the physics loss, None for what holds by
        construction; ``points``, the kind of source they come from; ``exact``.

        Examples
        --------
        >>> from nas.problems import load
        >>> for row in load("burgers").describe_terms():
        ...     print(row["words"], row["weight"])
        equations 0.051
        condition on t_min 1.0
        condition on x_min, x_max 1.0
        """
        return [dict(row) for row in self._prepared.rows]

    def describe_fields(self) -> list[dict[str, Any]]:
        """A row for each ``field``: u = offset + scale · N, and whether it is ``exact`` somewhere.

        Examples
        --------
        >>> from nas.problems import load
        >>> load("burgers").describe_fields()
        [{'field': 'u', 'offset': 0.0, 'scale': 1.0, 'exact': False}]
        """
        ansatz = self._prepared.ansatz
        numbers = zip(self.fields, ansatz.affine.offsets, ansatz.affine.scales, strict=True)
        return [
            {"field": name, "offset": offset, "scale": scale, "exact": ansatz.holds(number)}
            for number, (name, offset, scale) in enumerate(numbers)
        ]

    def describe_ansatz(self) -> dict[str, Any]:
        """What makes fields of networks, in plain data: all that an export needs.

        ``fields`` as `describe_fields`; ``program``, None without exact conditions or jumps, gives
        A and B one after the other (see `nas.calculus.program`).

        Raises
        ------
        UserError
            If an exact condition is made of something else than arithmetic.
        """
        exact = self._prepared.ansatz.exact
        try:
            program = None if exact is None else record(exact.both, self.domain.bounds)
        except UserError as error:
            raise UserError(f"{self.name}: exact conditions: {error}") from error
        return {"fields": self.describe_fields(), "program": program}

    def reference(self, points: Array) -> Array | None:
        """The exact or reference solution (B, C) at ``points`` (B, D), or None if unknown."""
        if self.solution is None:
            return None
        own = np.array(points, np.float64)  # a copy: a solution may compute in place
        result = self.solution(**dict(zip(self.coordinates, own.T, strict=True)))
        components = result if isinstance(result, list | tuple) else (result,)
        each = [np.broadcast_to(c, len(points)) for c in components]
        return np.stack(each, axis=-1, dtype=np.float64)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the mathematics: equal for problems that ask for the same solution.

        It is made of the declared facts and of the residuals' values on made-up fields, so a
        changed coefficient counts, and a changed comment does not. What holds by construction is
        no term, and counts all the same.
        """
        return fingerprint(self.fields, self.unknown, self.domain, self._held, self.terms)
