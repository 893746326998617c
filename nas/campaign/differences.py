"""In what two configurations differ, key by key."""

import json
from collections.abc import Mapping
from typing import Any

_ABSENT = object()


def differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """One text for each key in which two configurations, as resolved, differ.

    Examples
    --------
    >>> differences({"training": {"steps": 3000}}, {"training": {"steps": 500}})
    ['training.steps is 3000 there and 500 here']
    """
    found = []
    for key in dict.fromkeys([*there, *here]):
        one, other = there.get(key, _ABSENT), here.get(key, _ABSENT)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found += [f"{key}.{text}" for text in differences(one, other)]
        elif one != other:
            found.append(f"{key} is {_written(one)} there and {_written(other)} here")
    return found


def _written(value: object) -> str:
    return "absent" if value is _ABSENT else json.dumps(value, ensure_ascii=False)
