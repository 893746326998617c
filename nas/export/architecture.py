"""What stands in ``architecture.json``: all that is needed to rebuild the network but its weights.

Axis legend: D coordinates, C fields, E experts.
"""

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from nas import networks
from nas.calculus.program import Program
from nas.errors import UserError
from nas.export.versions import LAST
from nas.mixture import gate
from nas.mixture.gate import GateSettings
from nas.search_spaces.candidates import Candidate, levels_of

FILE = "architecture.json"
FORMAT: Final = "pinn-nas architecture"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class FieldScale(_Part):
    """A field is offset + scale · N of the network's output N; ``exact`` adds A + B times that.

    Examples
    --------
    >>> FieldScale(field="T", offset=300.0, scale=10.0).exact
    False
    """

    field: str
    offset: float
    scale: float
    exact: bool = False


class AnsatzDescription(_Part):
    """What makes fields of network outputs.

    ``program`` gives A and B where some field is exact: plain data, which holds arithmetic alone
    (see `nas.calculus.program`).

    Examples
    --------
    >>> one = FieldScale(field="T", offset=300.0, scale=10.0)
    >>> AnsatzDescription(fields=(one,)).offsets
    (300.0,)
    """

    fields: tuple[FieldScale, ...]
    program: dict[str, Any] | None = None

    @property
    def offsets(self) -> tuple[float, ...]:
        """One a field."""
        return tuple(one.offset for one in self.fields)

    @property
    def scales(self) -> tuple[float, ...]:
        """One a field."""
        return tuple(one.scale for one in self.fields)

    @model_validator(mode="after")
    def _runs(self) -> Self:
        if (self.program is not None) != any(one.exact for one in self.fields):
            raise ValueError("program: expected one where a field is exact, and null elsewhere")
        if self.program is not None:
            try:
                Program(self.program)
            except UserError as error:
                raise ValueError(f"program: {error}") from error
        return self


class UnknownValue(_Part):
    """An unknown coefficient of the equations, and what was found for it.

    Examples
    --------
    >>> UnknownValue(name="nu", value=0.0032)
    UnknownValue(name='nu', value=0.0032)
    """

    name: str
    value: float


class FieldPiece(_Part):
    """The piece of the domain where alone a field was sought, and the box around it.

    Examples
    --------
    >>> FieldPiece(field="u", piece="glass", bounds=((0.0, 1.0), (0.0, 0.5))).piece
    'glass'
    """

    field: str
    piece: str
    bounds: tuple[tuple[float, float], ...]


class ProblemFacts(_Part):
    """What the network solves; ``bounds`` are one (low, high) a coordinate, in its own units.

    Outside its piece, if it has one, a field's numbers mean nothing.

    Examples
    --------
    >>> from nas.export import example
    >>> example.PROBLEM.coordinates, example.PROBLEM.bounds
    (('t',), ((0.0, 1.0),))
    """

    name: str
    title: str
    equation: str
    coordinates: tuple[str, ...]
    fields: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    pieces: tuple[FieldPiece, ...] = ()
    ansatz: AnsatzDescription | None = None

    @model_validator(mode="after")
    def _one_a_field(self) -> Self:
        if self.ansatz and tuple(one.field for one in self.ansatz.fields) != self.fields:
            raise ValueError(f"ansatz.fields: expected {', '.join(self.fields)}")
        if strange := [one.field for one in self.pieces if one.field not in self.fields]:
            raise ValueError(f"pieces: expected {', '.join(self.fields)}, got {strange[0]}")
        return self


class Scaling(_Part):
    """The networks see (x - centre) / half_extent; D numbers each, in the coordinates' units.

    Examples
    --------
    >>> from nas.export import example
    >>> example.architecture().scaling
    Scaling(centre=(0.5,), half_extent=(0.5,))
    """

    centre: tuple[float, ...]
    half_extent: tuple[float, ...]


class GateDescription(_Part):
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


class ExpertDescription(_Part):
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


class Measured(_Part):
    """What the run measured; parameters count the gate's too.

    Examples
    --------
    >>> from nas.export import example
    >>> example.architecture().measured.parameters_after
    56
    """

    run: str
    held_out_loss: float | None
    relative_l2: float | None  # against the reference; null where there is none
    experts_before: int
    experts_after: int
    parameters_before: int
    parameters_after: int


class Architecture(_Part):
    """The whole description; ``gate`` is null where one expert is left, whose weight is 1.

    Examples
    --------
    >>> from nas.export import example
    >>> described = example.architecture()
    >>> len(described.experts), described.gate.kind
    (3, 'perceptron')
    """

    format: Literal["pinn-nas architecture"] = FORMAT
    version: Literal[2] = LAST
    problem: ProblemFacts
    dtype: Literal["float64"] = "float64"
    scaling: Scaling
    gate: GateDescription | None
    experts: Annotated[tuple[ExpertDescription, ...], Field(min_length=1)]
    measured: Measured
    unknowns: tuple[UnknownValue, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        dimension = len(self.problem.coordinates)
        for name, numbers in [
            ("problem.bounds", self.problem.bounds),
            ("scaling.centre", self.scaling.centre),
            ("scaling.half_extent", self.scaling.half_extent),
        ]:
            if len(numbers) != dimension:
                raise ValueError(f"{name}: expected one entry for each of {dimension} coordinates")
        if not self.problem.fields:
            raise ValueError("problem.fields: expected one or more")
        if (self.gate is None) != (len(self.experts) == 1):
            raise ValueError("gate: expected null for one expert, and a gate for more")
        self._check_candidates()
        return self

    def _check_candidates(self) -> None:
        names = self.problem.coordinates
        for number, expert in enumerate(self.experts):
            try:
                networks.check([expert.candidate], names)
            except UserError as error:
                raise ValueError(f"experts.{number}.candidate.{error}") from error
        if self.gate is not None:
            try:
                networks.resolve_encoding(self.gate.encoding, names)
            except UserError as error:
                raise ValueError(f"gate.{error}") from error

    def text(self) -> str:
        """As JSON, to be read by people too; floats come back bit for bit."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
