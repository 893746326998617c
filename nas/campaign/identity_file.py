"""``campaign.json``, checked as it is read: what it must hold, and of which types.

A key may be missing, as earlier versions lacked some; one that is there is as it was written.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from nas import json_file
from nas.campaign.layout import CAMPAIGN_FILE
from nas.campaign.parquet import damaged
from nas.errors import UserError


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Scale(_Part):
    field: str
    offset: float
    scale: float


class _Ansatz(_Part):
    fields: list[_Scale] = []


class _Term(_Part):
    words: str
    weight: float | None
    exact: bool

    @model_validator(mode="after")
    def _is_weighed(self) -> "_Term":
        if self.weight is None and not self.exact:
            raise ValueError("a term has no weight")
        return self


class _Problem(_Part):
    name: str = ""
    title: str = ""
    equation: str = ""
    domain: str = ""
    source: str = ""
    fingerprint: str = ""
    has_reference: bool = False
    coordinates: list[str] = []
    fields: list[str] = []
    equations: list[str] = []
    conditions: list[str] = []
    jumps: list[str] = []
    unknown: list[str] = []
    warnings: list[str] = []
    bounds: list[list[float]] = []
    terms: list[_Term] = []
    ansatz: _Ansatz = _Ansatz()
    observed: list[dict[str, list[float]]] = []

    @model_validator(mode="after")
    def _is_even(self) -> "_Problem":
        if any(len({len(column) for column in table.values()}) > 1 for table in self.observed):
            raise ValueError("observed columns are of different lengths")
        return self


class _Identity(_Part):
    configuration: dict[str, Any] = {}
    problem: _Problem = _Problem()
    study: str = ""
    identity: str = ""
    versions: dict[str, str] = {}


def read(folder: Path) -> dict[str, Any]:
    """What ``campaign.json`` of ``folder`` holds.

    Raises
    ------
    UserError
        If there is none, it is damaged, or a value of it has another type than a search writes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     json_file.write(Path(name) / CAMPAIGN_FILE, {"study": "burgers-1"})
    ...     print(read(Path(name)))
    {'study': 'burgers-1'}
    """
    path = Path(folder) / CAMPAIGN_FILE
    try:
        campaign = json_file.read(path)
        if not isinstance(campaign, dict):
            raise ValueError("not an object")
        _Identity.model_validate(campaign)
    except ValidationError as error:
        raise damaged(path, _complaint(error)) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(
            f"{folder}: expected a campaign folder, found no {CAMPAIGN_FILE} in it; "
            "give the folder that `nas search ... --out` named"
        ) from error
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error
    return campaign


def _complaint(error: ValidationError) -> str:
    """The first of the things that are wrong."""
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(map(str, first["loc"]))
    return f"{key or 'all'}: {first['msg']}"[:120]
