"""A torch function as plain data: what it computes step by step, and back, without running code.

Axis legend: B points, D coordinates, C components.

The steps are operators of torch itself, pointwise ones and some that only rearrange numbers. A
program that names any other is refused, so that to read and run one can do nothing but arithmetic.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from nas.errors import UserError

Steps = dict[str, Any]  # plain data, as JSON holds it

_REARRANGING = frozenset(
    """
    _efficientzerotensor _to_copy _unsafe_view alias all any arange bmm cat clone copy
    cumsum detach dot empty_like expand fill flip full full_like gather index index_select
    lift_fresh_copy linear matmul mm mv new_full new_ones new_zeros ones ones_like permute
    prod repeat reshape scalar_tensor searchsorted select select_scatter slice slice_scatter
    split split_with_sizes squeeze stack sum t transpose unbind unsqueeze view zeros
    zeros_like
    """.split()  # noqa: SIM905 - a list of words, one a line, is no easier to read
)
_EXPECTED = "expected a function of arithmetic alone, which can be written down"
_COUNT = 9973  # points that it is recorded at: a size of that number is the number of points
_SIZE = "size"
_ITEM = "item"  # of a step that gives several tensors


def record(function: Callable[[Tensor], Tensor], bounds: Sequence[tuple[float, float]]) -> Steps:
    """``function`` of points (B, D) within D ``bounds``, in float64, as plain data.

    Raises
    ------
    UserError
        If it does something else than arithmetic, or not the same for all points.

    Examples
    --------
    >>> steps = record(lambda x: torch.sin(x[:, 0]) + 1, [(0, 1)])
    >>> [one["operator"] for one in steps["steps"]]
    ['aten.select.int', 'aten.sin.default', 'aten.add.Tensor']
    """
    low, high = torch.tensor(bounds, dtype=torch.float64).unbind(-1)
    shares = torch.linspace(0.2, 0.7, _COUNT * len(low), dtype=torch.float64)
    points = low + shares.view(_COUNT, -1) * (high - low)
    pure = torch.func.functionalize(lambda x: function(x), remove="mutations")
    try:
        graph = make_fx(pure)(points)
        graph.graph.eliminate_dead_code()
        found = _found(graph)
        program = Program(found)
        same = all(
            torch.allclose(program(some), function(some), rtol=1e-12, atol=1e-300)
            for some in (points[:1], points[3:8])
        )
    except Exception as error:  # whatever a user's function does
        raise UserError(f"{_EXPECTED}, got {' '.join(str(error).split())}") from error
    if not same:
        raise UserError(f"{_EXPECTED}, got one with other values when it is written down")
    return found


def _found(graph: torch.fx.GraphModule) -> Steps:
    steps: list[dict[str, Any]] = []
    inputs, constants, result = "", {}, ""
    for node in graph.graph.nodes:
        if node.op == "placeholder":
            inputs = node.name
        elif node.op == "get_attr":
            constants[node.name] = _tensor(getattr(graph, node.target))
        elif node.op == "output":
            result = node.args[0].name
        else:
            arguments = {key: _plain(one) for key, one in node.kwargs.items()}
            steps.append(
                {
                    "name": node.name,
                    "operator": _name(node.target),
                    "args": _plain(node.args),
                    "kwargs": {key: one for key, one in arguments.items() if one is not None},
                }
            )
    return {"input": inputs, "constants": constants, "steps": steps, "output": result}


class Program(nn.Module):
    """What was recorded: points (B, D) in, the function's value out.

    Parameters
    ----------
    steps
        Of `record`.

    Raises
    ------
    UserError
        If a step is no operator that a program may use, or not made as `record` makes it.

    Examples
    --------
    >>> program = Program(record(lambda x: x[:, 0] ** 2, [(0, 1)]))
    >>> program(torch.tensor([[3.0], [4.0]], dtype=torch.float64)).tolist()
    [9.0, 16.0]
    """

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        try:
            self._steps = [
                (one["name"], _operator(one["operator"]), one["args"], one["kwargs"])
                for one in steps["steps"]
            ]
            self._input, self._output = str(steps["input"]), str(steps["output"])
            constants = {name: _read(one) for name, one in steps["constants"].items()}
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise UserError(f"expected a recorded program, got {error!r}") from error
        self._constants = list(constants)
        for number, tensor in enumerate(constants.values()):
            self.register_buffer(f"constant_{number}", tensor, persistent=False)

    def forward(self, points: Tensor) -> Tensor:
        """The function's value at points (B, D)."""
        known: dict[str, Any] = {self._input: points, _SIZE: points.shape[0]}
        for number, name in enumerate(self._constants):
            known[name] = getattr(self, f"constant_{number}")
        for name, step, args, kwargs in self._steps:
            given = {key: _back(one, known) for key, one in kwargs.items()}
            known[name] = step(*_back(args, known), **given)
        result: Tensor = known[self._output]
        return result


def _name(target: Any) -> str:
    if target is operator.getitem:
        return _ITEM
    return str(target)


def _operator(name: str) -> Callable[..., Any]:
    if name == _ITEM:
        return operator.getitem
    space, base, overload = name.split(".")
    # A name with an underscore at its end writes into what it is given.
    if space == "aten" and not base.endswith("_"):
        found = getattr(getattr(torch.ops.aten, base), overload)
        if base in _REARRANGING or torch.Tag.pointwise in found.tags:
            step: Callable[..., Any] = found
            return step
    raise ValueError(f"operator {name!r}, which no program may use")


def _plain(value: Any) -> Any:
    """An argument as JSON holds it: what is no number is marked by the key of a dict."""
    if isinstance(value, torch.fx.Node):
        return {"step": value.name}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).removeprefix("torch.")}
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return {"number": str(value)}
    if isinstance(value, int) and value == _COUNT:
        return {_SIZE: "points"}
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, torch.device | torch.layout | torch.memory_format):
        return None
    raise UserError(f"expected a function of numbers alone, got an argument {value!r}")


def _back(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_back(one, known) for one in value]
    if isinstance(value, dict):
        ((kind, what),) = value.items()
        if kind in ("step", _SIZE):
            return known[what if kind == "step" else _SIZE]
        return getattr(torch, what) if kind == "dtype" else float(what)
    return value


def _tensor(value: Tensor) -> dict[str, Any]:
    return {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": list(value.shape),
        "values": value.flatten().tolist(),
    }


def _read(one: dict[str, Any]) -> Tensor:
    dtype = getattr(torch, one["dtype"])
    return torch.tensor(one["values"], dtype=dtype).reshape(one["shape"])
