"""The tables of a campaign from the folders of its runs: each folder is read once.

Runs keep their own rows. They are gathered when a campaign ends, and by whoever reads one that is
under way: to write all tables after every run would take time that grows with the square of their
number. What is gathered stays in arrow's columns: as rows of Python, the histories of ten thousand
runs would take gigabytes.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from nas.campaign import parquet
from nas.campaign.layout import (
    ADDED_TABLES,
    RUN_TABLES,
    finished_runs,
    gathered_file,
    table_file,
)
from nas.campaign.parquet import Row
from nas.campaign.trial_rows import trial_rows
from nas.runner.attempt_log import read_attempts

_KEYS = ("run", "trial", "repetition")


def is_behind(campaign: Path, schemas: Mapping[str, pa.Schema]) -> bool:
    """Whether a run has finished that the gathered tables do not hold, or a table is missing.

    Times of files play no part: a copied campaign is as good as its original.

    Examples
    --------
    >>> is_behind(Path("no such folder"), {"runs": pa.schema([("run", pa.string())])})
    False
    """
    finished = {folder.name for folder in finished_runs(campaign)}
    needed = [name for name in schemas if name not in ADDED_TABLES]
    if any(not gathered_file(campaign, name).is_file() for name in needed):
        return bool(finished)
    gathered = parquet.read(gathered_file(campaign, "runs"), schemas["runs"])
    return not finished <= set(gathered["run"])


def gather(campaign: Path, schemas: Mapping[str, pa.Schema], seeds: int) -> dict[str, pa.Table]:
    """All tables, from the runs that are finished.

    Parameters
    ----------
    schemas
        Of the tables by name: ``trials``, ``runs``, ``experts``, ``history``, ``attempts``, and
        those of `nas.campaign.layout.ADDED_TABLES`.
    seeds
        How many runs a trial has; only trials of which all runs are finished are rows.

    Raises
    ------
    UserError
        If a run's table is damaged.

    Examples
    --------
    >>> from nas.campaign.schemas import TABLES
    >>> gather(Path("no such folder"), TABLES, seeds=1)["trials"].num_rows
    0
    """
    folders = finished_runs(campaign)
    of_runs = [parquet.read_table(table_file(one, "runs"), schemas["runs"]) for one in folders]
    runs = [table.slice(0, 1).to_pylist()[0] for table in of_runs]
    order = sorted(range(len(runs)), key=lambda index: _order(runs[index]))
    folders, runs = [folders[index] for index in order], [runs[index] for index in order]
    found = {"runs": _together([of_runs[index] for index in order], schemas["runs"])}
    for name in (*RUN_TABLES, *ADDED_TABLES):
        if name not in found:
            found[name] = _together(_read(folders, name, schemas[name]), schemas[name])
    attempts = [
        {key: run[key] for key in _KEYS} | row
        for folder, run in zip(folders, runs, strict=True)
        for row in read_attempts(folder)
    ]
    found["attempts"] = pa.Table.from_pylist(attempts, schema=schemas["attempts"])
    trials = trial_rows(_of_whole_trials(runs, seeds))
    return found | {"trials": pa.Table.from_pylist(trials, schema=schemas["trials"])}


def _read(folders: list[Path], name: str, schema: pa.Schema) -> list[pa.Table]:
    """The table ``name`` of each run; one of `ADDED_TABLES` may be missing."""
    paths = [table_file(folder, name) for folder in folders]
    return [
        parquet.read_table(path, schema)
        for path in paths
        if name not in ADDED_TABLES or path.is_file()
    ]


def _together(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """One table, in one piece: how it was put together does not show in a file."""
    every = [schema.empty_table(), *(one.cast(schema) for one in tables)]
    return pa.concat_tables(every).combine_chunks()


def _order(run: Row) -> tuple[int, int]:
    return run["trial"], run["repetition"]


def _of_whole_trials(runs: list[Row], seeds: int) -> list[Row]:
    count = Counter(run["trial"] for run in runs)
    whole = {"selection": seeds, "race": 1}  # each contestant is one by itself
    return [run for run in runs if count[run["trial"]] >= whole[run["stage"]]]
