"""Numbers as users write them: finite, or none at all."""

import math
from typing import Any

import numpy as np


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
