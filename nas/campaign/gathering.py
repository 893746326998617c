"""The tables of a campaign from the folders of its runs: each folder is read once.

Runs keep their own rows. They are gathered when a campaign ends, and by whoever reads one that is
under way: to write all tables after every run would take time that grows with the square of their
number.
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


def gather(campaign: Path, schemas: Mapping[str, pa.Schema], seeds: int) -> dict[str, list[Row]]:
    """The rows of all tables, from the runs that are finished.

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
    >>> gather(Path("no such folder"), {}, seeds=1)["trials"]
    []
    """
    found = [_of_run(folder, schemas) for folder in finished_runs(campaign)]
    found.sort(key=lambda tables: _order(tables["runs"][0]))
    names = (*RUN_TABLES, *ADDED_TABLES, "attempts")
    rows = {name: [row for tables in found for row in tables[name]] for name in names}
    rows["trials"] = trial_rows(_of_whole_trials(rows["runs"], seeds))
    return rows


def _of_run(folder: Path, schemas: Mapping[str, pa.Schema]) -> dict[str, list[Row]]:
    """The rows of one run, with those of its attempts."""
    tables = {
        name: parquet.read_rows(table_file(folder, name), schemas[name]) for name in RUN_TABLES
    }
    for name in ADDED_TABLES:
        path = table_file(folder, name)
        tables[name] = parquet.read_rows(path, schemas[name]) if path.is_file() else []
    keys = {name: tables["runs"][0][name] for name in ("run", "trial", "repetition")}
    return tables | {"attempts": [keys | row for row in read_attempts(folder)]}


def _order(run: Row) -> tuple[int, int]:
    return run["trial"], run["repetition"]


def _of_whole_trials(runs: list[Row], seeds: int) -> list[Row]:
    count = Counter(run["trial"] for run in runs)
    whole = {"selection": seeds, "race": 1}  # each contestant is one by itself
    return [run for run in runs if count[run["trial"]] >= whole[run["stage"]]]
