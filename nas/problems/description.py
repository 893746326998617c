"""A problem in words: domain, equations, conditions, unknowns, and the text of its file.

For people alone: nothing is decided by what stands here, so whatever cannot be told is left out.
"""

import ast
import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from nas.problems.domains import Domain
from nas.problems.problem import Problem
from nas.problems.terms import Condition

Position = tuple[int, int]  # line, and column in bytes

_LONG = 500  # letters of a formula that is shown as it is
_SHORT = 60  # letters of a list that is shown as it is


def domain_in_words(domain: Domain) -> str:
    """Kind, extent and parts.

    Examples
    --------
    >>> from nas.problems import Box
    >>> domain_in_words(Box(x=(0, 1), t=(0, 2)))
    'Box: x from 0 to 1, t from 0 to 2; parts x_min, x_max, t_min, t_max'
    """
    intervals = zip(domain.coordinates, domain.bounds, strict=True)
    extent = ", ".join(f"{name} from {low:g} to {high:g}" for name, (low, high) in intervals)
    return f"{type(domain).__name__}: {extent}; parts {', '.join(domain.parts)}"


def conditions_in_words(problem: Problem) -> list[str]:
    """A line for each condition.

    Examples
    --------
    >>> from nas import problems
    >>> for line in conditions_in_words(problems.load("burgers")):
    ...     print(line)
    on t_min: u + (pi * x).sin() = 0
    on x_min, x_max: u = 0
    """
    return [_in_words(condition) for condition in problem.conditions]


def equations_in_words(problem: Problem) -> list[str]:
    """A line for the equations, or one for those of each piece of the domain, as written.

    Examples
    --------
    >>> from nas import problems
    >>> equations_in_words(problems.load("burgers"))
    ['u.t + u * u.x - nu * u.xx = 0']
    >>> equations_in_words(problems.load("two_materials"))
    ['in glass: glass * laplacian(u) = 0', 'in copper: copper * laplacian(v) = 0']
    """
    residual: Any = problem.residual
    if isinstance(residual, dict):
        return [f"in {piece}: {_demanded(one)}" for piece, one in residual.items()]
    return [_demanded(residual)]


def jumps_in_words(problem: Problem) -> list[str]:
    """A line for each jump between two conditions that the fields have by their form.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> cooled = [Condition("t_min", lambda u: u - 1), Condition("x_min", lambda u: u)]
    >>> rod = Problem("rod", Box(x=(0, 1), t=(0, 1)), lambda u: u.t - u.xx, cooled)
    >>> jumps_in_words(rod)
    ['u jumps from 0 on x_min to 1 on t_min where they meet, at x=0, t=0']
    """
    names = tuple(problem.fields)
    return [one.describe(problem.domain, names[one.field]) for one in problem.known_jumps]


def unknowns_in_words(problem: Problem) -> list[str]:
    """A line for each unknown coefficient.

    Examples
    --------
    >>> from nas import problems
    >>> unknowns_in_words(problems.load("burgers_inverse"))[0]
    'nu: start 0.05, low 0, truth 0.0031831'
    """
    return [f"{name}: {_listed(_facts(one))}" for name, one in problem.unknown.items()]


def source_text(problem: Problem) -> str:
    """The text of the file that holds the problem's residual; empty where there is none.

    Examples
    --------
    >>> from nas import problems
    >>> source_text(problems.load("burgers")).count("Problem(")
    1
    """
    return next(filter(None, map(_text_of, _functions(problem.residual))), "")


def formula(function: Callable[..., Any]) -> str:
    """What a function of assignments and a return gives, as it is written; else its name.

    Examples
    --------
    >>> from nas import problems
    >>> formula(problems.load("burgers").residual)
    'u.t + u * u.x - nu * u.xx'
    >>> formula(_written)
    '_written(...)'
    """
    values, where = _written(function)
    return (values[0] if len(values) == 1 else f"({', '.join(values)})") + where


def _demanded(function: Callable[..., Any]) -> str:
    values, where = _written(function)
    return ", ".join(f"{value} = 0" for value in values) + where


def _written(function: Callable[..., Any]) -> tuple[list[str], str]:
    """The values that a function returns, and what its names stand for; see `formula`."""
    name = [f"{getattr(function, '__name__', type(function).__name__)}(...)"]
    text = _text_of(function)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # another text than that of the function
        return name, ""
    positions = list(_positions(function.__code__)) if text else []
    around = [
        body
        for body in _bodies(tree)
        if all(_begin(body[0]) <= begin and end <= _end(body[-1]) for begin, end in positions)
    ]
    if not (around and positions):
        return name, ""
    *before, last = max(around, key=lambda body: _begin(body[0]))  # the innermost
    value = last.value if isinstance(last, ast.Return) else last
    values = _segments(text, value.elts if isinstance(value, ast.Tuple) else [value])
    where = f" where {'; '.join(_segments(text, before))}" if before else ""
    if sum(map(len, values)) > _LONG:
        return name, ""
    return values, where if sum(map(len, [*values, where])) <= _LONG else ""


def _segments(text: str, nodes: list[Any]) -> list[str]:
    """Parts of a text, each on one line."""
    return [" ".join((ast.get_source_segment(text, one) or "").split()) for one in nodes]


def _text_of(function: Callable[..., Any]) -> str:
    """The text of the file in which a function stands; empty where it stands in none."""
    try:
        return Path(function.__code__.co_filename).read_text(encoding="utf-8")
    except (AttributeError, OSError, ValueError):
        return ""


def _bodies(tree: ast.AST) -> Iterator[list[Any]]:
    """Of lambdas what they return; of functions of assignments and a return, these statements."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            yield [node.body]
        elif isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            *before, last = body or [ast.Pass()]  # nothing but a docstring
            plain = all(isinstance(one, ast.Assign | ast.AnnAssign) for one in before)
            if plain and isinstance(last, ast.Return) and last.value is not None:
                yield body


def _positions(code: CodeType) -> Iterator[tuple[Position, Position]]:
    """Where each instruction begins and ends in the text: lines, and columns in bytes."""
    for line, last, column, behind in code.co_positions():
        known = None not in (line, last, column, behind)
        if known and (line, column) != (last, behind):  # the first one has no place of its own
            yield (line or 0, column or 0), (last or 0, behind or 0)


def _begin(node: ast.expr | ast.stmt) -> Position:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.stmt) -> Position:
    return node.end_lineno or 0, node.end_col_offset or 0


def _in_words(condition: Any) -> str:
    """A requirement of any kind, from what its class declares."""
    facts = _facts(condition)
    if isinstance(condition, Condition):
        where, _ = facts.pop("on"), facts.pop("residual")
        return f"on {where}: {_demanded(condition.residual)}" + (
            f" ({_listed(facts)})" if facts else ""
        )
    return f"{type(condition).__name__}: {_listed(facts)}"


def _listed(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}".strip() for name, value in facts.items())


def _facts(thing: Any) -> dict[str, str]:
    """What a dataclass holds other than its defaults, by name."""
    if not dataclasses.is_dataclass(thing):
        return {}
    facts = {}
    for one in dataclasses.fields(thing):
        value = getattr(thing, one.name, None)
        if one.init and not _nothing(value) and not _same(value, one.default):
            facts[one.name] = _value(value)
    return facts


def _nothing(value: Any) -> bool:
    return value is None or (isinstance(value, dict | list | tuple) and not value)


def _same(value: Any, default: Any) -> bool:
    return value is default or (not hasattr(value, "shape") and bool(value == default))


def _value(value: Any) -> str:
    if value is True:
        return ""
    if callable(value):
        return formula(value)
    if isinstance(value, dict):
        if all(_length(one) for one in value.values()):
            (rows, *_) = map(_length, value.values())
            return f"columns {', '.join(value)} ({rows} row{'s' * (rows != 1)})"
        return "; ".join(f"{name}: {_value(one)}" for name, one in value.items())
    if isinstance(value, str | os.PathLike):
        return str(value)
    if hasattr(value, "shape"):
        return f"of shape {tuple(value.shape)}"
    if isinstance(value, list | tuple):
        text = ", ".join(map(_value, value))
        return text if len(text) <= _SHORT else f"{len(value)} values"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _length(value: Any) -> int:
    """How many numbers a column has; 0 of what is none."""
    is_column = isinstance(value, list | tuple) or bool(getattr(value, "shape", ()))
    return len(value) if is_column else 0


def _functions(residual: Any) -> list[Any]:
    return list(residual.values()) if isinstance(residual, dict) else [residual]
