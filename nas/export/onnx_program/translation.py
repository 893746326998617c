"""The network as steps of ONNX: torch writes down what it does, and each of that is translated.

So whatever a network is made of is exported, as long as the operators are known.
"""

import operator
from collections.abc import Mapping
from typing import Any

import torch
import torch.export
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch.fx import Node

from nas.errors import UserError
from nas.export.onnx_program import arithmetic, shapes
from nas.export.onnx_program.steps import Given, Steps, Value, kind_of

_OPERATORS = arithmetic.OPERATORS | shapes.OPERATORS
# Where and how a result is kept; its kind of numbers is known without being told.
_MEANINGLESS = frozenset(("device", "dtype", "layout", "memory_format", "pin_memory"))


def translated(network: nn.Module, name: str, inputs: int, dtype: str) -> tuple[Steps, Value]:
    """The steps of ``network`` in ``dtype``, and which value is its result.

    Parameters
    ----------
    network
        Takes points (B, D) in float64, for any B.
    name
        What the steps call the points.
    inputs
        D.
    dtype
        ``float64`` or ``float32``.

    Raises
    ------
    UserError
        If it does something that is not known in ONNX.

    Examples
    --------
    >>> steps, result = translated(nn.Linear(2, 3, dtype=torch.float64), "x", 2, "float32")
    >>> [one.operator for one in steps.steps], steps.steps[0].inputs[0], result.name
    (['Gemm'], 'x', 'step_0')
    >>> translated(nn.Hardtanh(), "x", 2, "float64")
    Traceback (most recent call last):
    nas.errors.UserError: --format onnx: expected a network of operations that are known in ONNX, \
got aten.hardtanh.default; take --format pt2
    """
    program = _traced(network, inputs)
    steps = Steps(dtype)
    known: dict[Node, Any] = {}
    given = _given(program)
    for node in program.graph.nodes:
        if node.op != "output" and not node.users:
            continue  # a check of torch's own, or numbers that nothing needs
        if node.op == "placeholder":
            tensor = given.get(node.name)
            known[node] = (
                Value(name, "float")
                if tensor is None
                else steps.constant(tensor.detach().numpy(), kind_of(tensor))
            )
        elif node.op == "output":
            results: Any = node.args[0]
            return steps, steps.cast(known[results[0]], "float")
        else:
            known[node] = _step(steps, node, known)
    raise AssertionError("a graph ends with its output")


def _traced(network: nn.Module, inputs: int) -> ExportedProgram:
    """What torch does, at two points: a batch of one would be taken for a constant."""
    points = torch.zeros(2, inputs, dtype=torch.float64)
    with torch.no_grad():
        return torch.export.export(network, (points,), dynamic_shapes=({0: Dim("batch", min=1)},))


def _given(program: ExportedProgram) -> dict[str, Tensor]:
    """Weights and other constants by the names of their placeholders."""
    held: dict[str, Any] = {**program.constants, **program.state_dict}
    specs: Any = program.graph_signature.input_specs
    return {one.arg.name: held[one.target] for one in specs if one.target is not None}


def _step(steps: Steps, node: Node, known: Mapping[Node, Any]) -> Any:
    args = [_resolved(one, known) for one in node.args]
    if node.target is operator.getitem:
        return args[0][args[1]]
    called = str(node.target)
    chosen = _OPERATORS.get(called.split(".")[1] if called.startswith("aten.") else called)
    named = {
        key: _resolved(one, known) for key, one in node.kwargs.items() if key not in _MEANINGLESS
    }
    try:
        if chosen is not None:
            return chosen(steps, *args, **named, like=node.meta["val"])
    except TypeError:  # it is called in a way that is not known
        pass
    raise UserError(
        f"--format onnx: expected a network of operations that are known in ONNX, got {called}; "
        "take --format pt2"
    )


def _resolved(value: Any, known: Mapping[Node, Any]) -> Given:
    if isinstance(value, Node):
        return known[value]
    if isinstance(value, list | tuple):
        return [_resolved(one, known) for one in value]
    return value
