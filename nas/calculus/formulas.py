"""A quantity in words, for messages: ``u**1.2*u.xx``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

LONGEST = 60  # characters; what is longer is cut
_DEEPEST = 6  # what lies deeper in a formula is left out
_ATOM = 9
# By the names of operators and torch functions: how it is written, and how tightly it binds.
_INFIX = {
    "lt": (" < ", 1),
    "le": (" <= ", 1),
    "gt": (" > ", 1),
    "ge": (" >= ", 1),
    "eq": (" == ", 1),
    "ne": (" != ", 1),
    "or": (" | ", 2),
    "and": (" & ", 3),
    "add": (" + ", 4),
    "sub": (" - ", 4),
    "mul": ("*", 5),
    "truediv": ("/", 5),
    "div": ("/", 5),
    "pow": ("**", 7),
}
_SIGN = 6


class Made:
    """What has a value, and a formula that it was made by, or a name.

    The formula is private, since names of a field are derivatives.

    Examples
    --------
    >>> class Height(Made):
    ...     def _formula(self):
    ...         return "h"
    >>> str(Formula(abs, [Height()]))
    'abs(h)'
    """

    @property
    def value(self) -> Tensor:
        """The numbers (…, B)."""
        raise NotImplementedError

    def _formula(self) -> "Formula | str":
        raise NotImplementedError


class Formula:
    """A function and what it was called with, to be written down when a message needs it.

    Parameters
    ----------
    function, arguments, keywords
        The arguments may be quantities, with formulas of their own, or numbers and tensors.

    Examples
    --------
    >>> import operator
    >>> str(Formula(operator.mul, (2.0, Formula(operator.add, (1, 3)))))
    '2*(1 + 3)'
    """

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: Sequence[Any],
        keywords: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = getattr(function, "__name__", "function").strip("_")
        self._arguments = (*arguments, *(keywords or {}).values())

    def __str__(self) -> str:
        text, _ = self.written(0)
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

    def written(self, depth: int) -> tuple[str, int]:
        """The text, and how tightly it binds."""
        parts = [_written(item, depth + 1) for item in self._arguments]
        if self._name == "neg" and len(parts) == 1:
            return f"-{_bound(parts[0], _SIGN)}", _SIGN
        if self._name in _INFIX and len(parts) == 2:
            symbol, tightness = _INFIX[self._name]
            left = _bound(parts[0], tightness + (symbol == "**"))
            right = _bound(parts[1], tightness + (symbol not in (" + ", "*")))
            return f"{left}{symbol}{right}", tightness
        return f"{self._name}({', '.join(text for text, _ in parts)})", _ATOM


def _bound(part: tuple[str, int], tightness: int) -> str:
    text, own = part
    return text if own >= tightness else f"({text})"


def _written(item: Any, depth: int) -> tuple[str, int]:
    made = item._formula() if isinstance(item, Made) else item
    if isinstance(made, Formula):
        return ("…", _ATOM) if depth > _DEEPEST else made.written(depth)
    if isinstance(item, list | tuple):
        return f"[{', '.join(_written(one, depth + 1)[0] for one in item)}]", _ATOM
    if isinstance(item, Tensor):
        return (f"{item.item():.6g}" if item.dim() == 0 else "…"), _ATOM
    if isinstance(item, int | float):
        return f"{item:.6g}", _ATOM if item >= 0 else _SIGN
    return str(made), _ATOM
