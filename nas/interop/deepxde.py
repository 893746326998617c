"""DeepXDE: its data as a `nas.Problem`, and an exported network as one of its own.

What carries over, and what does not, is in docs/interop.md.
"""

import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from torch import Tensor, nn

from nas.errors import UserError
from nas.interop import deepxde_conditions
from nas.interop.calling import by_name, in_its_numbers, of_columns
from nas.interop.columns import Columns, quantities
from nas.interop.deepxde_domain import domain
from nas.problems import Problem


def problem(data: Any, fields: Sequence[str] = ("u",), *, name: str = "deepxde") -> Problem:
    """A ``deepxde.data.PDE`` or ``TimePDE`` as a problem.

    Parameters
    ----------
    data
        As it is given to ``deepxde.Model``. Coordinates are called x, y, z and t.
    fields
        What the network's outputs are called, in their order.
    name
        Of the problem.

    Raises
    ------
    UserError
        If something in it has no counterpart here.

    Examples
    --------
    >>> heat = problem(dde.data.TimePDE(geometry, pde, [bc, ic]))  # doctest: +SKIP
    >>> nas.search(heat, out="runs/heat", trials=6)  # doctest: +SKIP
    """
    deepxde = _deepxde()
    if type(data) not in (deepxde.data.PDE, deepxde.data.TimePDE):
        raise UserError(
            f"{name}: expected a deepxde.data.PDE or TimePDE, got {type(data).__name__}"
        )
    if data.auxiliary_var_fn is not None:
        raise UserError(f"{name}: auxiliary variables have no counterpart; write them into the pde")
    box = domain(deepxde, data.geom, name)
    names = (*fields, *box.coordinates)
    equations = _called(deepxde, data.pde, len(fields), f"{name}: pde", arguments=2)
    return Problem(
        name,
        box,
        by_name(names, lambda *given: equations(*_split(given, len(fields)))),
        deepxde_conditions.conditions(deepxde, data, box, tuple(fields), name, _patched),
        fields=tuple(fields),
        solution=None if data.soln is None else of_columns(box.coordinates, data.soln),
    )


def network(u: nn.Module) -> Any:
    """An exported network as one of DeepXDE, for ``deepxde.Model(data, network(u))``.

    Parameters
    ----------
    u
        What `nas.load` gives.

    Raises
    ------
    UserError
        If DeepXDE is not installed, or computes with another backend than PyTorch.

    Examples
    --------
    >>> model = dde.Model(data, network(nas.load("model/")))  # doctest: +SKIP
    >>> model.compile("L-BFGS")  # doctest: +SKIP
    """
    deepxde = _deepxde()

    def begin(made: Any) -> None:
        deepxde.nn.NN.__init__(made)
        made.exported = u

    def forward(made: Any, inputs: Tensor) -> Tensor:
        """In DeepXDE's own type of numbers, and in the problem's units."""
        seen = inputs if made._input_transform is None else made._input_transform(inputs)
        fields = in_its_numbers(u, seen)
        if made._output_transform is not None:
            fields = made._output_transform(inputs, fields)
        return fields

    # DeepXDE is no import of this module's, and so neither is the class that is extended.
    return type("Network", (deepxde.nn.NN,), {"__init__": begin, "forward": forward})()


def _deepxde() -> Any:
    os.environ.setdefault("DDE_BACKEND", "pytorch")  # DeepXDE reads it as it is imported
    try:
        found = import_module("deepxde")
    except ImportError:
        raise UserError("deepxde is not installed; pip install deepxde") from None
    if found.backend.backend_name != "pytorch":
        raise UserError(
            f"DeepXDE: expected its backend pytorch, got {found.backend.backend_name}; set "
            "DDE_BACKEND=pytorch before it is imported"
        )
    return found


def _split(given: Sequence[Any], fields: int) -> tuple[Columns, Columns]:
    """Inputs and outputs, in DeepXDE's order."""
    return Columns(given[fields:]), Columns(given[:fields])


def _called(
    deepxde: Any, function: Any, fields: int, where: str, arguments: int
) -> Callable[..., Any]:
    """A function of inputs and outputs, with quantities for what it returns."""
    if not callable(function):
        raise UserError(f"{where}: expected a function, got {type(function).__name__}")
    if len(inspect.signature(function).parameters) != arguments:
        raise UserError(f"{where}: expected a function of x and y, got one of other arguments")
    refuse_variables(function, where)

    def called(inputs: Columns, outputs: Columns) -> Any:
        with _patched(deepxde):
            found = function(inputs, outputs)
        return quantities(found)

    return called


def refuse_variables(function: Callable[..., Any], where: str) -> None:
    """Raise `UserError` if ``function`` sees a ``dde.Variable``, which would stay as it is.

    Examples
    --------
    >>> import torch
    >>> nu = torch.ones((), requires_grad=True)
    >>> def pde(x, y):
    ...     return nu * y
    >>> refuse_variables(pde, "pde")
    Traceback (most recent call last):
    nas.errors.UserError: pde: 'nu' is to be learnt; write the problem with nas.Unknown
    """
    try:
        seen = inspect.getclosurevars(function)
    except TypeError:
        return  # no function of Python's own: nothing is known of it
    for name, value in {**seen.globals, **seen.nonlocals}.items():
        if isinstance(value, Tensor) and value.requires_grad:
            raise UserError(
                f"{where}: {name!r} is to be learnt; write the problem with nas.Unknown"
            )


@contextmanager
def _patched(deepxde: Any) -> Iterator[None]:
    """Derivatives of columns are ours, while a function of DeepXDE's user runs."""
    gradients = deepxde.gradients
    theirs = gradients.jacobian, gradients.hessian

    def jacobian(ys: Any, xs: Any, i: int | None = None, j: int | None = None) -> Any:
        if not isinstance(ys, Columns):
            return theirs[0](ys, xs, i=i, j=j)
        y = ys.only if i is None else ys.quantities[i]
        names = [str(one) for one in xs.quantities]
        wanted = names if j is None else [names[j]]
        return Columns([y.derivative(one) for one in wanted])

    def hessian(ys: Any, xs: Any, component: int = 0, i: int = 0, j: int = 0) -> Any:
        if not isinstance(ys, Columns):
            return theirs[1](ys, xs, component=component, i=i, j=j)
        names = [str(one) for one in xs.quantities]
        return Columns([ys.quantities[component or 0].derivative(names[i], names[j])])

    gradients.jacobian, gradients.hessian = jacobian, hessian
    try:
        yield
    finally:
        gradients.jacobian, gradients.hessian = theirs
