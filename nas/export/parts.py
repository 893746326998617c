"""The networks in ``architecture.json``: experts, gate and corrections, and what they see.

Axis legend: D coordinates.
"""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import CoreSchema, core_schema

from nas import networks
from nas.errors import UserError
from nas.mixture import gate
from nas.mixture.gate import GateSettings
from nas.search_spaces.candidates import Candidate, levels_of

SOLVED: Final = (
    "hidden layer as drawn; output layer solved by least squares on the residual of the rest, "
    "linearised about it"
)


class Part(BaseModel):
    """What the parts of the description have in common: no key is unknown, no number infinite.

    Examples
    --------
    >>> class Name(Part):
    ...     name: str
    >>> Name(name="u", nmae="v")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: ...
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Scaling(Part):
    """The networks see (x - centre) / half_extent; D numbers each, in the coordinates' units.

    Examples
    --------
    >>> from nas.export import example
    >>> example.architecture().scaling
    Scaling(centre=(0.5,), half_extent=(0.5,))
    """

    centre: tuple[float, ...]
    half_extent: tuple[float, ...]


class GateDescription(Part):
    """The kind of the gate, what a gate of this kind is made of, and what it sees.

    Examples
    --------
    >>> GateDescription(kind="perceptron", settings={"depth": 0}).made
    GateSettings(depth=0, width=16, activation='tanh')
    """

    kind: str
    settings: dict[str, Any]
    encoding: str = networks.RAW

    @property
    def made(self) -> GateSettings:
        """The settings as the gate takes them."""
        return gate.settings(self.kind, **self.settings)

    @model_validator(mode="after")
    def _known(self) -> Self:
        try:
            _ = self.made
        except (UserError, TypeError) as error:
            raise ValueError(str(error)) from error
        return self


def _candidate(levels: Any) -> Candidate:
    try:
        return levels if isinstance(levels, Candidate) else Candidate(**levels)
    except TypeError as error:
        raise ValueError(f"expected a level of each axis, got {levels!r}") from error


class _Levels:
    """A `Candidate` as a mapping of its levels; the metadata of its fields are not for pydantic."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _candidate, serialization=core_schema.plain_serializer_function_ser_schema(levels_of)
        )


class ExpertDescription(Part):
    """A survivor: its level of each axis, where an axis with a default may be missing.

    ``index`` is its number in the pool that it comes from, ``importance`` its smoothed mean
    weight at the end of the selection, where known.

    Examples
    --------
    >>> levels = {"activation": "tanh", "depth": 2, "width": 16}
    >>> ExpertDescription(index=3, candidate=levels, importance=0.5).candidate.width
    16
    """

    index: Annotated[int, Field(ge=0)]
    candidate: Annotated[Candidate, _Levels]
    importance: float | None


class CorrectionDescription(Part):
    """A network that is added to the gated sum; ``origin`` tells how it came about.

    Examples
    --------
    >>> levels = {"activation": "sine", "depth": 1, "width": 800}
    >>> CorrectionDescription(candidate=levels).origin[:21]
    'hidden layer as drawn'
    """

    candidate: Annotated[Candidate, _Levels]
    origin: str = SOLVED
