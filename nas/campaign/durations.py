"""Durations as people write them: a number of seconds, or hours, minutes and seconds in words."""

import math
import re
from typing import Annotated

from pydantic import Field, PlainValidator

from nas.campaign import limits

LEAST = 10.0  # seconds; in less, starting the workers is most of what is done
LONGEST = 1000  # characters; to look for a duration in more takes long

_NUMBER = r"(\d+\.?\d*|\.\d+)"
_UNITS = {3600.0: "h|hours?", 60.0: "m|min|minutes?", 1.0: "s|sec|seconds?"}  # longest first
_WRITTEN = re.compile(
    "".join(rf"(?:{_NUMBER}\s*(?:{names})\s*)?" for names in _UNITS.values()), re.IGNORECASE
)


def seconds(value: object) -> float:
    """What ``value`` means in seconds; a bare number is a number of seconds.

    Raises
    ------
    ValueError
        If it is no finite number, or text of hours, minutes and seconds in this order.

    Examples
    --------
    >>> [seconds(text) for text in ("5 min", "5m", "300 s", "300", 300, "0.5 h", "1h30m")]
    [300.0, 300.0, 300.0, 300.0, 300.0, 1800.0, 5400.0]
    """
    if isinstance(value, str):
        value = _of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no duration")
    try:
        found = float(value)
    except OverflowError as error:
        raise ValueError("too long") from error
    if not math.isfinite(found):
        raise ValueError("not finite")
    return found


def _of_text(text: str) -> float:
    if len(text) > LONGEST:
        raise ValueError("no duration")
    if re.fullmatch(_NUMBER, text):
        return float(text)
    found = _WRITTEN.fullmatch(text)
    if not text or found is None:
        raise ValueError("no duration")
    parts = zip(_UNITS, found.groups(), strict=True)
    return sum(unit * float(number) for unit, number in parts if number is not None)


def _budget(value: object) -> float | None:
    if value is None:
        return None
    found = seconds(value)
    if not LEAST <= found <= limits.BUDGET:
        raise ValueError("too short or too long")
    return found


Budget = Annotated[
    float | None,
    PlainValidator(_budget),
    Field(
        description=f"at least {LEAST:.0f} s and at most a year: a number of seconds, or a text "
        "such as 5 min, 300 s or 1 h 30 min"
    ),
]
