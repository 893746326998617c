"""What formulas are made of: values at points that remember how they came about.

Axis legend: B points; … any leading axes (experts of a stack).

Arithmetic and torch functions on a `Quantity` compute at once and give a `Quantity` again, which
keeps the function and its arguments. So a formula can be differentiated by a coordinate as a
whole, ``(k * u.x).d("x")``: by the chain rule, in forward mode, from the derivatives of what it
was made of. The derivative is a quantity made by a function too, and so on.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from nas.calculus.arguments import accepted, flat, plain
from nas.calculus.derived import Entry, Slope
from nas.calculus.formulas import Formula, Made
from nas.calculus.refusals import PointByPoint, refuse_complex, refuse_numpy
from nas.errors import UserError


def _floordiv(numerator: Any, denominator: Any) -> Tensor:
    return torch.floor(numerator / denominator)  # which has a derivative, where torch's // has none


Operand: TypeAlias = "Quantity | Tensor | float"
Function = Callable[..., Any]
# What numpy calls where one of its scalars stands to the left of a quantity.
_ARITHMETIC: Mapping[str, Function] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "remainder": operator.mod,
    "floor_divide": _floordiv,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


def _binary(function: Function) -> "Callable[[Quantity, Operand], Quantity]":
    return lambda self, other: _operated(function, self, other)


def _reflected(function: Function) -> "Callable[[Quantity, Operand], Quantity]":
    return lambda self, other: _operated(function, other, self)


def _unary(function: Function) -> "Callable[[Quantity], Quantity]":
    return lambda self: _operated(function, self)


class Quantity(PointByPoint, Made):
    """One number a point, (…, B), that can be differentiated by the coordinates.

    It behaves like its tensor in arithmetic, in torch functions and by its methods (``x.sin()``).
    It has few names of its own, since a `Field` has those of the coordinates.

    Parameters
    ----------
    coordinates
        The names that it may be differentiated by.
    value : Tensor (…, B), or None where a subclass finds it out later

    Raises
    ------
    UserError
        Where it is used as one number, or as truth (``if x > 0.5``), with complex numbers, or by
        NumPy.

    Examples
    --------
    >>> from nas.calculus.fields import Coordinate
    >>> x = Coordinate(("x", "t"), 0, torch.tensor([3.0]))
    >>> flux = 1 + x**2 * x.exp()
    >>> flux, flux.d("t").value
    (1 + x**2*exp(x), tensor([0.]))
    >>> torch.isclose(flux.d("x", "x").value, (2 + 4 * x + x**2).value * x.value.exp())
    tensor([True])
    """

    def __init__(self, coordinates: Sequence[str], value: Tensor | None) -> None:
        self._coordinates = coordinates
        self._value = value
        self._slopes: dict[int, Quantity | None] = {}

    @property
    def value(self) -> Tensor:
        """The numbers (…, B)."""
        assert self._value is not None
        return self._value

    @property
    def d(self) -> Any:
        """The short name of `derivative`: ``(k * u.x).d("x")``."""
        return self.derivative

    def derivative(self, *names: str) -> "Quantity":
        """The derivative by coordinates, named one by one: ``("x", "x")`` for twice by x.

        Raises
        ------
        UserError
            If there is no such coordinate, or something in the formula cannot be differentiated.
        """
        found: Quantity | None = self
        for axis in self._axes(names):
            found = found if found is None else found._along(axis)
        return Result(torch.zeros_like, (self,)) if found is None else found

    def _along(self, axis: int) -> "Quantity | None":
        """The derivative along an axis; None where it is zero everywhere."""
        if axis not in self._slopes:
            self._slopes[axis] = self._slope(axis)
        return self._slopes[axis]

    def _slope(self, axis: int) -> "Quantity | None":
        raise NotImplementedError

    def _axes(self, names: Sequence[Any]) -> list[int]:
        for name in names:
            if not isinstance(name, str) or name not in self._coordinates:
                raise UserError(
                    f"derivative of {self} by {name!r}: no such coordinate; expected names among "
                    f"{', '.join(map(repr, self._coordinates))}, one for each differentiation"
                )
        if not names:
            raise UserError(f"derivative of {self}: expected the names of coordinates")
        return [self._coordinates.index(name) for name in names]

    def _long(self, name: str) -> str:
        """The names that a short form may have meant, or an example."""
        meant = [name] if name in self._coordinates else list(name)
        if not set(meant) <= set(self._coordinates):
            meant = [self._coordinates[0]]
        return ", ".join(f'"{one}"' for one in meant)

    def __repr__(self) -> str:
        return str(self._formula())

    def __getattr__(self, name: str) -> Any:
        """What a tensor has of this name."""
        if name.startswith("_"):  # torch and copy look up such names
            raise AttributeError(name)
        if name == "numpy":
            refuse_numpy(f"{self}.numpy")
        known = getattr(Tensor, name, None)
        if known is None or len(name) == 1 or set(name) <= set(self._coordinates):
            raise UserError(
                f"({self}).{name}: no such derivative or function of a formula; its derivatives "
                f"are written ({self}).d({self._long(name)})"
            )
        if callable(known) and name.endswith("_"):
            raise UserError(f"{self}.{name}: changes values in place; write {name[:-1]}")
        if callable(known):
            return partial(_called, known, self)
        found = getattr(self.value, name)
        attribute = operator.attrgetter(name)
        return Result(attribute, (self,), value=found) if isinstance(found, Tensor) else found

    @classmethod
    def __torch_function__(
        cls,
        function: Function,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if function is torch.autograd.grad:
            raise UserError('torch.autograd.grad: write derivatives as u.x, or (u * u.x).d("x")')
        return _called(function, *args, **(kwargs or {}))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **_: Any) -> Any:
        function = _ARITHMETIC.get(ufunc.__name__)
        if function is None or method != "__call__":
            refuse_numpy(f"np.{ufunc.__name__}")
        return _operated(function, *inputs)

    def __getitem__(self, index: Any) -> Any:
        return _called(operator.getitem, self, index)

    __hash__ = object.__hash__  # as tensors have it, beside an == of numbers
    __neg__, __pos__, __abs__ = _unary(operator.neg), _unary(operator.pos), _unary(operator.abs)
    __add__, __radd__ = _binary(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _binary(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _binary(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _binary(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _binary(_floordiv), _reflected(_floordiv)
    __mod__, __rmod__ = _binary(operator.mod), _reflected(operator.mod)
    __pow__, __rpow__ = _binary(operator.pow), _reflected(operator.pow)
    __lt__, __le__ = _binary(operator.lt), _binary(operator.le)
    __gt__, __ge__ = _binary(operator.gt), _binary(operator.ge)
    __eq__, __ne__ = _binary(operator.eq), _binary(operator.ne)  # type: ignore[assignment]
    __and__, __or__, __xor__ = map(_binary, (operator.and_, operator.or_, operator.xor))
    __invert__ = _unary(operator.invert)


class Result(Quantity):
    """What a function made of quantities and other arguments.

    Parameters
    ----------
    function, arguments, keywords
        At least one argument, or an entry of a list that is one, is a quantity.
    value : Tensor (…, B)
        What the function returned; it is called where this is left out.

    Examples
    --------
    >>> from nas.calculus.fields import Coordinate
    >>> x = Coordinate(("x",), 0, torch.tensor([3.0]))
    >>> square = Result(torch.square, (x,))
    >>> square, square.value, square.d("x").value
    (square(x), tensor([9.]), tensor([6.]))
    """

    def __init__(
        self,
        function: Function,
        arguments: tuple[Any, ...],
        keywords: Mapping[str, Any] | None = None,
        value: Tensor | None = None,
    ) -> None:
        self._function, self._arguments, self._keywords = function, arguments, keywords or {}
        value = self._computed({}) if value is None else value
        super().__init__(next(self._parts())._coordinates, value)
        if value.is_complex():
            refuse_complex(repr(self))

    def _formula(self) -> Formula | str:
        if isinstance(self._function, Slope):
            return self._function.name
        return Formula(self._function, self._arguments, self._keywords)

    def _computed(self, instead: Mapping[int, Tensor]) -> Any:
        """What the function returns, with other values for the quantities of these ids."""
        return self._function(*plain(self._arguments, instead), **plain(self._keywords, instead))

    def _slope(self, axis: int) -> Quantity | None:
        self._check_tensors()
        parts = {id(one): one for one in self._parts()}
        slopes = {
            key: one._along(axis) for key, one in parts.items() if one.value.is_floating_point()
        }
        moving = [key for key, slope in slopes.items() if slope is not None]
        if not moving or not self.value.is_floating_point():
            return None
        arguments = (*(parts[key] for key in moving), *(slopes[key] for key in moving))
        return Result(Slope(self._computed, moving, (self, self._coordinates[axis])), arguments)

    def _parts(self) -> Iterator[Quantity]:
        items = flat((self._arguments, self._keywords))
        return (item for item in items if isinstance(item, Quantity))

    def _check_tensors(self) -> None:
        """A field's tensor has lost its derivatives: what it was taken for would be constant."""
        for item in flat((self._arguments, self._keywords)):
            if isinstance(item, Tensor) and item.requires_grad and not item.is_leaf:
                raise UserError(
                    f"derivative of {self}: in it stands a tensor (u.value, …), of which no "
                    "derivative by coordinates is known; write the field or coordinate itself"
                )


def _called(function: Function, *arguments: Any, **keywords: Any) -> Any:
    """A torch function or method of quantities; what it returns is wrapped where it is a tensor."""
    given = tuple(accepted(item) for item in arguments)
    taken = {key: accepted(item) for key, item in keywords.items()}
    found = function(*plain(given), **plain(taken))
    if isinstance(found, Tensor):
        return Result(function, given, taken, found)
    if isinstance(found, list | tuple) and any(isinstance(one, Tensor) for one in found):
        entries = (Entry(function, index) for index in range(len(found)))
        return type(found)(
            Result(entry, given, taken, one) for entry, one in zip(entries, found, strict=True)
        )
    return found


def _operated(function: Function, *operands: Any) -> Any:
    """An operator of quantities, tensors and numbers; others may know it themselves."""
    given = tuple(accepted(operand) for operand in operands)
    if all(isinstance(operand, Quantity | Tensor | Real) for operand in given):
        return Result(function, given)
    return NotImplemented
