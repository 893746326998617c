"""Whether what a problem declares is of the right kind, before anything is made of it.

What a file says wrongly has to come out when it is read, in one line: after hours of training it
would come too late.

Axis legend: B points, D coordinates, C fields.
"""

import keyword
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nas.errors import RAISED, UserError
from nas.problems.domains import Array, is_domain, located, pieces_of
from nas.problems.terms import PointCounts, Requirement, Term
from nas.problems.terms.expressing import PROBES
from nas.problems.terms.interior import Interior
from nas.problems.unknown import Unknown

if TYPE_CHECKING:
    from nas.problems.problem import Problem


def check_declaration(problem: "Problem") -> None:
    """Raise `UserError` unless the parameters of a `Problem` are of their kinds.

    Examples
    --------
    >>> from nas.problems import Box, Problem
    >>> Problem("rod", Box(x=(0, 1)), lambda u: u.xx, conditions=lambda u: u)
    Traceback (most recent call last):
    nas.errors.UserError: rod: conditions: expected a list of nas.Condition(...) and other kinds, \
got a function
    """
    if not isinstance(problem.name, str) or not problem.name.strip():
        raise UserError(f"name={problem.name!r}: expected a short name, such as 'heat'")
    if not is_domain(problem.domain):
        raise UserError(
            f"{problem.name}: domain: expected a domain such as nas.Box(x=(0, 1)), "
            f"got {_kind(problem.domain)}"
        )
    _check_names(problem)
    _check_conditions(problem)
    _check_pieces(problem)
    if not isinstance(problem.balanced, bool):
        raise UserError(f"{problem.name}: balanced={problem.balanced!r}: expected True or False")
    for name in ("title", "equation"):
        if not isinstance(getattr(problem, name), str):
            raise UserError(
                f"{problem.name}: {name}: expected text, got {getattr(problem, name)!r}"
            )
    if problem.solution is not None and not callable(problem.solution):
        raise UserError(
            f"{problem.name}: solution: expected a function of "
            f"{', '.join(problem.domain.coordinates)}, or None, got {_kind(problem.solution)}"
        )


def _check_names(problem: "Problem") -> None:
    where, fields = problem.name, problem.fields
    good = isinstance(fields, list | tuple | Mapping) and all(isinstance(f, str) for f in fields)
    if not good or not fields:
        raise UserError(
            f"{where}: fields: expected names such as ('u', 'v'), got {problem.fields!r}"
        )
    if not isinstance(problem.unknown, Mapping):
        raise UserError(
            f"{where}: unknown: expected coefficients by name, such as "
            f"{{'D': nas.Unknown(start=1.0)}}, got {_kind(problem.unknown)}"
        )
    for name, unknown in problem.unknown.items():
        if not isinstance(unknown, Unknown):
            raise UserError(
                f"{where}: unknown {name!r}: expected nas.Unknown(start=...), got {unknown!r}"
            )
    names = [*fields, *problem.unknown, *problem.domain.coordinates]
    for name in names:
        # Python reads the micro sign in a formula as the Greek letter, and so on.
        if isinstance(name, str) and name != unicodedata.normalize("NFKC", name):
            raise UserError(
                f"{where}: {name!r}: Python reads this name as "
                f"{unicodedata.normalize('NFKC', name)!r} in formulas; expected it so here too"
            )
        fits = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
        if not fits or names.count(name) > 1:
            raise UserError(
                f"{where}: {name!r}: expected fields, unknown coefficients and coordinates with "
                "distinct names that can stand in a formula"
            )


def _check_conditions(problem: "Problem") -> None:
    conditions = problem.conditions
    if not isinstance(conditions, list | tuple):
        raise UserError(
            f"{problem.name}: conditions: expected a list of nas.Condition(...) and other kinds, "
            f"got {_kind(conditions)}"
        )
    for number, condition in enumerate(conditions):
        if not isinstance(condition, Requirement):
            raise UserError(
                f"{problem.name}: conditions[{number}]: expected nas.Condition(part, residual) or "
                f"another kind, got {_kind(condition)}"
            )
    if not conditions:
        raise UserError(
            f"{problem.name}: conditions: expected at least one, got none; an equation alone has "
            "many solutions"
        )


def _check_pieces(problem: "Problem") -> None:
    pieces = tuple(pieces_of(problem.domain))
    named = problem.fields.values() if isinstance(problem.fields, Mapping) else ()
    for piece in named:
        if piece not in pieces:
            raise UserError(
                f"{problem.name}: fields: expected pieces of the domain "
                f"({', '.join(pieces) or 'it is in one piece'}), got {piece!r}"
            )
    if isinstance(problem.residual, Mapping):
        for piece in pieces:
            if piece not in problem.residual:
                raise UserError(
                    f"{problem.name}: residual: expected equations in each piece of the domain, "
                    f"{', '.join(pieces)}; got none in {piece}"
                )


def _kind(value: object) -> str:
    if callable(value) and not isinstance(value, type):
        return "a function"
    return repr(value) if isinstance(value, str | int | float | None) else type(value).__name__


def check_use(problem: "Problem", terms: Sequence[Term]) -> None:
    """Raise `UserError` unless the equations speak of each field, and anything of each unknown.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem
    >>> conditions = [Condition("x_min", lambda u: u)]
    >>> Problem("rod", Box(x=(0, 1)), lambda u: u.xx, conditions, fields=("u", "v"))
    Traceback (most recent call last):
    nas.errors.UserError: rod: fields: no equation speaks of 'v'; expected it in the residual, or \
leave it out
    """
    equations = [term for term in terms if isinstance(term.source, Interior)]
    in_equations = frozenset[int]().union(*(term.components for term in equations))
    anywhere = frozenset[int]().union(*(term.components for term in terms))
    for index, name in enumerate(problem.fields):
        if index not in in_equations:
            raise UserError(
                f"{problem.name}: fields: no equation speaks of {name!r}; expected it in the "
                "residual, or leave it out"
            )
    for index, name in enumerate(problem.unknown, start=len(problem.fields)):
        if index not in anywhere:
            raise UserError(
                f"{problem.name}: unknown: nothing speaks of {name!r}; expected it as a parameter "
                "of the residual or of a condition"
            )


def check_where(problem: "Problem", terms: Sequence[Term]) -> None:
    """Raise `UserError` unless each term sees a field where it is sought, in its piece, alone.

    Elsewhere a network has values too, but they mean nothing.

    Examples
    --------
    >>> from nas.problems import Box, Condition, Pieces, Problem
    >>> wall = Pieces(glass=Box(x=(0, 1)), copper=Box(x=(1, 2)))
    >>> residual = {"glass": lambda u: u.xx, "copper": lambda v: v.xx}
    >>> wrong = Condition("x_max", lambda u: u)
    >>> Problem("wall", wall, residual, [wrong], fields={"u": "glass", "v": "copper"})
    Traceback (most recent call last):
    nas.errors.UserError: wall: condition on x_max: u is sought in glass alone, and x=2 is not in it
    """
    names = tuple(problem.fields)
    for requirement, term in zip(problem.requirements, terms, strict=True):
        sought = [names[c] for c in sorted(term.components) if c < len(names)]
        for name in [name for name in sought if name in problem.pieces]:
            piece = problem.pieces[name]
            for point in _points_apart(problem, term, piece):
                raise UserError(
                    f"{problem.name}: {requirement.describe()}: {name} is sought in {piece} alone, "
                    f"and {located(problem.coordinates, point)} is not in it"
                )


def _points_apart(problem: "Problem", term: Term, piece: str) -> Array:
    """Those of some points (N, D) of a term that are not in the piece."""
    counts = PointCounts(PROBES, max(PROBES, len(term.regions)))
    drawn = term.source.draw(problem.domain, term.regions, counts, seed=0, draw=0, method="sobol")
    # Points of an interface are in both of its pieces, but for rounding.
    others = [one for region, one in drawn.items() if piece not in region.split("|")]
    points = [one.points.reshape(-1, len(problem.coordinates)) for one in others]
    found: Array = np.concatenate([np.empty((0, len(problem.coordinates))), *points])
    return found[~pieces_of(problem.domain)[piece].contains(found)]


def check_solution(problem: "Problem", points: Array) -> None:
    """Raise `UserError` unless a solution, if there is one, answers at ``points`` (B, D).

    Examples
    --------
    >>> from nas.problems import Box, Condition, Problem
    >>> conditions = [Condition("x_min", lambda u: u)]
    >>> Problem("rod", Box(x=(0, 1)), lambda u: u.xx, conditions, solution=lambda x: 1j * x)
    Traceback (most recent call last):
    nas.errors.UserError: rod: solution: expected real numbers, got complex ones; \
write real and imaginary part as two fields
    """
    if problem.solution is None:
        return
    columns = dict(zip(problem.coordinates, points.T, strict=True))
    try:
        result: Any = problem.solution(**columns)
    except RAISED as error:
        message = " ".join(str(error).split())
        raise UserError(
            f"{problem.name}: solution: raised {type(error).__name__}: {message}; it is called "
            f"with {', '.join(problem.coordinates)} by name, arrays of shape (points,)"
        ) from error
    components = result if isinstance(result, list | tuple) else (result,)
    if len(components) != len(problem.fields):
        several = isinstance(result, list | tuple)
        got = f"a {type(result).__name__} of {len(components)}" if several else _kind(result)
        raise UserError(
            f"{problem.name}: solution: expected a tuple of {len(problem.fields)} arrays of shape "
            f"(points,), one a field, got {got}"
        )
    for component in components:
        _check_component(problem, component, points)


def _check_component(problem: "Problem", component: object, points: Array) -> None:
    where = f"{problem.name}: solution"
    try:
        values = np.asarray(component)
    except Exception as error:
        raise UserError(f"{where}: expected an array of numbers, got {_kind(component)}") from error
    if np.ma.is_masked(component):
        raise UserError(f"{where}: expected numbers, got masked ones among them")
    if np.iscomplexobj(values):
        raise UserError(
            f"{where}: expected real numbers, got complex ones; write real and imaginary part "
            "as two fields"
        )
    if values.dtype.kind not in "fiu":
        raise UserError(f"{where}: expected numbers, got {_kind(component)}")
    if values.shape not in ((), (len(points),)):
        raise UserError(
            f"{where}: expected one number a point, shape ({len(points)},), got {values.shape}"
        )
    if not np.isfinite(values).all():
        at = points[int(np.argmin(np.isfinite(np.broadcast_to(values, len(points)))))]
        place = located(problem.coordinates, at)
        raise UserError(f"{where}: expected finite numbers, got {values.min()} at {place}")
