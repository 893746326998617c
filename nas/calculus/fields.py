"""What a residual is written with: ``u.t + u * u.x - nu * u.xx``.

Axis legend: B points, D coordinates, S derivatives; … any leading axes (experts of a stack).

A `Field` stands for one component of the solution. It behaves like its value in arithmetic and
in torch functions, and ``u.xt`` is its derivative by the coordinates named. An `Expression`
wraps a user's function of fields and coordinates, which it passes by parameter name, and finds
out which derivatives the function needs by calling it once.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from nas.calculus.activations import MAX_ORDER
from nas.calculus.derivatives import Derivative, DerivativeSet, Laplacian, unit
from nas.errors import UserError

Operand: TypeAlias = "Field | Tensor | float"
Residual = Callable[..., Any]  # fields and coordinates by name -> Tensor, or a tuple of them


class Field:
    """One component of the solution at B points; its value and derivatives are (…, B).

    Parameters
    ----------
    name, coordinates
        For errors, and the letters that derivatives are named by.
    fetch
        Returns a derivative (…, B); it is called for those that are asked for, and no others.

    Examples
    --------
    >>> known = {(0, 0): torch.tensor([3.0]), (1, 0): torch.tensor([2.0])}
    >>> u = Field("u", ("x", "t"), known.__getitem__)
    >>> u * u.x + 1
    tensor([7.])
    """

    __array_ufunc__ = None  # so that numpy leaves ``scalar * field`` to `__rmul__` of the field

    def __init__(
        self, name: str, coordinates: Sequence[str], fetch: Callable[[Derivative], Tensor]
    ) -> None:
        self._name = name
        self._coordinates = tuple(coordinates)
        self._fetch = fetch

    @property
    def value(self) -> Tensor:
        """The component itself."""
        return self._fetch((0,) * len(self._coordinates))

    def __getattr__(self, letters: str) -> Tensor:
        if letters.startswith("_"):  # torch and copy look up such names; they are no derivatives
            raise AttributeError(letters)
        unknown = [letter for letter in letters if letter not in self._coordinates]
        if unknown or len(letters) > MAX_ORDER:
            names = ", ".join(self._coordinates)
            raise UserError(
                f"{self._name}.{letters}: no such derivative; expected {self._name} and 1 to "
                f"{MAX_ORDER} letters of the coordinates {names}, "
                f"such as {self._name}.{self._coordinates[0] * 2}"
            )
        return self._fetch(tuple(letters.count(name) for name in self._coordinates))

    def laplacian(self) -> Tensor:
        """The sum of the second derivatives by all coordinates but time (``t``)."""
        axes = tuple(axis for axis, name in enumerate(self._coordinates) if name != "t")
        return self._fetch(Laplacian(axes))

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        values = [_value(argument) for argument in args]
        return function(*values, **{key: _value(item) for key, item in (kwargs or {}).items()})

    def __neg__(self) -> Tensor:
        return -self.value

    def __pos__(self) -> Tensor:
        return self.value

    def __abs__(self) -> Tensor:
        return self.value.abs()

    def __add__(self, other: Operand) -> Tensor:
        return self.value + _number(other)

    def __radd__(self, other: Operand) -> Tensor:
        return _number(other) + self.value

    def __sub__(self, other: Operand) -> Tensor:
        return self.value - _number(other)

    def __rsub__(self, other: Operand) -> Tensor:
        return _number(other) - self.value

    def __mul__(self, other: Operand) -> Tensor:
        return self.value * _number(other)

    def __rmul__(self, other: Operand) -> Tensor:
        return _number(other) * self.value

    def __truediv__(self, other: Operand) -> Tensor:
        return self.value / _number(other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return _number(other) / self.value

    def __pow__(self, other: Operand) -> Tensor:
        return self.value ** _number(other)

    def __rpow__(self, other: Operand) -> Tensor:
        return _number(other) ** self.value

    def __lt__(self, other: Operand) -> Tensor:
        return self.value < _number(other)

    def __le__(self, other: Operand) -> Tensor:
        return self.value <= _number(other)

    def __gt__(self, other: Operand) -> Tensor:
        return self.value > _number(other)

    def __ge__(self, other: Operand) -> Tensor:
        return self.value >= _number(other)


def laplacian(field: Field) -> Tensor:
    """Δu over all coordinates but time (``t``): as one derivative, cheaper than ``u.xx + u.yy``.

    Examples
    --------
    >>> probe = torch.rand(4, 3)
    >>> waves = Expression(lambda u: u.tt - laplacian(u), ["u"], ["x", "y", "t"], "waves", probe)
    >>> Laplacian(axes=(0, 1)) in waves.derivatives
    True
    """
    return field.laplacian()


def _number(operand: Operand) -> Tensor | float:
    return operand.value if isinstance(operand, Field) else operand


def _value(operand: Any) -> Any:
    if isinstance(operand, Field):
        return operand.value
    if isinstance(operand, list | tuple):  # torch.stack([u, v])
        return type(operand)(_value(item) for item in operand)
    return operand


class Expression:
    """A user's function of fields and coordinates, and the derivatives that it needs.

    Parameters
    ----------
    function
        Takes any of the fields and coordinates as parameters, by name, and returns a tensor, or
        a tuple of tensors for a system of equations.
    fields, coordinates
        The names that may be asked for.
    where
        What to call this expression in an error, such as ``residual of burgers``.
    probe : Tensor (B, D)
        Points of the domain at which the function is tried once.

    Raises
    ------
    UserError
        If the function asks for an unknown name or derivative, raises, or returns something
        other than one number a point.

    Examples
    --------
    >>> probe = torch.rand(4, 2)
    >>> heat = Expression(lambda u: u.t - 0.5 * u.xx, ["u"], ["x", "t"], "heat", probe)
    >>> sorted(heat.derivatives)
    [(0, 1), (2, 0)]
    >>> jet = torch.tensor([9.0, 9.0, 3.0, 4.0]).view(4, 1, 1)  # u, u_x, u_t, u_xx at one point
    >>> heat(jet, DerivativeSet(heat.derivatives, 2), torch.zeros(1, 2))
    [tensor([1.])]
    """

    def __init__(
        self,
        function: Residual,
        fields: Sequence[str],
        coordinates: Sequence[str],
        where: str,
        probe: Tensor,
    ) -> None:
        self._function = function
        self._fields = tuple(fields)
        self._coordinates = tuple(coordinates)
        self._where = where
        self._parameters = self._checked_parameters()
        self.derivatives: frozenset[Derivative] = frozenset()
        self.probed = self._probe(probe)

    def __call__(self, jet: Tensor, derivatives: DerivativeSet, points: Tensor) -> list[Tensor]:
        """The residuals, each (…, B), of a jet (…, S, B, C) at points (B, D)."""

        def component(index: int) -> Callable[[Derivative], Tensor]:
            return lambda derivative: jet[..., derivatives.index[derivative], :, index]

        fetchers = [component(index) for index in range(len(self._fields))]
        residuals = self._evaluate(fetchers, points)
        return [residual.expand(*jet.shape[:-3], len(points)) for residual in residuals]

    def _evaluate(
        self, fetchers: Sequence[Callable[[Derivative], Tensor]], points: Tensor
    ) -> list[Tensor]:
        values: dict[str, Any] = {
            name: Field(name, self._coordinates, fetch)
            for name, fetch in zip(self._fields, fetchers, strict=True)
        }
        values |= dict(zip(self._coordinates, points.unbind(-1), strict=True))
        result = self._function(**{name: values[name] for name in self._parameters})
        results = result if isinstance(result, list | tuple) else (result,)
        return [_as_tensor(_value(item), points) for item in results]

    def _checked_parameters(self) -> list[str]:
        known = (*self._fields, *self._coordinates)
        parameters = inspect.signature(self._function).parameters
        for name, parameter in parameters.items():
            # A default, or functools.partial, has given a coefficient its value already.
            if name not in known and parameter.default is inspect.Parameter.empty:
                raise UserError(
                    f"{self._where}: unknown parameter {name!r}; "
                    f"expected parameters among {', '.join(known)}"
                )
        return [name for name in parameters if name in known]

    def _probe(self, points: Tensor) -> list[Tensor]:
        """Call the function on invented derivatives; note what it asks for, check its answer."""
        asked: set[Derivative] = set()

        def invented(index: int) -> Callable[[Derivative], Tensor]:
            def fetch(derivative: Derivative) -> Tensor:
                asked.add(derivative)
                return _invented(derivative, index, points)

            return fetch

        try:
            residuals = self._evaluate([invented(c) for c in range(len(self._fields))], points)
        except UserError as error:
            raise UserError(f"{self._where}: {error}") from error
        except Exception as error:
            message = " ".join(str(error).split())
            raise UserError(
                f"{self._where}: raised {type(error).__name__}: {message}; "
                "it is called with fields, and coordinates as tensors of shape (points,)"
            ) from error
        if not residuals:
            raise UserError(f"{self._where}: expected at least one equation, got an empty tuple")
        for residual in residuals:
            if residual.shape not in {points.shape[:1], torch.Size(())}:
                raise UserError(
                    f"{self._where}: expected one number a point, shape ({len(points)},), "
                    f"got shape {tuple(residual.shape)}"
                )
        self.derivatives = frozenset(asked)
        return [residual.expand(len(points)) for residual in residuals]


def _as_tensor(value: Any, points: Tensor) -> Tensor:
    try:
        return torch.as_tensor(value, dtype=points.dtype, device=points.device)
    except (TypeError, ValueError, RuntimeError):
        raise UserError(f"expected a tensor, got {value!r}") from None


def _invented(derivative: Derivative, field: int, points: Tensor) -> Tensor:
    """A positive wave (B,) for each derivative of each field, no two alike; Δu is a sum of them.

    Two expressions agree on them only if they ask for the same derivatives in the same way, which
    is what a problem's fingerprint rests on.
    """
    if isinstance(derivative, Laplacian):
        dimension = points.shape[-1]
        second = (tuple(2 * count for count in unit(axis, dimension)) for axis in derivative.axes)
        return sum((_invented(one, field, points) for one in second), points.new_zeros(()))
    code = field
    for count in derivative:
        code = code * (MAX_ORDER + 1) + count  # digits: a different number for each derivative
    return 1.5 + torch.sin(points.sum(-1) * 1.3 + 0.618 * code)
