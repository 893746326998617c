"""What is tuned: one number, which fixes it, or a range [low, high]."""

import sys
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, PlainSerializer, PlainValidator

from nas.campaign import limits

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True)
class Range(Generic[_Number]):
    """From ``low`` to ``high``, both included; equal where one number was given.

    Examples
    --------
    >>> Range(8, 24).fixed, Range(12, 12).fixed
    (False, True)
    """

    low: _Number
    high: _Number

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to tune."""
        return self.low == self.high


def _ends(value: object) -> tuple[Any, Any]:
    if isinstance(value, Range):
        return value.low, value.high
    if isinstance(value, list | tuple) and len(value) == 2:
        return value[0], value[1]
    return value, value


def _pool_sizes(value: object) -> Range[int]:
    low, high = _ends(value)
    for end in (low, high):
        if isinstance(end, bool) or not isinstance(end, int):
            raise ValueError("no integer")
    if not 2 <= low <= high <= limits.EXPERTS:
        raise ValueError("no pool sizes")
    return Range(low, high)


def _numbers(value: object) -> Range[float]:
    low, high = _ends(value)
    for end in (low, high):
        if isinstance(end, bool) or not isinstance(end, int | float):
            raise ValueError("no number")
        if not abs(end) <= sys.float_info.max:  # false for NaN as well
            raise ValueError("not finite")
    if low > high:
        raise ValueError("no range")
    return Range(float(low), float(high))


def _exponents(value: object) -> Range[float]:
    found = _numbers(value)
    # At p = 1 the sparsity term is constant, so a range across it would have a hole.
    if found.low <= 0 or found.low <= 1 <= found.high or found.high > limits.EXPONENT:
        raise ValueError("no exponents")
    return found


def _thresholds(value: object) -> Range[float]:
    found = _numbers(value)
    if found.low <= 0 or found.high >= 1:
        raise ValueError("no thresholds")
    return found


def as_written(value: Range[Any]) -> Any:
    """The number or the list of two that a campaign file has for a range.

    Examples
    --------
    >>> as_written(Range(8, 24)), as_written(Range(12, 12))
    ([8, 24], 12)
    """
    return value.low if value.fixed else [value.low, value.high]


PoolSizes = Annotated[
    Range[int],
    PlainValidator(_pool_sizes),
    PlainSerializer(as_written),
    Field(
        description=f"an integer from 2 to {limits.EXPERTS}, "
        "or a range [low, high] of such with low ≤ high"
    ),
]
Exponents = Annotated[
    Range[float],
    PlainValidator(_exponents),
    PlainSerializer(as_written),
    Field(
        description=f"a number above 0 other than 1, at most {limits.EXPONENT:.0f}, "
        "or a range [low, high] of such on one side of 1 with low ≤ high"
    ),
]
Thresholds = Annotated[
    Range[float],
    PlainValidator(_thresholds),
    PlainSerializer(as_written),
    Field(
        description="a number between 0 and 1 (both excluded), "
        "or a range [low, high] of such with low ≤ high"
    ),
]
