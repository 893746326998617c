"""What stands in ``architecture.json``: all that is needed to rebuild the network but its weights.

Axis legend: D coordinates, C fields, E experts.
"""

import json
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    model_validator,
)

from nas.calculus.activations import ACTIVATIONS
from nas.errors import UserError

FILE = "architecture.json"
FORMAT: Final = "pinn-nas architecture"
VERSION: Final = 1


def _known(activation: str) -> str:
    if activation not in ACTIVATIONS:
        raise ValueError(f"expected one of {', '.join(ACTIVATIONS)}")
    return activation


Activation = Annotated[str, AfterValidator(_known)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ProblemFacts(_Part):
    """What the network solves; ``bounds`` are one (low, high) a coordinate, in its own units."""

    name: str
    title: str
    equation: str
    coordinates: tuple[str, ...]
    fields: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]


class Scaling(_Part):
    """The networks see (x - centre) / scale; D numbers each, in the units of the coordinates."""

    centre: tuple[float, ...]
    scale: tuple[float, ...]


class GateShape(_Part):
    """Hidden layers, units in each, and activation; depth 0 is a linear gate."""

    depth: Annotated[int, Field(ge=0)]
    width: PositiveInt
    activation: Activation


class ExpertShape(_Part):
    """A survivor: hidden layers, units in each, activation.

    ``index`` is its number in the pool that it comes from, ``importance`` its smoothed mean
    weight at the end of the selection, where known.
    """

    index: Annotated[int, Field(ge=0)]
    activation: Activation
    depth: PositiveInt
    width: PositiveInt
    importance: float | None


class Figures(_Part):
    """What the run measured; parameters count the gate's too."""

    run: str
    held_out_loss: float | None
    relative_l2: float | None  # against the reference; null where there is none
    experts_before: int
    experts_after: int
    parameters_before: int
    parameters_after: int


class Architecture(_Part):
    """The whole description; ``gate`` is null where one expert is left, whose weight is 1."""

    format: Literal["pinn-nas architecture"] = FORMAT
    version: Literal[1] = VERSION
    problem: ProblemFacts
    dtype: Literal["float64"] = "float64"
    scaling: Scaling
    gate: GateShape | None
    experts: Annotated[tuple[ExpertShape, ...], Field(min_length=1)]
    figures: Figures

    @model_validator(mode="after")
    def _fits(self) -> Self:
        dimension = len(self.problem.coordinates)
        for name, numbers in [
            ("problem.bounds", self.problem.bounds),
            ("scaling.centre", self.scaling.centre),
            ("scaling.scale", self.scaling.scale),
        ]:
            if len(numbers) != dimension:
                raise ValueError(f"{name}: expected one entry for each of {dimension} coordinates")
        if not self.problem.fields:
            raise ValueError("problem.fields: expected one or more")
        if (self.gate is None) != (len(self.experts) == 1):
            raise ValueError("gate: expected null for one expert, and a gate for more")
        return self

    def text(self) -> str:
        """As JSON, to be read by people too; floats come back bit for bit."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def read(path: Path) -> Architecture:
    """The description in the file at ``path``.

    Raises
    ------
    UserError
        If there is no such file, or it is damaged, no description, or of an unknown version.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)
    except FileNotFoundError as error:
        raise UserError(
            f"{path.parent}: expected a folder that `nas export` wrote, found no {FILE} in it; "
            "give the folder that --to named"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path, error) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UserError(
            f"{path}: expected the description of an exported network (format {FORMAT!r}), "
            "got something else; give the folder that --to named"
        )
    if found.get("version") != VERSION:
        raise UserError(
            f"{path}: expected format version {VERSION}, got {found.get('version')!r}; "
            "update this package, or export the network again"
        )
    try:
        return Architecture.model_validate_json(text)
    except ValidationError as error:
        raise damaged(path, first_complaint(error)) from error


def damaged(path: Path, why: object) -> UserError:
    """The complaint about a file of an export that cannot be used."""
    first = str(why).splitlines()[0] if str(why) else type(why).__name__
    return UserError(f"{path}: damaged or cut short ({first}); export the network again")


def first_complaint(error: ValidationError) -> str:
    """The first thing that is wrong, with the path to its key."""
    details = error.errors()[0]
    key = ".".join(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message
