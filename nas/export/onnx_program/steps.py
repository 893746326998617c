"""Steps of an ONNX program as plain data, and how they are written down one after the other.

Nothing here needs the package onnx: `nas.export.formats.onnx` makes a file of the steps.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from nas.errors import UserError

Kind = Literal["float", "single", "int64", "bool"]  # single: float32, whatever float is
Given = Any  # of a step: a Value, a number, None, or a list of these

# What onnxruntime 1.32 computes on a CPU in float32 alone.
_SINGLE: Final = frozenset(
    ("Erf", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh")
)
_BECAUSE: Final = {"Erf": " (of gelu)"}


@dataclass(frozen=True)
class Value:
    """A tensor of the program, by its name.

    Examples
    --------
    >>> Value("points", "float").kind
    'float'
    """

    name: str
    kind: Kind


@dataclass(frozen=True)
class Step:
    """An operator of ONNX, what it is given by name, and what it gives.

    Examples
    --------
    >>> Step("Add", ("a", "b"), "c", {}).output
    'c'
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any]


@dataclass
class Steps:
    """All steps so far, and the constants that they use.

    Parameters
    ----------
    dtype
        ``float64`` or ``float32``: what numbers are computed in that are neither integers nor asked
        for in single precision.

    Raises
    ------
    UserError
        At a step that onnxruntime cannot take in ``dtype``.

    Examples
    --------
    >>> steps = Steps("float64")
    >>> two = steps.add("Mul", Value("points", "float"), steps.constant(2.0))
    >>> [(one.operator, one.inputs) for one in steps.steps], two.kind
    ([('Mul', ('points', 'constant_0'))], 'float')
    >>> steps.add("Erf", two)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: --format onnx: expected operations that onnxruntime knows in float64, ...
    """

    dtype: str
    steps: list[Step] = field(default_factory=list)
    constants: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    _known: dict[tuple[str, tuple[int, ...], bytes], str] = field(default_factory=dict)

    def add(self, operator: str, *inputs: Value, kind: Kind = "float", **attributes: Any) -> Value:
        """Another step; what it gives is of ``kind``."""
        if operator in _SINGLE and self.numpy_type(kind) == "float64":
            raise UserError(
                f"--format onnx: expected operations that onnxruntime knows in float64, got "
                f"{operator}{_BECAUSE.get(operator, '')}, which it has in float32 alone; add "
                "--dtype float32, or take --format pt2"
            )
        name = f"step_{len(self.steps)}"
        self.steps.append(Step(operator, tuple(one.name for one in inputs), name, attributes))
        return Value(name, kind)

    def constant(self, values: npt.ArrayLike, kind: Kind = "float") -> Value:
        """Numbers that are written into the program, each array once."""
        content = np.ascontiguousarray(np.asarray(values), self.numpy_type(kind))
        content = content.reshape(np.shape(values))  # which a number by itself has lost
        key = (content.dtype.str, content.shape, content.tobytes())
        if key not in self._known:
            self._known[key] = f"constant_{len(self.constants)}"
            self.constants[self._known[key]] = content
        return Value(self._known[key], kind)

    def axes(self, *axes: int) -> Value:
        """Whole numbers in a row, as shapes, axes and indices are given."""
        return self.constant(np.array(axes, dtype=np.int64), "int64")

    def cast(self, value: Value, kind: Kind) -> Value:
        """``value`` as another kind of number."""
        if value.kind == kind:
            return value
        return self.add("Cast", value, kind=kind, to=self.numpy_type(kind))

    def numpy_type(self, kind: Kind) -> str:
        """NumPy's name of what a kind is computed in."""
        return {"float": self.dtype, "single": "float32"}.get(kind, kind)


# Adds what an operator of torch does, called with the operator's own arguments and with what torch
# says that the result is ``like``.
Operator = Callable[..., Value | list[Value]]


def kind_of(tensor: Tensor) -> Kind:
    """What kind of numbers a tensor holds.

    Examples
    --------
    >>> kind_of(torch.zeros(2)), kind_of(torch.zeros(2) > 0), kind_of(torch.tensor(1))
    ('float', 'bool', 'int64')
    """
    if tensor.is_floating_point():
        return "float"
    return "bool" if tensor.dtype == torch.bool else "int64"


def number(steps: Steps, given: Given, kind: Kind) -> Value:
    """A tensor or Python's number, as numbers of ``kind``.

    Examples
    --------
    >>> steps = Steps("float32")
    >>> number(steps, 2, "float").name, steps.constants["constant_0"].dtype
    ('constant_0', dtype('float32'))
    """
    return steps.cast(given, kind) if isinstance(given, Value) else steps.constant(given, kind)
