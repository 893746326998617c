"""What stands in ``architecture.json``: all that is needed to rebuild the network but its weights.

Axis legend: D coordinates, C fields, E experts.
"""

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from nas import networks
from nas.calculus.program import Program
from nas.errors import UserError
from nas.export.parts import CorrectionDescription as CorrectionDescription
from nas.export.parts import ExpertDescription as ExpertDescription
from nas.export.parts import GateDescription as GateDescription
from nas.export.parts import Part
from nas.export.parts import Scaling as Scaling
from nas.export.seal import sealed
from nas.export.versions import LAST

FILE = "architecture.json"
FORMAT: Final = "pinn-nas architecture"

_FileName = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]  # in this folder
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FieldScale(Part):
    """A field is offset + scale · N of the network's output N; where ``exact`` A + B times that.

    Examples
    --------
    >>> FieldScale(field="T", offset=300.0, scale=10.0).exact
    False
    """

    field: str
    offset: float
    scale: float
    exact: bool = False


class AnsatzDescription(Part):
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


class UnknownValue(Part):
    """An unknown coefficient of the equations, and what was found for it.

    ``standard_error`` is by the noise of the observations alone, null without noise, and where
    there is a ``doubt``: why nothing can be said of how well the value is known.

    Examples
    --------
    >>> UnknownValue(name="nu", value=0.0032, standard_error=1e-4).known
    '0.0032 ± 0.0001'
    >>> UnknownValue(name="nu", value=0.0032, doubt="nothing tells it").known
    '0.0032 (no ±: nothing tells it)'
    """

    name: str
    value: float
    standard_error: float | None = None
    doubt: str = ""

    @property
    def margin(self) -> str:
        """``± 0.0001``, or why there is none; "" without noise."""
        if self.doubt:
            return f"no ±: {self.doubt}"
        return "" if self.standard_error is None else f"± {self.standard_error:.2g}"

    @property
    def known(self) -> str:
        """The value with its margin."""
        margin = f"({self.margin})" if self.doubt else self.margin
        return f"{self.value:.5g} {margin}".rstrip()


class FieldPiece(Part):
    """The piece of the domain where alone a field was sought, and the box around it.

    Examples
    --------
    >>> FieldPiece(field="u", piece="glass", bounds=((0.0, 1.0), (0.0, 0.5))).piece
    'glass'
    """

    field: str
    piece: str
    bounds: tuple[tuple[float, float], ...]


class ProblemFacts(Part):
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


class Measured(Part):
    """What the run measured, and what is to be told of its answer; parameters count the gate's too.

    ``warnings`` speak against the answer, ``notes`` do not.

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
    error_estimate: float | None = None  # of the relative L2 error, without a reference
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def told(self) -> list[str]:
        """Notes and warnings, as a search tells them."""
        notes = [f"note: {line}" for line in self.notes]
        return [*notes, *(f"warning: {line}" for line in self.warnings)]


class Architecture(Part):
    """The whole description; ``gate`` is null where one expert is left, whose weight is 1.

    ``corrections`` are added to the gated sum, each with the weight 1. ``files`` are the SHA-256
    of the files beside the description, by name; versions before the fourth had none.

    Examples
    --------
    >>> from nas.export import example
    >>> described = example.architecture()
    >>> len(described.experts), described.gate.kind
    (3, 'perceptron')
    """

    format: Literal["pinn-nas architecture"] = FORMAT
    version: Literal[5] = LAST
    problem: ProblemFacts
    dtype: Literal["float64"] = "float64"
    scaling: Scaling
    gate: GateDescription | None
    experts: Annotated[tuple[ExpertDescription, ...], Field(min_length=1)]
    measured: Measured
    unknowns: tuple[UnknownValue, ...] = ()
    corrections: tuple[CorrectionDescription, ...] = ()
    files: dict[_FileName, _Digest] = Field(default_factory=dict)

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
        described = {f"experts.{number}": one.candidate for number, one in enumerate(self.experts)}
        for number, correction in enumerate(self.corrections):
            described[f"corrections.{number}"] = correction.candidate
        for name, candidate in described.items():
            try:
                networks.check([candidate], names)
            except UserError as error:
                raise ValueError(f"{name}.candidate.{error}") from error
        if self.gate is not None:
            try:
                networks.resolve_encoding(self.gate.encoding, names)
            except UserError as error:
                raise ValueError(f"gate.{error}") from error

    def text(self) -> str:
        """As JSON, to be read by people too, and sealed; floats come back bit for bit."""
        found = sealed(self.model_dump(mode="json"))
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
