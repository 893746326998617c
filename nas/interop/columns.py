"""What another program's function is called with: columns (N, K) that are quantities of ours.

Axis legend: N points, K columns.

A function that is written for tensors (N, K) of PyTorch indexes columns (``y[:, 0:1]``), and goes
on with arithmetic and torch functions. On `Columns` it does the same with fields and coordinates,
and so their derivatives are ours.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from nas.errors import UserError

_UNKNOWN = ("shape", "size", "numpy", "detach", "requires_grad")  # what tensors (N, K) alone have


def _binary(function: Callable[..., Any]) -> Callable[[Any, Any], "Columns"]:
    return lambda self, other: type(self).mapped(function, self, other)


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], "Columns"]:
    return lambda self, other: type(self).mapped(function, other, self)


def quantities(found: Any) -> tuple[Any, ...]:
    """What a function returned, one by one: columns, or a list of these and other things.

    Examples
    --------
    >>> quantities([Columns([1, 2]), 3])
    (1, 2, 3)
    """
    several = found if isinstance(found, list | tuple) else [found]
    return tuple(
        one
        for part in several
        for one in (part.quantities if isinstance(part, Columns) else [part])
    )


class Columns:
    """Quantities side by side, in place of a tensor (N, K).

    Parameters
    ----------
    quantities
        K of them.

    Raises
    ------
    UserError
        Where it is used in a way that is more than columns and arithmetic.

    Examples
    --------
    >>> from nas.calculus.fields import Coordinate
    >>> names = ("x", "t")
    >>> x = Columns([Coordinate(names, axis, torch.tensor([2.0 + axis])) for axis in (0, 1)])
    >>> made = torch.square(x[:, 0:1]) * x[:, 1] + 1
    >>> made.quantities, made.only.d("x").value
    ([square(x)*t + 1], tensor([12.]))
    >>> x[0]
    Traceback (most recent call last):
    nas.errors.UserError: expected columns as in y[:, 0:1], got y[0]
    """

    __array_ufunc__ = None  # so that a number of NumPy on the left leaves the operation to us

    def __init__(self, quantities: Sequence[Any]) -> None:
        self.quantities = list(quantities)

    @property
    def only(self) -> Any:
        """The quantity, where there is one column."""
        if len(self.quantities) != 1:
            raise UserError(f"expected one column, got {len(self.quantities)}: name it, y[:, 0:1]")
        return self.quantities[0]

    @classmethod
    def mapped(cls, function: Callable[..., Any], *args: Any, **kwargs: Any) -> "Columns":
        """What ``function`` makes of the arguments, column by column; one column goes with many.

        Examples
        --------
        >>> Columns.mapped(max, Columns([1, 5]), Columns([3])).quantities
        [3, 5]
        """
        counts = {len(one.quantities) for one in args if isinstance(one, Columns)} - {1}
        if len(counts) > 1:
            raise UserError(f"expected as many columns on both sides, got {sorted(counts)}")

        def at(one: Any, column: int) -> Any:
            if not isinstance(one, Columns):
                return one
            return one.quantities[column if len(one.quantities) > 1 else 0]

        return cls(
            [
                function(*(at(one, column) for one in args), **kwargs)
                for column in range(max(counts, default=1))
            ]
        )

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> "Columns":
        named = dict(kwargs or {})
        if function in (torch.cat, torch.concat, torch.hstack):
            return cls([one for part in args[0] for one in part.quantities])
        if function in (torch.sum, torch.mean) and named.get("dim") in (1, -1):
            first, *others = args[0].quantities
            whole = sum(others, start=first)
            return cls([whole if function is torch.sum else whole / (1 + len(others))])
        return cls.mapped(function, *args, **named)

    def __getitem__(self, index: Any) -> "Columns":
        every, which = index if isinstance(index, tuple) and len(index) == 2 else (None, None)
        if every in (slice(None), ...) and isinstance(which, int | slice):
            found = self.quantities[which]
            return type(self)(found if isinstance(which, slice) else [found])
        raise UserError(f"expected columns as in y[:, 0:1], got y[{index}]")

    def __getattr__(self, name: str) -> Callable[..., "Columns"]:
        """A method of tensors, column by column."""
        if name in _UNKNOWN:
            raise UserError(f"y.{name}: expected columns and arithmetic alone")
        if name.startswith("_") or not callable(getattr(torch.Tensor, name, None)):
            raise AttributeError(name)
        return lambda *args, **kwargs: type(self).mapped(
            lambda one, *others: getattr(one, name)(*others, **kwargs), self, *args
        )

    __hash__ = object.__hash__
    __add__, __radd__ = _binary(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _binary(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _binary(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _binary(operator.truediv), _reflected(operator.truediv)
    __pow__, __rpow__ = _binary(operator.pow), _reflected(operator.pow)
    __lt__, __le__ = _binary(operator.lt), _binary(operator.le)
    __gt__, __ge__ = _binary(operator.gt), _binary(operator.ge)

    def __neg__(self) -> "Columns":
        return type(self).mapped(operator.neg, self)
