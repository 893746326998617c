"""Arithmetic of torch in ONNX: number by number, products of matrices, sums, softmax."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numpy.polynomial.chebyshev import chebinterpolate
from scipy.special import erfcx
from torch import Tensor

from nas.export.onnx_program.steps import Given, Kind, Operator, Steps, Value, kind_of, number

_UNARY: Final = {
    "sin": "Sin", "cos": "Cos", "tanh": "Tanh", "sigmoid": "Sigmoid", "exp": "Exp", "log": "Log",
    "sqrt": "Sqrt", "abs": "Abs", "neg": "Neg", "relu": "Relu", "erf": "Erf", "floor": "Floor",
    "ceil": "Ceil", "sign": "Sign", "sgn": "Sign", "reciprocal": "Reciprocal", "tan": "Tan",
    "asin": "Asin", "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh",
    "asinh": "Asinh", "acosh": "Acosh", "atanh": "Atanh",
}  # fmt: skip
_BINARY: Final = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "maximum": "Max",
    "minimum": "Min",
}  # fmt: skip
_COMPARING: Final = {
    "eq": "Equal", "gt": "Greater", "ge": "GreaterOrEqual", "lt": "Less", "le": "LessOrEqual",
}  # fmt: skip
_LOGICAL: Final = {
    "logical_and": "And",
    "__and__": "And", "bitwise_and": "And", "logical_or": "Or", "bitwise_or": "Or", "__or__": "Or",
}  # fmt: skip


def _unary(operator: str) -> Operator:
    def of(steps: Steps, x: Given, *, like: Tensor) -> Value:
        return steps.add(operator, number(steps, x, kind_of(like)), kind=kind_of(like))

    return of


def _binary(operator: str, turned: bool = False) -> Operator:
    def of(steps: Steps, a: Given, b: Given, *, like: Tensor) -> Value:
        both = [number(steps, one, kind_of(like)) for one in (a, b)]
        return steps.add(operator, *(reversed(both) if turned else both), kind=kind_of(like))

    return of


def _comparing(operator: str) -> Operator:
    def of(steps: Steps, a: Given, b: Given, *, like: Tensor) -> Value:
        kind: Kind = "float"  # in which whole numbers and truth values compare as they should
        return steps.add(operator, number(steps, a, kind), number(steps, b, kind), kind="bool")

    return of


def _logical(operator: str) -> Operator:
    def of(steps: Steps, *given: Given, like: Tensor) -> Value:
        return steps.add(operator, *(number(steps, one, "bool") for one in given), kind="bool")

    return of


def _where(steps: Steps, which: Value, a: Given, b: Given, *, like: Tensor) -> Value:
    kind = kind_of(like)
    return steps.add("Where", which, number(steps, a, kind), number(steps, b, kind), kind=kind)


def _clamp(steps: Steps, x: Value, low: Given = None, high: Given = None, *, like: Tensor) -> Value:
    kind = kind_of(like)
    found = steps.cast(x, kind)
    if low is not None:
        found = steps.add("Max", found, number(steps, low, kind), kind=kind)
    if high is not None:
        found = steps.add("Min", found, number(steps, high, kind), kind=kind)
    return found


def _clamp_max(steps: Steps, x: Value, high: Given, *, like: Tensor) -> Value:
    return _clamp(steps, x, None, high, like=like)


def _square(steps: Steps, x: Value, *, like: Tensor) -> Value:
    return steps.add("Mul", x, x, kind=kind_of(like))


def _rsqrt(steps: Steps, x: Value, *, like: Tensor) -> Value:
    return steps.add("Reciprocal", steps.add("Sqrt", steps.cast(x, "float")))


def _log1p(steps: Steps, x: Value, *, like: Tensor) -> Value:
    """Of s = 1 + x as it is rounded, log(s) · x / (s - 1) has all digits (Kahan); x where s = 1."""
    one = steps.constant(1.0)
    s = steps.add("Add", one, x)
    rest = steps.add("Sub", s, one)
    lost = steps.add("Equal", rest, steps.constant(0.0), kind="bool")
    safe = steps.add("Where", lost, one, rest)
    found = steps.add("Mul", steps.add("Log", s), steps.add("Div", x, safe))
    return steps.add("Where", lost, x, found)


def _log_sigmoid(steps: Steps, x: Value, *, like: Tensor) -> Value:
    """min(x, 0) - log(1 + exp(-|x|)); onnxruntime has no Softplus of float64."""
    small = steps.add("Exp", steps.add("Neg", steps.add("Abs", x)))
    below = steps.add("Min", x, steps.constant(0.0))
    return steps.add("Sub", below, _log1p(steps, small, like=like))


def _atan2(steps: Steps, y: Value, x: Value, *, like: Tensor) -> Value:
    """The angle θ of (x, y), from one to single precision: onnxruntime has no Atan of float64.

    tan θ/2 = y / (r + x) = (r - x) / y gives φ ≈ θ, the first for x > 0 and the second else; then
    sin(θ - φ) = (y cos φ - x sin φ) / r is of the size of the error, so θ = φ + that, to the third
    power of it.
    """
    zero, one = steps.constant(0.0), steps.constant(1.0)
    square = steps.add("Add", steps.add("Mul", x, x), steps.add("Mul", y, y))
    r = steps.add("Sqrt", square)
    right = steps.add("Greater", x, zero, kind="bool")
    above = steps.add("Where", right, y, steps.add("Sub", r, x))
    below = steps.add("Where", right, steps.add("Add", r, x), y)
    half = steps.add("Atan", steps.cast(steps.add("Div", above, below), "single"), kind="single")
    rough = steps.add("Mul", steps.cast(half, "float"), steps.constant(2.0))
    off = steps.add(
        "Sub",
        steps.add("Mul", y, steps.add("Cos", rough)),
        steps.add("Mul", x, steps.add("Sin", rough)),
    )
    nowhere = steps.add("Equal", r, zero, kind="bool")
    found = steps.add("Add", rough, steps.add("Div", off, steps.add("Where", nowhere, one, r)))
    return steps.add("Where", nowhere, zero, found)


def _erfc(steps: Steps, x: Value, *, like: Tensor) -> Value:
    """1 - erf(x), with its digits where that is small; onnxruntime has no Erf of float64.

    erfc |x| = t exp(p - x²) with t = 2 / (2 + |x|) and p smooth, as erfc z falls like exp(-z²) / z;
    p is a sum of Chebyshev polynomials of s = 2 t - 1 in [-1, 1], summed by Clenshaw's rule.
    """
    one, two = steps.constant(1.0), steps.constant(2.0)
    size = steps.add("Abs", x)
    t = steps.add("Div", two, steps.add("Add", two, size))
    twice = steps.add("Mul", two, steps.add("Sub", steps.add("Mul", two, t), one))  # 2 s
    later = now = steps.constant(0.0)
    for factor in _ERFC[:0:-1]:
        further = steps.add("Sub", steps.add("Mul", twice, now), later)
        now, later = steps.add("Add", further, steps.constant(float(factor))), now
    half = steps.add("Mul", steps.add("Div", twice, two), now)
    p = steps.add("Add", steps.add("Sub", half, later), steps.constant(float(_ERFC[0])))
    exponent = steps.add("Sub", p, steps.add("Mul", x, x))
    right = steps.add("Mul", t, steps.add("Exp", exponent))
    is_left = steps.add("Less", x, steps.constant(0.0), kind="bool")
    return steps.add("Where", is_left, steps.add("Sub", two, right), right)


def _of_erfc(s: Any) -> Any:
    """p of `_erfc`: log(erfcx(z) / t), z = 2 / t - 2."""
    t = (s + 1) / 2
    return np.log(erfcx(2 / t - 2) / t)


_ERFC: Final[npt.NDArray[np.float64]] = np.asarray(chebinterpolate(_of_erfc, 25))  # to rounding


def _linear(
    steps: Steps, x: Value, weight: Value, bias: Value | None = None, *, like: Tensor
) -> Value:
    given = [x, weight] if bias is None else [x, weight, bias]
    return steps.add("Gemm", *given, transB=1)


def _matmul(steps: Steps, a: Value, b: Value, *, like: Tensor) -> Value:
    return steps.add("MatMul", a, b)


def _addmm(steps: Steps, bias: Value, a: Value, b: Value, *, like: Tensor) -> Value:
    return steps.add("Gemm", a, b, bias)


def _softmax(steps: Steps, x: Value, axis: int, *_: Given, like: Tensor) -> Value:
    return steps.add("Softmax", x, axis=axis)


def _sum(steps: Steps, x: Value, axes: Sequence[int], keep: bool = False, *, like: Tensor) -> Value:
    kind = kind_of(like)
    return steps.add(
        "ReduceSum", steps.cast(x, kind), steps.axes(*axes), kind=kind, keepdims=int(keep)
    )


OPERATORS: Final[dict[str, Operator]] = {
    **{name: _unary(operator) for name, operator in _UNARY.items()},
    **{name: _binary(operator) for name, operator in _BINARY.items()},
    **{name: _comparing(operator) for name, operator in _COMPARING.items()},
    **{name: _logical(operator) for name, operator in _LOGICAL.items()},
    **dict.fromkeys(("logical_not", "bitwise_not"), _logical("Not")),
    **dict.fromkeys(("softmax", "_softmax"), _softmax),
    **dict.fromkeys(("matmul", "mm", "bmm"), _matmul),
    "rsub": _binary("Sub", turned=True),
    "where": _where,
    **dict.fromkeys(("clamp", "clamp_min"), _clamp),
    "clamp_max": _clamp_max,
    "square": _square,
    "rsqrt": _rsqrt,
    "log1p": _log1p,
    "atan2": _atan2,
    "erfc": _erfc,
    "log_sigmoid": _log_sigmoid,
    "linear": _linear,
    "addmm": _addmm,
    "sum": _sum,
}
