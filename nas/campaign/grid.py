"""A search space written out in a campaign file: for each axis the list of its levels.

Its keys, types, defaults and error messages follow from `nas.search_spaces.AXES`, and the names of
levels from the network families (`nas.networks.CHOICES`); so this file names no axis.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from nas.campaign import limits
from nas.networks import CHOICES
from nas.search_spaces import AXES, Axis

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
KEYS = f"{{{', '.join(axis.plural for axis in AXES)}}}"


def one_of(names: Sequence[str]) -> Callable[[object], object]:
    """A validator that lets through what is one of ``names``.

    Examples
    --------
    >>> one_of(["sine", "tanh"])("tanh")
    'tanh'
    """

    def check(value: object) -> object:
        if value not in names:
            expected = ", ".join(repr(name) for name in names)
            raise PydanticKnownError("literal_error", {"expected": expected})
        return value

    return check


def complete(space: Any) -> Any:
    """A resolved space with the axes that it leaves out, or that it was written before, at their
    defaults; anything else as it is.

    Examples
    --------
    >>> complete("full_grid")
    'full_grid'
    >>> complete({"depths": [2]})["depths"]
    [2]
    """
    if not isinstance(space, Mapping):
        return space
    return {axis.plural: [axis.default] for axis in AXES if axis.default is not None} | {**space}


class Levels(BaseModel):
    """Levels of each axis.

    An axis at its default alone is not written: the configuration of a campaign that does not vary
    it stays what it was before the axis existed.

    Examples
    --------
    >>> Levels().model_dump()  # the axes are added by `Grid`
    {}
    """

    model_config = STRICT

    @model_validator(mode="after")
    def _not_too_many(self) -> "Levels":
        found = math.prod(len(levels) for _, levels in self)
        if found > limits.CANDIDATES:
            told = f"expected at most {limits.CANDIDATES:,} candidates, got {found:,}"
            raise PydanticCustomError("limit", f"{told}; leave out some levels")
        return self

    @model_serializer(mode="wrap")
    def _in_play(self, written_out: SerializerFunctionWrapHandler) -> dict[str, Any]:
        default = {axis.plural: [axis.default] for axis in AXES}
        levels: dict[str, Any] = written_out(self)
        return {key: these for key, these in levels.items() if list(these) != default[key]}


def _different(value: object) -> object:
    """A tuple of one or more different items; YAML and JSON write it as a list."""
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= limits.LEVELS:
        raise ValueError("no list")
    if any(item in value[:index] for index, item in enumerate(value)):
        raise ValueError("twice")
    return tuple(value)


def _is_level_of(axis: Axis) -> Callable[[Any], object]:
    most, _ = limits.AXES.get(axis.name, (None, ""))

    def check(value: Any) -> object:
        if not axis.accepts(value) or (most is not None and value > most):
            raise ValueError("no level")
        return value

    return check


def _levels(axis: Axis) -> Any:
    """The type of the list of an axis' levels."""
    choices = CHOICES.get(axis.name)
    _, expected = limits.AXES.get(axis.name, (None, axis.expected))
    level = Annotated[
        axis.kind,  # type: ignore[name-defined]
        BeforeValidator(one_of(choices) if choices else _is_level_of(axis)),
        Field(description=None if choices else expected),
    ]
    several = _each_once(", ".join(choices) if choices else expected)
    return Annotated[
        tuple[level, ...],
        BeforeValidator(_different),
        Field(title=f"the {axis.plural} of the candidates", description=several),
    ]


def _each_once(level: str) -> str:
    """What a list expects whose items each expect ``level``.

    Examples
    --------
    >>> _each_once("an integer ≥ 1")
    'a list of one or more integers ≥ 1, each once'
    >>> _each_once("sine, tanh")
    'a list of one or more, each once, of sine, tanh'
    """
    several, with_article = re.subn(r"^an? (\w+)", r"\1s", level)
    if with_article:
        return f"a list of one or more {several}, each once"
    return f"a list of one or more, each once, of {level}"


if TYPE_CHECKING:
    Grid = Levels
else:
    Grid = create_model(
        "Grid",
        __base__=Levels,
        __doc__="""A search space written out: every level of each axis with all of the others.

        Examples
        --------
        An axis at its default alone is not written:

        >>> Grid(activations=["tanh"], depths=[2], widths=[8, 16]).model_dump()
        {'activations': ('tanh',), 'depths': (2,), 'widths': (8, 16)}
        """,
        **{
            axis.plural: (_levels(axis), axis.usual if axis.default is None else (axis.default,))
            for axis in AXES
        },
    )
