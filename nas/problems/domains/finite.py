"""Numbers as users write them: finite, or none at all."""

import math
from typing import Any

import numpy as np

from nas.errors import UserError
from nas.problems.domains.domain import Array


def number(value: Any) -> float:
    """A finite number as float, or NaN for what is none: text, truth values, infinity.

    Examples
    --------
    >>> number(2), number("2"), number(True)
    (2.0, nan, nan)
    """
    if isinstance(value, bool | np.bool_ | str | bytes):
        return math.nan
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def numbers(value: Any) -> tuple[float, ...]:
    """A sequence of numbers, each as by `number`; empty for what is no sequence.

    Examples
    --------
    >>> numbers((1, 2)), numbers(3), numbers("12")
    ((1.0, 2.0), (), ())
    """
    if isinstance(value, str | bytes):
        return ()
    try:
        return tuple(number(entry) for entry in value)
    except TypeError:
        return ()


def finite(where: str, values: Any, advice: str = "") -> Array:
    """``values`` as an array of finite numbers.

    Parameters
    ----------
    where
        What they are, for errors.
    advice
        What to do where some are not finite.

    Raises
    ------
    UserError
        If they are none.

    Examples
    --------
    >>> finite("k", [1, 2]).tolist()
    [1.0, 2.0]
    >>> finite("k", [1, float("inf")], "leave it out")
    Traceback (most recent call last):
    nas.errors.UserError: k: expected finite numbers, got inf in row 2; leave it out
    """
    if np.ma.is_masked(values):
        raise UserError(
            f"{where}: expected numbers, got masked ones among them; {advice or 'leave them out'}"
        )
    try:
        given = np.asarray(values)
        if np.iscomplexobj(given):
            raise UserError(f"{where}: expected real numbers, got complex ones")
        array = given.astype(np.float64)
    except (TypeError, ValueError, RuntimeError):  # the last of tensors that require gradients
        raise UserError(f"{where}: expected numbers, got {values!r:.60}") from None
    wrong = ~np.isfinite(array)
    if wrong.any():
        place = f" in row {int(np.argwhere(wrong)[0, 0]) + 1}" if array.ndim else ""
        raise UserError(
            f"{where}: expected finite numbers, got {array[wrong][0]}{place}"
            f"{'; ' * bool(advice)}{advice}"
        )
    return array
