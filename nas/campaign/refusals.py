"""Telling a user what is wrong with a setting, one line for each.

A model's fields say in their ``description`` what they expect; this file turns the errors of
pydantic into ``training.steps: expected an integer ≥ 1, got 'many'``. It knows none of the keys.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from nas.errors import UserError
from nas.one_line import cut


def refuse(
    error: ValidationError, model: type[BaseModel], where: Callable[[str], str]
) -> UserError:
    """One line for each thing that is wrong; ``where`` gives the start of a key's line.

    Examples
    --------
    >>> from pydantic import Field
    >>> class Training(BaseModel):
    ...     steps: Annotated[int, Field(ge=1, description="an integer ≥ 1")]
    >>> try:
    ...     _ = Training(steps="many")
    ... except ValidationError as error:
    ...     print(refuse(error, Training, lambda key: "my.yaml: "))
    my.yaml: steps: expected an integer ≥ 1, got 'many'
    """
    lines = []
    for details in error.errors():
        location = [part for part in details["loc"] if not _is_tag(part)]
        if details["type"] == "invalid_key":
            location[-1] = str(location[-1])
        path = _dotted(location)
        lines.append(f"{where(path)}{path}: {_complaint(details, model, location)}")
    return UserError(*dict.fromkeys(lines))


def unknown_key(model: type[BaseModel], names: Sequence[str]) -> str | None:
    """What to say of the key ``names``, or None if ``model`` has it.

    Examples
    --------
    >>> class Training(BaseModel):
    ...     steps: int
    >>> unknown_key(Training, ["steps"]), unknown_key(Training, ["stops"])
    (None, 'unknown key; did you mean steps?')
    """
    section: type[BaseModel] | None = model
    for index, name in enumerate(names):
        if section is None:
            return f"unknown key; {'.'.join(names[:index])} has no keys, set it as a whole"
        if name not in section.model_fields:
            return _advice(model, section, names[:index], name)
        section = _section(section.model_fields[name])
    return None


def shown(value: object) -> str:
    """``value`` as in the campaign file, on one line and short.

    Examples
    --------
    >>> shown(None), shown(True), shown("many")
    ('null', 'true', "'many'")
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    try:
        return cut(repr(value))
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists in lists
        return "what is too long to be shown"


def _complaint(details: ErrorDetails, model: type[BaseModel], location: list[int | str]) -> str:
    got = shown(details["input"])
    if details["type"] in ("extra_forbidden", "invalid_key"):
        names = [str(part) for part in location]
        return unknown_key(model, names) or f"expected a key, got {got}"
    if details["type"] == "limit":
        return details["msg"]
    if details["type"] == "missing":
        return f"missing; expected {_expectation(model, location)}"
    if details["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", details["ctx"]["expected"])
        near = difflib.get_close_matches(str(details["input"])[:60], choices, n=1)
        advice = f"; did you mean {near[0]!r}?" if near else ""
        return f"expected one of {', '.join(choices)}, got {got}{advice}"
    if details["loc"] and _is_secret(model, details["loc"][0]):
        got = "another value (not shown: it may hold a password)"
    return f"expected {_expectation(model, location)}, got {got}"


def _is_secret(model: type[BaseModel], key: int | str) -> bool:
    """Whether the value of ``key`` must not be repeated."""
    extra = model.model_fields[str(key)].json_schema_extra if key in model.model_fields else None
    return isinstance(extra, dict) and bool(extra.get("secret"))


def _expectation(model: type[BaseModel], location: Sequence[int | str]) -> str:
    """What the field at ``location``, or the items of its list, say that they expect."""
    section: type[BaseModel] | None = model
    description: str | None = None
    field: FieldInfo | None = None
    for part in location:
        if isinstance(part, int) and field is not None:
            item = get_args(field.annotation)[0]
            if get_origin(item) is list:  # of a list or null
                item = get_args(item)[0]
            description = next(
                (m.description for m in get_args(item) if isinstance(m, FieldInfo)), description
            )
        elif section is not None and isinstance(part, str):
            field = section.model_fields[part]
            description, section = field.description, _section(field)
    if description is None and section is not None:
        description = f"keys and values: {', '.join(section.model_fields)}"
    return description or "another value"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """The model that ``field`` holds, perhaps as one member of a union."""
    for kind in (field.annotation, *get_args(field.annotation)):
        bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            return bare
    return None


def _advice(
    model: type[BaseModel], section: type[BaseModel], path: Sequence[str], name: str
) -> str:
    """Name the nearest key: one of this name elsewhere, one of the section, any."""
    everywhere = {key.rpartition(".")[2]: key for key in reversed(_all_keys(model))}
    if name in everywhere:
        return f"unknown key; did you mean {everywhere[name]}?"
    near = difflib.get_close_matches(name, section.model_fields, n=1)
    if near:
        return f"unknown key; did you mean {'.'.join([*path, near[0]])}?"
    near = difflib.get_close_matches(name, everywhere, n=1)
    if near:
        return f"unknown key; did you mean {everywhere[near[0]]}?"
    return f"unknown key; expected one of {', '.join(section.model_fields)}"


def _is_tag(part: int | str) -> bool:
    """Whether ``part`` of a location is no key but tells the members of a union apart."""
    return isinstance(part, str) and re.fullmatch("<[a-z]+>", part) is not None


def _all_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        section = _section(field)
        keys.append(prefix + name)
        keys += _all_keys(section, f"{prefix}{name}.") if section else []
    return keys


def _dotted(location: Sequence[Any]) -> str:
    """``tune.m`` or ``space.depths[1]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")
