"""DeepXDE's boundary and initial conditions as ours, on whole sides of a box.

Axis legend: N points, D coordinates.
"""

import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch

from nas.calculus.fields import Column
from nas.errors import UserError
from nas.interop.calling import by_name
from nas.interop.columns import Columns
from nas.problems import Box, Condition, Periodic
from nas.problems.domains import Array
from nas.problems.terms import Requirement

_TRIED = 64  # points of a side, at which it is asked whether a condition holds

Patched = Callable[[Any], AbstractContextManager[None]]


def conditions(
    deepxde: Any,
    data: Any,
    box: Box,
    fields: tuple[str, ...],
    name: str,
    patched: Patched,
) -> list[Requirement]:
    """All conditions of ``data``.

    Raises
    ------
    UserError
        If one is of another kind, or holds on a piece of a side or inside the domain.

    Examples
    --------
    >>> conditions(dde, data, box, ("u",), "heat", patched)  # doctest: +SKIP
    [Condition('x_min', ...), Condition('t_min', ...)]
    """
    found: list[Requirement] = []
    orders: dict[tuple[str, str], int] = {}
    for number, one in enumerate(data.bcs):
        where = f"{name}: condition {number} ({type(one).__name__})"
        if isinstance(one, deepxde.icbc.PeriodicBC):
            key = (box.coordinates[one.component_x], _field(fields, one.component, where))
            orders[key] = max(orders.get(key, 0), one.derivative_order)
            continue
        residual = _residual(deepxde, one, fields, where, patched)
        parts = _parts(one, data.geom, box, where)
        found.append(Condition(parts, by_name((*fields, *box.coordinates), residual)))
    periodic = [
        Periodic(coordinate, derivatives=order, fields=(field,))
        for (coordinate, field), order in orders.items()
    ]
    return [*found, *periodic]


def _field(fields: Sequence[str], component: int, where: str) -> str:
    if component >= len(fields):
        raise UserError(
            f"{where}: expected a component below {len(fields)}, got {component}; "
            "name all outputs: fields=('u', 'v')"
        )
    return fields[component]


def _residual(
    deepxde: Any, one: Any, fields: tuple[str, ...], where: str, patched: Patched
) -> Callable[..., Any]:
    """What is zero, of fields and coordinates in order."""
    kinds, count = deepxde.icbc, len(fields)
    _field(fields, getattr(one, "component", 0), where)
    if isinstance(one, kinds.DirichletBC | kinds.IC):
        return lambda *given: given[one.component] - _values(one.func, given[count:])
    if isinstance(one, kinds.NeumannBC):
        return lambda *given: given[one.component].n - _values(one.func, given[count:])
    if isinstance(one, kinds.RobinBC):
        return lambda *given: (
            given[one.component].n - _only(one.func(Columns(given[count:]), Columns(given[:count])))
        )
    if type(one) is kinds.OperatorBC:

        def operator(*given: Any) -> Any:
            inputs, outputs = Columns(given[count:]), Columns(given[:count])
            with patched(deepxde):
                return _only(one.func(inputs, outputs, inputs))

        return operator
    raise UserError(
        f"{where}: expected DirichletBC, NeumannBC, RobinBC, OperatorBC, PeriodicBC or IC; "
        "values at points are nas.Observations"
    )


def _only(found: Any) -> Any:
    return found.only if isinstance(found, Columns) else found


def _values(function: Any, coordinates: Sequence[Any]) -> Column:
    """What a function of arrays (N, D) gives at the points."""
    theirs = inspect.unwrap(function)  # as its user has written it, in float64
    columns = [one.value for one in coordinates]
    together = torch.broadcast_tensors(*columns)  # type: ignore[no-untyped-call]
    points = torch.stack(together, -1)
    array = points.detach().double().numpy()
    flat = array.reshape(-1, array.shape[-1])
    found = np.asarray(theirs(flat), dtype=np.float64)
    values = np.broadcast_to(found.reshape(-1) if found.ndim else found, len(flat))
    value = torch.from_numpy(values.reshape(array.shape[:-1]).copy())
    return Column("given", coordinates[0]._coordinates, value.to(points))


def _parts(one: Any, geometry: Any, box: Box, where: str) -> tuple[str, ...]:
    """The sides of the box on the whole of which a condition holds."""
    draw = np.random.default_rng(0)
    low, high = np.array(box.bounds).T
    inside = low + (high - low) * draw.uniform(0.01, 0.99, (_TRIED, len(low)))
    if _holds(one, geometry, inside).any():
        raise UserError(f"{where}: expected one on sides of the domain, got one inside it")
    found = []
    for part in box.parts:
        axis, end = divmod(list(box.parts).index(part), 2)
        points = inside.copy()
        points[:, axis] = box.bounds[axis][end]
        holds = _holds(one, geometry, points)
        if holds.all():
            found.append(part)
        elif holds.any():
            raise UserError(f"{where}: expected one on whole sides, got one on a piece of {part}")
    if not found:
        raise UserError(f"{where}: expected one on sides of the domain, found none where it holds")
    return tuple(found)


def _holds(one: Any, geometry: Any, points: Array) -> Array:
    if hasattr(one, "on_initial"):
        return np.asarray(one.on_initial(points, geometry.on_initial(points)), dtype=bool)
    return np.asarray(one.on_boundary(points, geometry.on_boundary(points)), dtype=bool)
