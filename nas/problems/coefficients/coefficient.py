"""What data on a grid and scattered data have in common: axes by name, and how they are called.

Axis legend: B points, D coordinates; … any leading axes.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from nas.calculus.quantities import Quantity, Result
from nas.errors import UserError
from nas.problems.domains import Array
from nas.problems.domains.finite import finite

_SLACK = 1e-9  # of an axis: outside by rounding


class Coefficient(ABC):
    """A smooth function of some coordinates through given values.

    Parameters
    ----------
    axes
        For each coordinate by name the numbers (n,) that belong to it.

    Raises
    ------
    UserError
        If there are no axes, or one holds other than finite numbers.

    Examples
    --------
    >>> class Doubled(Coefficient):
    ...     def _values(self, x):
    ...         return 2 * x
    >>> Doubled({"x": [0, 1]})(torch.tensor([0.5]))
    tensor([1.])
    """

    def __init__(self, axes: Mapping[str, Any]) -> None:
        where = type(self).__name__
        if not axes:
            raise UserError(f"{where}: expected the coordinates by name, such as x=[0, 0.5, 1]")
        self.axes = {name: finite(f"{where}: {name}", values) for name, values in axes.items()}

    def __call__(self, *coordinates: Any, **named: Any) -> Any:
        """Its values (…, B) at coordinates (…, B), in the order of the axes or by their names.

        Raises
        ------
        UserError
            If they are not as many as the axes, in another order, or lie outside these.
        """
        where = type(self).__name__
        given = dict(zip(self.axes, coordinates, strict=False)) | named
        if set(given) != set(self.axes) or len(coordinates) + len(named) != len(self.axes):
            raise UserError(
                f"{where}: expected to be called with {', '.join(self.axes)}, got "
                f"{len(coordinates)} in order and {', '.join(named) or 'none'} by name"
            )
        for name, one in zip(self.axes, coordinates, strict=False):
            if isinstance(one, Quantity) and repr(one) in self.axes and repr(one) != name:
                raise UserError(
                    f"{where}: expected to be called with {', '.join(self.axes)} in this order, "
                    f"got {one!r} for {name}; or name them, {name}={name}"
                )
        arguments = tuple(given[name] for name in self.axes)
        if any(isinstance(one, Quantity) for one in arguments):
            return Result(self._checked, arguments)
        return self._checked(*(torch.as_tensor(one) for one in arguments))

    def _checked(self, *columns: Tensor) -> Tensor:
        for (name, axis), column in zip(self.axes.items(), columns, strict=True):
            low, high = float(axis.min()), float(axis.max())
            slack = _SLACK * (high - low)
            if bool(((column < low - slack) | (column > high + slack)).any()):
                least, most = (float(one) for one in column.detach().aminmax())
                raise UserError(
                    f"{type(self).__name__}: expected {name} within {low:g} to {high:g}, where "
                    f"there are data, got {least:g} to {most:g}"
                )
        return self._values(*columns)

    @abstractmethod
    def _values(self, *columns: Tensor) -> Tensor:
        """The function (…, B), by torch functions that can be differentiated."""


def lengths(axes: Mapping[str, Sequence[float] | Array]) -> str:
    """How many numbers each axis has, for errors.

    Examples
    --------
    >>> lengths({"x": [0, 1], "y": [0, 1, 2]})
    'x: 2, y: 3'
    """
    return ", ".join(f"{name}: {len(values)}" for name, values in axes.items())
