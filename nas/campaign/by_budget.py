"""Defaults of a campaign file that a budget changes."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError


def seeds(given: object, info: ValidationInfo) -> object:
    """Where none is given: one, or with a budget as many as workers, none of which then waits.

    Examples
    --------
    >>> from types import SimpleNamespace as Info
    >>> seeds(None, Info(data={"parallel": Info(workers=4), "budget": 60.0}))
    4
    """
    known = info.data  # what was wrong with it has been told already
    scheduled = len(known.get("schedule") or ())
    if isinstance(given, int) and 0 < scheduled < given:
        told = f"expected at most {scheduled}, the repetitions of the schedule"
        raise PydanticCustomError("limit", f"{told}, got {given}")
    if given is not None:
        return given
    if scheduled:
        return scheduled
    return known["parallel"].workers if known.get("budget") and "parallel" in known else 1


def default(iterations: object, budget: object) -> Callable[[object, ValidationInfo], object]:
    """A validator that puts a default, in place of none: of two, the second with a budget.

    Examples
    --------
    >>> from types import SimpleNamespace as Info
    >>> default(12, 3)(None, Info(data={"budget": 60.0})), default(12, 3)(5, Info(data={}))
    (3, 5)
    """

    def given(value: object, info: ValidationInfo) -> object:
        if value is not None:
            return value
        return budget if is_given(info.data) else iterations

    return given


def is_given(known: Mapping[str, Any]) -> bool:
    """Whether what is ``known`` of a campaign has a budget, or what one became.

    Examples
    --------
    >>> is_given({"budget": 60.0, "schedule": None}), is_given({})
    (True, False)
    """
    return bool(known.get("budget") or known.get("schedule"))
