"""What a formula may not hold, in one line each: what is wrong, and what to write instead."""

from collections.abc import Iterator
from typing import Any, Never, NoReturn

import torch

from nas.errors import UserError

CHOOSE = "a choice point by point is torch.where(condition, a, b)"
INTEGRAL = "a mean or an integral over the domain is a condition of its own, nas.Integral"
MEASURED = "measured values are a coefficient, nas.GridData or nas.ScatteredData"
_OF_POINTS = {
    "mean",
    "average",
    "sum",
    "trapezoid",
    "cumsum",
    "max",
    "min",
    "median",
    "sort",
    "diff",
}


def refuse_numpy(function: str) -> NoReturn:
    """Raise what tells that NumPy, or another library, was handed fields or coordinates.

    Examples
    --------
    >>> refuse_numpy("np.sin")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: np.sin: NumPy cannot work on fields and coordinates; write torch.sin
    """
    name = function.rpartition(".")[2]
    if name in _OF_POINTS:
        remedy = INTEGRAL
    elif callable(getattr(torch, name, None)):
        remedy = f"write torch.{name}"
    else:
        remedy = f"write it with torch functions; {MEASURED}"
    raise UserError(f"{function}: NumPy cannot work on fields and coordinates; {remedy}")


def refuse_complex(what: str) -> NoReturn:
    """Raise what tells that fields are real, and how a complex unknown is written.

    Examples
    --------
    >>> refuse_complex("2j")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: complex numbers (2j): fields and residuals are real; write ...
    """
    raise UserError(
        f"complex numbers ({what}): fields and residuals are real; write a complex unknown as two "
        "real fields, fields=('a', 'b') and w = nas.Complex(a, b), and return (r.real, r.imag)"
    )


def refuse_truth(what: str) -> NoReturn:
    """Raise what tells that ``if``, ``and``, ``min`` cannot decide for all points at once.

    Examples
    --------
    >>> refuse_truth("x > 0.5")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: if, and, or, not, min, max on x > 0.5: it differs from point to ...
    """
    raise UserError(
        f"if, and, or, not, min, max on {what}: it differs from point to point; {CHOOSE}, "
        "and conditions are joined by & and |"
    )


def refuse_number(what: str) -> NoReturn:
    """Raise what tells that a function of one number (``math.sin``, ``float``) got many.

    Examples
    --------
    >>> refuse_number("x")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: x is one number a point, not a single one: write torch.sin, not ...
    """
    raise UserError(
        f"{what} is one number a point, not a single one: write torch.sin, not math.sin, and so on"
    )


def refuse_points(what: str) -> NoReturn:
    """Raise what tells that a formula holds at each point by itself.

    Examples
    --------
    >>> refuse_points("sum(u)")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: sum(u): a formula holds at each point by itself, and may not go ...
    """
    raise UserError(
        f"{what}: a formula holds at each point by itself, and may not go through the points; "
        f"{INTEGRAL}; torch.zeros_like(x) has one number a point"
    )


class PointByPoint:
    """What has one number a point, and refuses to be taken for a number, an array or a list.

    Examples
    --------
    >>> from nas.calculus.fields import Coordinate
    >>> x = Coordinate(("x",), 0, torch.rand(3))
    >>> min(x, 1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: if, and, or, not, min, max on x > 1: it differs from point to ...
    """

    def __bool__(self) -> bool:
        refuse_truth(repr(self))

    def __float__(self) -> float:
        refuse_number(repr(self))

    def __int__(self) -> int:
        refuse_number(repr(self))

    def __complex__(self) -> complex:
        refuse_number(repr(self))

    def __len__(self) -> int:
        refuse_points(f"len({self})")

    def __iter__(self) -> Iterator[Never]:
        refuse_points(f"for, sum or list of {self}")

    def __array_function__(self, function: Any, *_: Any) -> Never:
        refuse_numpy(f"np.{function.__name__}")

    def __array__(self, *_: Any, **__: Any) -> Never:
        refuse_numpy(f"an array of {self}")

    def __setitem__(self, index: Any, value: Any) -> None:
        raise UserError(f"{self}[…] = …: changes values in place; {CHOOSE}")

    def __call__(self, *_: Any, **__: Any) -> Never:
        raise UserError(
            f"{self}(…): {self} is no function but its value at each point; what holds elsewhere "
            "is a condition there, both ends are compared by nas.Periodic, and derivatives by name "
            'are u.derivative("x")'
        )
