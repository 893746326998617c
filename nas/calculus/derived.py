"""Functions made of functions: the derivative of one, and one entry of what it returns.

Axis legend: B points; … any leading axes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.func import jvp


class Slope:
    """How what a function returns changes, from its arguments and from how they change.

    Parameters
    ----------
    function
        Takes the values (…, B) of some arguments by their ids; it knows the others.
    moving
        The ids of those that change.
    of
        A formula and the coordinate by which this is its derivative, for its name.

    Examples
    --------
    >>> import torch
    >>> square = Slope(lambda values: values[7] ** 2, [7], ("x**2", "x"))
    >>> square(torch.tensor([3.0]), torch.tensor([0.5]))  # 2 · 3 · 0.5
    tensor([3.])
    >>> square.name
    "(x**2).d('x')"
    """

    def __init__(
        self,
        function: Callable[[Mapping[int, Tensor]], Any],
        moving: Sequence[int],
        of: tuple[Any, str],
    ) -> None:
        self._function = function
        self._moving = moving
        self._of = of

    @property
    def name(self) -> str:
        """What it is the derivative of."""
        formula, coordinate = self._of
        return f"({formula}).d({coordinate!r})"

    def __call__(self, *values: Tensor) -> Any:
        """The directional derivative; values first, then how fast each of them changes."""
        count = len(self._moving)
        return jvp(self._of_moving, values[:count], values[count:])[1]

    def _of_moving(self, *values: Tensor) -> Any:
        return self._function(dict(zip(self._moving, values, strict=True)))


class Entry:
    """One entry of what a function returns.

    Examples
    --------
    >>> second = Entry(divmod, 1)
    >>> second(7, 4), second.__name__
    (3, 'divmod')
    """

    def __init__(self, function: Callable[..., Any], index: int) -> None:
        self._function = function
        self._index = index
        self.__name__ = getattr(function, "__name__", "function")

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The entry, of a call."""
        return self._function(*arguments, **keywords)[self._index]
