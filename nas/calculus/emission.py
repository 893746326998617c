"""The activations as C++: each is called once on a symbol, and what it computes is written down.

So an activation is defined in one place alone, `ACTIVATIONS`. The symbol stands for a vector of
numbers; every operation on it appends a line, and returns the symbol of the line's result:

>>> lines = []
>>> z = _Symbol(lines, "z")
>>> result = torch.sin(z) * 2.0
>>> lines
['const Vector t0 = z.sin();', 'const Vector t1 = t0 * Vector(T(2.0));']

An intermediate result that is used twice is one line, so what is shared by the derivatives of an
activation is computed once in C++, too. Lines without use are left to the compiler.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from nas.calculus.activations import ACTIVATIONS, MAX_ORDER, Activation

_FUNCTIONS: dict[Callable[..., Any], str] = {
    torch.sin: "{}.sin()",
    torch.cos: "{}.cos()",
    torch.tanh: "{}.tanh()",
    torch.exp: "{}.exp_u20()",
    torch.erf: "{}.erf()",
    torch.nn.functional.logsigmoid: (
        "minimum({0}, Vector(T(0))) - {0}.abs().neg().exp_u20().log1p()"
    ),
    # NaN has to stay NaN, and this exponential maps it to a number: z - z is 0, or NaN.
    torch.sigmoid: "Vector(T(1)) / (Vector(T(1)) + {0}.neg().exp_u20()) + ({0} - {0})",
}


class NotWritable(Exception):  # noqa: N818 - a fact about an activation, not a failure
    """An activation computes something that has no counterpart here.

    Examples
    --------
    >>> try:
    ...     write({"mine": lambda z, order: [torch.erfc(z)]})
    ... except NotWritable as missing:
    ...     print(missing)
    torch.erfc
    """


class _Symbol:
    """A number that writes down what is done with it."""

    def __init__(self, lines: list[str], text: str) -> None:
        self._lines = lines
        self._text = text

    def _then(self, text: str) -> "_Symbol":
        name = f"t{len(self._lines)}"
        self._lines.append(f"const Vector {name} = {text};")
        return _Symbol(self._lines, name)

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> "_Symbol":
        if function not in _FUNCTIONS or len(args) != 1 or kwargs:
            raise NotWritable(f"torch.{getattr(function, '__name__', function)}")
        symbol: _Symbol = args[0]
        return symbol._then(_FUNCTIONS[function].format(symbol._text))

    def __neg__(self) -> "_Symbol":
        return self._then(f"{self._text}.neg()")

    def __add__(self, other: "_Symbol | float") -> "_Symbol":
        return self._then(f"{self._text} + {_text(other)}")

    def __sub__(self, other: "_Symbol | float") -> "_Symbol":
        return self._then(f"{self._text} - {_text(other)}")

    def __mul__(self, other: "_Symbol | float") -> "_Symbol":
        return self._then(f"{self._text} * {_text(other)}")

    def __truediv__(self, other: "_Symbol | float") -> "_Symbol":
        return self._then(f"{self._text} / {_text(other)}")

    def __radd__(self, other: float) -> "_Symbol":
        return self._then(f"{_text(other)} + {self._text}")

    def __rsub__(self, other: float) -> "_Symbol":
        return self._then(f"{_text(other)} - {self._text}")

    def __rmul__(self, other: float) -> "_Symbol":
        return self._then(f"{_text(other)} * {self._text}")

    def __rtruediv__(self, other: float) -> "_Symbol":
        return self._then(f"{_text(other)} / {self._text}")


def _text(operand: "_Symbol | float") -> str:
    return operand._text if isinstance(operand, _Symbol) else f"Vector(T({float(operand)!r}))"


def write(activations: Mapping[str, Activation] = ACTIVATIONS) -> str:
    """C++ for ``activations``, numbered in their order: ``jet_order`` and ``derivatives``.

    Raises
    ------
    NotWritable
        If an activation uses a function of torch that is not known here.

    Examples
    --------
    >>> print(_function("sine_1", ACTIVATIONS["sine"], order=1).strip())
    template <class T>
    inline void sine_1(const VectorOf<T>& z, T* f, int64_t stride) {
      using Vector = VectorOf<T>;
      const Vector t0 = z.sin();
      const Vector t1 = z.cos();
      const Vector t2 = t0.neg();
      const Vector t3 = t1.neg();
      t0.store(f + 0 * stride);
      t1.store(f + 1 * stride);
    }
    >>> "inline void sine_1" in write()
    True
    """
    functions, cases = [], []
    for number, (name, activation) in enumerate(activations.items()):
        for order in range(MAX_ORDER + 2):
            functions.append(_function(f"{name}_{order}", activation, order))
            case = number * (MAX_ORDER + 2) + order  # of the switch: activation and order in one
            cases.append(f"    case {case}: each_vector({name}_{order}<T>, z, f, n); break;")
    return "\n".join([_CONSTANT, *functions, _CHOICE.replace("CASES", "\n".join(cases))])


def _function(name: str, activation: Activation, order: int) -> str:
    lines: list[str] = []
    try:
        derivatives: Any = activation(_Symbol(lines, "z"), order)  # type: ignore[arg-type]
    except (TypeError, AttributeError) as error:  # an operator or a method that _Symbol lacks
        raise NotWritable(f"{name}: {error}") from error
    if len(derivatives) != order + 1:
        raise NotWritable(f"{name}: expected {order + 1} derivatives, got {len(derivatives)}")
    stores = [f"{_text(value)}.store(f + {k} * stride);" for k, value in enumerate(derivatives)]
    body = "\n  ".join([*lines, *stores])
    return _FUNCTION.replace("NAME", name).replace("BODY", body)


_CONSTANT = f"constexpr int64_t jet_order = {MAX_ORDER};  // at most\n"

_FUNCTION = """
template <class T>
inline void NAME(const VectorOf<T>& z, T* f, int64_t stride) {
  using Vector = VectorOf<T>;
  BODY
}
"""

_CHOICE = f"""
template <class T, class Function>
inline void each_vector(const Function& function, const T* z, T* f, int64_t n) {{
  for (int64_t i = 0; i < n; i += lanes<T>) function(VectorOf<T>::loadu(z + i), f + i, block<T>);
}}

// [f, f', …] at the n numbers z, each in a row of `block` numbers of f.
template <class T>
void derivatives(int64_t activation, int64_t order, const T* z, T* f, int64_t n) {{
  switch (activation * {MAX_ORDER + 2} + order) {{
CASES
  }}
}}
"""
