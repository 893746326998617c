"""What a residual is written with: ``u.t + u * u.x - nu * u.xx``.

Axis legend: B points; … any leading axes (experts of a stack).

A `Field` stands for one component of the solution, and ``u.xt`` is its derivative by the
coordinates named. Fields, their derivatives, coordinates, unknown coefficients and columns of
data are the quantities that all others are made of.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from nas.calculus.activations import MAX_ORDER
from nas.calculus.derivatives import Derivative, Laplacian, MultiIndex, order_of
from nas.calculus.quantities import Quantity
from nas.errors import UserError

OWN_NAMES = ("value", "derivative", "normal")  # what a field has beside those of coordinates
TIMES = ("t", "time")  # coordinates that a Laplacian leaves out


class Coordinate(Quantity):
    """A coordinate of the points.

    Parameters
    ----------
    coordinates, axis
        All names, and which of them it is.
    value : Tensor (B,)

    Examples
    --------
    >>> t = Coordinate(("x", "t"), 1, torch.tensor([0.5]))
    >>> t, (t**3).d("t").value
    (t, tensor([0.7500]))
    """

    def __init__(self, coordinates: Sequence[str], axis: int, value: Tensor) -> None:
        super().__init__(coordinates, value)
        self._axis = axis

    def _formula(self) -> str:
        return self._coordinates[self._axis]

    def _slope(self, axis: int) -> Quantity | None:
        one = Constant("1", self._coordinates, torch.ones_like(self.value))
        return one if axis == self._axis else None


class Constant(Quantity):
    """What is the same at all points, such as an unknown coefficient.

    Examples
    --------
    >>> nu = Constant("nu", ("x",), torch.tensor([0.1]))
    >>> nu.d("x").value
    tensor([0.])
    """

    def __init__(self, name: str, coordinates: Sequence[str], value: Tensor) -> None:
        super().__init__(coordinates, value)
        self._name = name

    def _formula(self) -> str:
        return self._name

    def _slope(self, axis: int) -> Quantity | None:
        return None


class Column(Constant):
    """Numbers that are given with the points, and so have no derivatives.

    Examples
    --------
    >>> Column("observed", ("x",), torch.tensor([0.1])).d("x")
    Traceback (most recent call last):
    nas.errors.UserError: derivative of observed: its values are known at the points alone
    """

    def _slope(self, axis: int) -> Quantity | None:
        raise UserError(f"derivative of {self}: its values are known at the points alone")


class Component(Quantity):
    """A derivative of a component of the solution, or the component itself.

    Parameters
    ----------
    name, coordinates
        Of the field, and of all coordinates.
    derivative
        Which it is.
    fetch
        Returns a derivative (…, B); it is called for those whose values are asked for, and no
        others.

    Examples
    --------
    >>> known = {(1, 0): torch.tensor([2.0]), (1, 1): torch.tensor([7.0])}
    >>> slope = Component("u", ("x", "t"), (1, 0), known.__getitem__)
    >>> (slope**2).d("t").value
    tensor([28.])
    """

    def __init__(
        self,
        name: str,
        coordinates: Sequence[str],
        derivative: Derivative,
        fetch: Callable[[Derivative], Tensor],
    ) -> None:
        super().__init__(coordinates, None)
        self._name = name
        self._derivative = derivative
        self._fetch = fetch

    @property
    def value(self) -> Tensor:
        """The numbers (…, B)."""
        if self._value is None:
            self._value = self._fetch(self._derivative)
        return self._value

    def derivative(self, *names: str) -> Quantity:
        """See `Quantity`; only the last derivative is asked for, none on the way to it."""
        axes = self._axes(names)
        if isinstance(self._derivative, Laplacian):
            return super().derivative(*names)
        return self._component(_higher(self._derivative, axes))

    def _component(self, derivative: Derivative) -> "Component":
        if order_of(derivative) > MAX_ORDER:
            raise UserError(
                f"{_written(self._name, self._coordinates, derivative)}: no such derivative; "
                f"expected {self._name} and 1 to {MAX_ORDER} coordinates"
            )
        return Component(self._name, self._coordinates, derivative, self._fetch)

    def _slope(self, axis: int) -> Quantity | None:
        if not isinstance(self._derivative, Laplacian):
            return self._component(_higher(self._derivative, [axis]))
        nothing = (0,) * len(self._coordinates)
        third = (_higher(nothing, [other, other, axis]) for other in self._derivative.axes)
        return _sum([self._component(one) for one in third])

    def _formula(self) -> str:
        return _written(self._name, self._coordinates, self._derivative)


class Field(Component):
    """One component of the solution at B points; its value and derivatives are (…, B).

    ``u.xt`` is a derivative by coordinates of one letter, ``u.theta`` the first one by a
    coordinate's whole name, ``u.d("x1", "x1")`` or ``u.derivative("x1", "x1")`` any of them;
    ``u.n`` or ``u.normal`` is the one along the outward normal. Where a coordinate is called d or
    n, ``u.d`` and ``u.n`` are the derivatives by it.

    Parameters
    ----------
    name, coordinates, fetch
        As of `Component`.
    normal : of D quantities (B,)
        The outward normal, where the points lie on parts of the boundary.

    Examples
    --------
    >>> known = {(0, 0): torch.tensor([3.0]), (1, 0): torch.tensor([2.0])}
    >>> u = Field("u", ("x", "t"), known.__getitem__)
    >>> equation = u * u.x + 1
    >>> equation, equation.value
    (u*u.x + 1, tensor([7.]))
    """

    def __init__(
        self,
        name: str,
        coordinates: Sequence[str],
        fetch: Callable[[Derivative], Tensor],
        normal: Sequence[Quantity] = (),
    ) -> None:
        super().__init__(name, coordinates, (0,) * len(coordinates), fetch)
        self._normal = normal

    @property
    def d(self) -> Any:
        """The long form of derivatives, or the derivative by a coordinate called d."""
        return self.derivative("d") if "d" in self._coordinates else self.derivative

    @property
    def normal(self) -> Quantity:
        """The derivative along the outward normal."""
        if not self._normal:
            raise UserError(
                f"{self}.n: the derivative along the outward normal is known on parts of the "
                "boundary alone, in their conditions"
            )
        pairs = zip(self._coordinates, self._normal, strict=True)
        return _sum([along * self.derivative(name) for name, along in pairs])

    def __getattr__(self, name: str) -> Any:
        """A derivative by its short form, the normal one, or what a tensor has of this name."""
        if name in self._coordinates:
            return self.derivative(name)
        if set(name) <= set(self._coordinates) and len(name) <= MAX_ORDER:
            return self.derivative(*name)
        if name == "n":
            return self.normal
        is_function = len(name) > 1 and not set(name) <= set(self._coordinates)
        if name.startswith("_") or (is_function and hasattr(Tensor, name)):
            return super().__getattr__(name)
        raise UserError(f"{self}.{name}: no such derivative; expected {self._forms()}")

    def _forms(self) -> str:
        names = self._coordinates
        letters = [name for name in names if len(name) == 1]
        long = f'{self}.d("{names[0]}", "{names[0]}")'
        if len(letters) == len(names):
            return (
                f"{self} and 1 to {MAX_ORDER} letters of the coordinates {', '.join(names)}, "
                f"such as {self}.{names[0] * 2}"
            )
        return f"derivatives by the coordinates {', '.join(names)}, such as {long}"

    def _laplacian(self) -> Quantity:
        axes = tuple(self._coordinates.index(name) for name in _places(self))
        return self._component(Laplacian(axes))


def laplacian(field: Any) -> Any:
    """Δu over all coordinates but time (``t`` or ``time``), which have to be Cartesian ones.

    Of a field it is one derivative, cheaper than ``u.xx + u.yy``; of a formula, such as
    ``laplacian(u**3 - u)`` or ``laplacian(laplacian(u))``, the sum of its second derivatives. Of a
    `nas.Complex` it has both parts.

    Raises
    ------
    UserError
        If it is of something else, or there is no coordinate but time.

    Examples
    --------
    >>> known = {Laplacian(axes=(0, 1)): torch.tensor([4.0])}
    >>> u = Field("u", ("x", "y", "t"), known.__getitem__)
    >>> laplacian(u).value
    tensor([4.])
    """
    if isinstance(field, Quantity) and not isinstance(field, Field):
        return _sum([field.derivative(name, name) for name in _places(field)])
    if not hasattr(type(field), "_laplacian"):
        raise UserError(f"laplacian({field}): expected a field, or a formula of fields")
    return field._laplacian()


def _places(quantity: Quantity) -> list[str]:
    """The coordinates but time."""
    names = [name for name in quantity._coordinates if name not in TIMES]
    if not names:
        raise UserError(f"laplacian({quantity}): there is no coordinate but time")
    return names


def _sum(terms: Sequence[Quantity]) -> Quantity:
    return sum(terms[1:], start=terms[0])


def _higher(derivative: MultiIndex, axes: Sequence[int]) -> MultiIndex:
    return tuple(count + axes.count(axis) for axis, count in enumerate(derivative))


def _written(name: str, coordinates: Sequence[str], derivative: Derivative) -> str:
    if isinstance(derivative, Laplacian):
        return f"laplacian({name})"
    pairs = zip(coordinates, derivative, strict=True)
    by = [one for one, count in pairs for _ in range(count)]
    if all(len(one) == 1 for one in by) or len(by) == 1:
        return f"{name}.{''.join(by)}" if by else name
    return f"{name}.d({', '.join(map(repr, by))})"
