"""PINA's conditions as ours: equations in the domain, conditions on its sides, observations.

Axis legend: N points, K fields.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from nas.errors import UserError
from nas.interop.pina_domain import sides
from nas.interop.pina_equations import residual
from nas.problems import Box, Condition, Observations
from nas.problems.domains import Array
from nas.problems.terms import Requirement

_SINGLE = 1e-6  # of a coordinate's extent: points of single precision lie beside it by less


def conditions(
    pina: Any, problem: Any, box: Box, unknown: Sequence[str], name: str
) -> tuple[Callable[..., Any], list[Requirement]]:
    """The residuals of what holds in the whole domain, and all else.

    Raises
    ------
    UserError
        If a condition is of another kind, or holds on anything but the domain or whole sides.

    Examples
    --------
    >>> equation, others = conditions(pina, problem, box, (), "heat")  # doctest: +SKIP
    >>> others  # doctest: +SKIP
    [Condition(on=('x_min', 'x_max'), ...), Condition(on=('t_min',), ...)]
    """
    equations: list[Any] = []
    others: list[Requirement] = []
    fields = list(problem.output_variables)

    def made(*given: Any) -> Callable[..., Any]:
        return residual(pina, given, fields, box.coordinates, unknown)

    for label, one in problem.conditions.items():
        where = f"{name}: condition {label!r}"
        if isinstance(one, pina.condition.InputTargetCondition):
            others.append(_observations(pina, one, box, fields, where))
            continue
        parts = sides(pina, _region(problem, one, where), box, where)
        if parts:
            others.append(Condition(parts, made(one.equation)))
        else:
            equations.append(one.equation)
    if not equations:
        raise UserError(f"{name}: expected a condition with an equation in the whole domain")
    return made(*equations), others


def _region(problem: Any, one: Any, where: str) -> Any:
    """Where a condition holds; PINA keeps it, too, when it has drawn points."""
    if not hasattr(one, "domain"):
        raise UserError(
            f"{where}: expected domain and equation, or input and target, got "
            f"{type(one).__name__}; values at points are nas.Observations"
        )
    if not isinstance(one.domain, str):
        return one.domain
    if one.domain not in problem.domains:
        raise UserError(
            f"{where}: expected one of the domains {', '.join(problem.domains)}, got {one.domain!r}"
        )
    return problem.domains[one.domain]


def _observations(pina: Any, one: Any, box: Box, fields: Sequence[str], where: str) -> Observations:
    """Values of all fields (N, K) at points."""
    inputs, targets = _labels(pina, one.input), _labels(pina, one.target)
    if not set(box.coordinates) <= set(inputs):
        raise UserError(
            f"{where}: expected as input a LabelTensor of {', '.join(box.coordinates)}, "
            f"got {', '.join(inputs) or type(one.input).__name__}"
        )
    if targets != list(fields):  # PINA compares them with the fields one by one in this order
        raise UserError(
            f"{where}: expected as target a LabelTensor of {', '.join(fields)}, "
            f"got {', '.join(targets) or type(one.target).__name__}"
        )
    extents = dict(zip(box.coordinates, box.bounds, strict=True))
    table = {name: _inside(_column(one.input, name), *extents[name]) for name in extents}
    return Observations(table | {name: _column(one.target, name) for name in fields})


def _labels(pina: Any, given: Any) -> list[str]:
    return list(given.labels or ()) if isinstance(given, pina.LabelTensor) else []


def _column(given: Any, name: str) -> Array:
    """A column (N,)."""
    column: Tensor = given.extract([name]).tensor
    return column.detach().double().flatten().cpu().numpy()


def _inside(column: Array, low: float, high: float) -> Array:
    """Points (N,) that are outside by single precision alone, moved to the end."""
    moved = np.clip(column, low, high)
    return np.where(np.abs(moved - column) <= _SINGLE * (high - low), moved, column)
