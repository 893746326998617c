"""A campaign's tables, read and written: all that the reports know of the rest.

It imports no torch. What the columns hold stands in `nas.campaign.schemas`; where each table stands
in a folder, in `nas.campaign.layout`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from nas.campaign import gathering, layout, parquet
from nas.campaign.parquet import Row
from nas.campaign.schemas import TABLES as TABLES
from nas.campaign.schemas import VALIDATION as VALIDATION
from nas.errors import UserError


@dataclass(frozen=True)
class Records:
    """What a campaign folder tells.

    ``campaign`` is campaign.json: ``configuration`` (as resolved), ``problem`` (``name``,
    ``title``, ``equation``, ``coordinates``, ``fields``, ``has_reference``) and ``versions``.
    """

    folder: Path
    campaign: dict[str, Any]
    trials: pd.DataFrame
    runs: pd.DataFrame
    experts: pd.DataFrame
    history: pd.DataFrame
    attempts: pd.DataFrame
    singles: pd.DataFrame  # empty until `nas baseline`
    subsets: pd.DataFrame  # empty until `nas validate`

    def map(self, run: str) -> pd.DataFrame | None:
        """The mixture of ``run`` on a regular grid over a 2-D domain's bounding box, or None.

        Columns: one per coordinate; per field ``u`` the prediction ``u``, the truth
        ``u.reference`` (where known) and ``u.expert.<candidate>``; ``weight.<candidate>`` for
        each surviving expert. Rows outside the domain hold NaN in all but the coordinates.
        """
        path = layout.run_folder(self.folder, run) / layout.MAP_FILE
        return parquet.read_any(path) if path.exists() else None


def read(folder: Path) -> Records:
    """Read the campaign in ``folder``, which may be under way.

    Raises
    ------
    UserError
        If ``folder`` is not a campaign, has no finished run yet, or holds a damaged file.
    """
    folder = Path(folder)
    campaign = read_campaign(folder)
    missing = [key for key in ("configuration", "problem") if key not in campaign]
    if missing:
        raise parquet.damaged(folder / layout.CAMPAIGN_FILE, f"it lacks {' and '.join(missing)}")
    if gathering.is_behind(folder, TABLES):
        rows = gathering.gather(folder, TABLES, _seeds(folder))
        tables = {name: _frame(name, rows[name]) for name in TABLES}
    else:
        tables = {name: read_table(layout.gathered_file(folder, name), name) for name in TABLES}
    added = {name: read_added(folder, name) for name in VALIDATION}
    return Records(folder, campaign, **tables, **added)


def rows(folder: Path, name: str) -> list[Row]:
    """The rows of the table ``name`` of `TABLES`, of a campaign that may be under way.

    A null is None. Raises as `read`.
    """
    if gathering.is_behind(folder, TABLES):
        return gathering.gather(folder, TABLES, _seeds(folder))[name]
    return read_rows(layout.gathered_file(folder, name), name)


def gather(folder: Path) -> None:
    """Write the tables of the campaign in ``folder`` from the folders of its finished runs.

    The table ``runs``, by which `read` sees whether they are up to date, comes last.

    Raises
    ------
    UserError
        If a run's table is damaged, or the disk refuses.
    """
    gathered = gathering.gather(folder, TABLES, _seeds(folder))
    for name in sorted(TABLES, key=lambda name: name == "runs"):
        write_table(layout.gathered_file(folder, name), name, gathered[name])


def read_added(folder: Path, name: str) -> pd.DataFrame:
    """A table of `VALIDATION`; without rows where there is none yet."""
    path = layout.gathered_file(folder, name)
    return read_table(path, name) if path.is_file() else _frame(name, [])


def read_campaign(folder: Path) -> dict[str, Any]:
    """``campaign.json`` of ``folder``; `UserError` if there is none or it is damaged."""
    path = Path(folder) / layout.CAMPAIGN_FILE
    if not path.is_file():
        raise UserError(
            f"{folder}: expected a campaign folder, found no {layout.CAMPAIGN_FILE} in it; "
            "give the folder that `nas search ... --out` named"
        )
    try:
        campaign = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise parquet.damaged(path, error) from error
    if not isinstance(campaign, dict):
        raise parquet.damaged(path, "not an object")
    return campaign


def read_table(path: Path, name: str) -> pd.DataFrame:
    """The table ``name`` at ``path``, checked against its schema."""
    return parquet.read(path, _schema(name), _command(name))


def read_rows(path: Path, name: str) -> list[Row]:
    """The rows of the table ``name`` at ``path`` as `write_table` took them: null is None."""
    return parquet.read_rows(path, _schema(name), _command(name))


def write_table(path: Path, name: str, rows: list[Row]) -> None:
    """Write ``rows`` (each with exactly the schema's columns) as the table ``name``."""
    parquet.write(path, _schema(name), rows)


def write_map(path: Path, columns: dict[str, Any]) -> None:
    """Write one run's map (see `Records.map`); ``columns`` are 1-D arrays of equal length."""
    parquet.write_table(path, pa.table(columns))


def _seeds(folder: Path) -> int:
    """How many runs a trial has."""
    try:
        return int(read_campaign(folder)["configuration"]["seeds"])
    except (KeyError, TypeError, ValueError) as error:
        path = folder / layout.CAMPAIGN_FILE
        raise parquet.damaged(path, "it lacks configuration.seeds") from error


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema=_schema(name)).to_pandas()
    return frame


def _schema(name: str) -> pa.Schema:
    return (TABLES | VALIDATION)[name]


def _command(name: str) -> str:
    """What gathers the table ``name``."""
    return f"nas {'validate' if name in VALIDATION else 'search'}"
