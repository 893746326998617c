"""The tables of what happened: one row per trial, run, expert, logged step and attempt.

This file is the one place where the tables' columns stand, and all that the reports know of the
rest. It imports no torch. Where each table stands in a folder tells `nas.campaign.layout`.

Everything in the tables is a function of the configuration, except ``attempts``, which says
when, where and how fast the work was done. So on the CPU, with as many threads in each worker,
an interrupted campaign ends with the same tables as an uninterrupted one, byte for byte, but
for ``attempts``; and so do campaigns with different numbers of workers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from nas.campaign import gathering, layout, parquet
from nas.campaign.parquet import Row
from nas.errors import UserError
from nas.search_spaces import AXES, Axis

_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64()}


def _column(axis: Axis) -> pa.Field:
    """Of an axis; a table that was written before the axis was known is read at its default."""
    column = pa.field(axis.name, _KINDS[axis.kind])
    return column if axis.default is None else parquet.with_default(column, axis.default)


_AXES = [_column(axis) for axis in AXES]
_RUN = [("run", pa.string()), ("trial", pa.int64()), ("repetition", pa.int64())]

TABLES: dict[str, pa.Schema] = {
    # One row per trial; figures are medians over its runs.
    "trials": pa.schema(
        [
            ("trial", pa.int64()),
            ("status", pa.string()),  # completed, or failed: no finite median over the runs
            ("m", pa.int64()),  # experts in the pool
            ("p", pa.float64()),  # exponent of the sparsity term
            ("threshold", pa.float64()),  # drop under threshold / alive
            ("held_out_loss", pa.float64()),  # first objective
            ("parameters", pa.float64()),  # second objective: what survives, gate included
            ("relative_l2", pa.float64()),  # against the reference; reported, never decided on
            ("on_front", pa.bool_()),  # Pareto-optimal in the two objectives
            ("recommended", pa.bool_()),  # the knee of the front
            ("best_run", pa.string()),  # the completed run with the least held-out loss
        ]
    ),
    # One row per run: a trial's repetition with its own seed.
    "runs": pa.schema(
        [
            *_RUN,
            ("status", pa.string()),  # completed | diverged | failed | killed
            ("reason", pa.string()),  # of a status other than completed, or a note
            ("m", pa.int64()),
            ("p", pa.float64()),
            ("threshold", pa.float64()),
            ("seed", pa.int64()),  # of initial weights and points
            ("steps", pa.int64()),  # of the search: iterations of the warm-up, then steps of Adam
            ("iterations", pa.int64()),  # of the fine-tuning
            ("evaluations", pa.int64()),  # points, times the experts that learnt from them
            ("experts_before", pa.int64()),
            ("experts_after", pa.int64()),
            ("parameters_before", pa.int64()),  # gate included
            ("parameters_after", pa.int64()),
            ("drops", pa.int64()),
            ("refusals", pa.int64()),
            ("held_out_loss", pa.float64()),  # physics loss on points never trained on
            ("relative_l2", pa.float64()),  # null where the problem has no reference
        ]
    ),
    # One row per expert of each run.
    "experts": pa.schema(
        [
            *_RUN,
            ("candidate", pa.int64()),  # index in the pool, 0 … m - 1
            *_AXES,  # its levels
            ("parameters", pa.int64()),
            ("born", pa.int64()),  # step
            ("ended", pa.int64()),  # step of the drop, or of the end of the selection
            ("outcome", pa.string()),  # dropped | survived | censored: the run ended early
            ("reason", pa.string()),  # of the drop, or of the last refusal to drop
            ("importance", pa.float64()),  # smoothed mean weight when dropped, or at the end
            ("individual_loss", pa.float64()),  # held-out, of the expert by itself, after warm-up
            # Held-out loss without the expert over that with it, before any was dropped.
            ("leave_one_out", pa.float64()),
            ("refusals", pa.int64()),  # times a drop was refused or taken back
        ]
    ),
    # One row per logged step.
    "history": pa.schema(
        [
            *_RUN,
            ("phase", pa.string()),  # warm-up | gate | selection | fine-tuning
            ("step", pa.int64()),  # counted over all phases
            # Physics loss on the step's own points: the mixture's, or in the warm-up, where
            # each expert is alone, the best expert's.
            ("loss", pa.float64()),
            ("held_out_loss", pa.float64()),  # null where it was not measured
            ("sparsity", pa.float64()),  # S_p
            ("experts", pa.int64()),  # alive
            ("parameters", pa.int64()),  # alive, gate included
            ("learning_rate", pa.float64()),  # Adam's, of the gate; null in the other phases
        ]
    ),
    # One row per attempt at a run: when, where and how fast; not reproducible by nature.
    "attempts": pa.schema(
        [
            *_RUN,
            ("attempt", pa.int64()),
            ("started", pa.string()),  # ISO 8601, UTC
            ("seconds", pa.float64()),
            ("from_step", pa.int64()),
            ("to_step", pa.int64()),
            ("ending", pa.string()),  # the run's status, or interrupted
            ("device", pa.string()),
            ("threads", pa.int64()),
            ("processor", pa.string()),
            ("platform", pa.string()),
            ("versions", pa.string()),  # JSON: package -> version
        ]
    ),
}

# What a validation adds; `seconds` are wall time, so these are not reproducible to the byte.
VALIDATION: dict[str, pa.Schema] = {
    # One row per candidate of the space and repetition: the candidate trained alone.
    "singles": pa.schema(
        [
            ("repetition", pa.int64()),
            *_AXES,  # the candidate's levels
            ("parameters", pa.int64()),
            ("individual_loss", pa.float64()),  # held-out physics loss after the warm-up
            ("held_out_loss", pa.float64()),  # and at the end
            ("relative_l2", pa.float64()),  # null where the problem has no reference
            ("iterations", pa.int64()),  # of the fine-tuning
            ("evaluations", pa.int64()),  # points that it learnt from
            ("seconds", pa.float64()),
            ("reason", pa.string()),  # of an early end
        ]
    ),
    # One row per subset trained again beside a run; `seconds` are without a warm-up that is shared.
    "subsets": pa.schema(
        [
            *_RUN,
            ("kind", pa.string()),  # selected | random | best | all | longest
            ("number", pa.int64()),  # of its kind
            ("members", pa.string()),  # architectures, separated by commas
            ("size", pa.int64()),
            ("status", pa.string()),  # as of a run
            ("reason", pa.string()),
            ("parameters", pa.int64()),
            ("held_out_loss", pa.float64()),
            ("relative_l2", pa.float64()),
            ("iterations", pa.int64()),
            ("evaluations", pa.int64()),
            ("seconds", pa.float64()),
        ]
    ),
}


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
