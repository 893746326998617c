"""The tables of a campaign from the folders of its runs: each folder is read once.

Runs keep their own rows. They are gathered when a campaign ends, and by whoever reads one that is
under way: to write all tables after every run would take time that grows with the square of their
number. What is gathered stays in arrow's columns: as rows of Python, the histories of ten thousand
runs would take gigabytes.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
from nas.errors import UserError
from nas.runner.attempt_log import read_attempts

_KEYS = ("run", "trial", "repetition")
_AT_ONCE = 256  # tables of runs that are put together


def is_behind(campaign: Path, schemas: Mapping[str, pa.Schema]) -> bool:
    """Whether a run has finished that the gathered tables do not hold, or a table is missing.

    Or it is of another time than the others are, as a copy that was put back may be.

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
    stamps = {parquet.stamp_of(gathered_file(campaign, name)) for name in schemas} - {None}
    return not finished <= set(gathered["run"]) or (len(stamps) > 1 and bool(finished))


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
    rows = [parquet.read_rows(table_file(one, "runs"), schemas["runs"])[0] for one in folders]
    order = sorted(range(len(rows)), key=lambda index: _order(rows[index]))
    folders, runs = [folders[index] for index in order], [rows[index] for index in order]
    known = _Gathered.of(campaign, schemas, runs)
    found = {"runs": pa.Table.from_pylist(runs, schema=schemas["runs"])}
    for name in (*RUN_TABLES, *ADDED_TABLES):
        if name not in found:
            found[name] = known.with_new(name, folders, schemas[name])
    attempts = [
        {key: run[key] for key in _KEYS} | row
        for folder, run in zip(folders, runs, strict=True)
        for row in read_attempts(folder)
    ]
    found["attempts"] = pa.Table.from_pylist(attempts, schema=schemas["attempts"])
    trials = trial_rows(_of_whole_trials(runs, seeds))
    return found | {"trials": pa.Table.from_pylist(trials, schema=schemas["trials"])}


def stamp(runs: pa.Table) -> str:
    """What says with which runs tables were gathered.

    Examples
    --------
    >>> stamp(pa.table({"run": ["0000-0"]})) == stamp(pa.table({"run": ["0001-0"]}))
    False
    """
    return hashlib.sha256(repr(runs.to_pylist()).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Gathered:
    """What was gathered before, of the ``runs`` whose rows are the same: it is not read again.

    A run that was repeated and came out otherwise has another row: its loss has all digits.
    """

    campaign: Path
    runs: frozenset[str]
    stamp: str | None  # of the table of runs

    @classmethod
    def of(
        cls, campaign: Path, schemas: Mapping[str, pa.Schema], runs: Sequence[Row]
    ) -> "_Gathered":
        before = _before(campaign, "runs", schemas["runs"])
        known = {} if before is None else {row["run"]: row for row in before.to_pylist()}
        same = frozenset(row["run"] for row in runs if known.get(row["run"]) == row)
        return cls(campaign, same, parquet.stamp_of(gathered_file(campaign, "runs")))

    def with_new(self, name: str, folders: Sequence[Path], schema: pa.Schema) -> pa.Table:
        """The table ``name`` of all runs, in the order of their ``folders``."""
        before = _before(self.campaign, name, schema) if self.runs else None
        together = parquet.stamp_of(gathered_file(self.campaign, name)) == self.stamp
        if before is None or not together:
            return _together(_read(folders, name, schema), schema)
        new = [folder for folder in folders if folder.name not in self.runs]
        table = _together(_read(new, name, schema), schema)
        kept = before.filter(pc.is_in(before["run"], pa.array(sorted(self.runs), pa.string())))
        both = pa.concat_tables([kept, table])
        places = pa.array([folder.name for folder in folders], pa.string())
        order = np.argsort(pc.index_in(both["run"], places).to_numpy(), kind="stable")
        return both.take(pa.array(order)).combine_chunks()


def _before(campaign: Path, name: str, schema: pa.Schema) -> pa.Table | None:
    """The table as it was gathered before; None where there is none that can be read."""
    try:
        return parquet.read_table(gathered_file(campaign, name), schema).cast(schema)
    except UserError:
        return None  # it is gathered anew


def _read(folders: Sequence[Path], name: str, schema: pa.Schema) -> Iterator[pa.Table]:
    """The table ``name`` of each run; one of `ADDED_TABLES` may be missing."""
    for folder in folders:
        path = table_file(folder, name)
        if name not in ADDED_TABLES or path.is_file():
            yield parquet.read_table(path, schema).cast(schema)


def _together(tables: Iterator[pa.Table], schema: pa.Schema) -> pa.Table:
    """One table, in one piece: how it was put together does not show in a file."""
    pieces = [schema.empty_table()]
    while some := list(islice(tables, _AT_ONCE)):  # a table takes more memory than its few rows
        pieces.append(pa.concat_tables(some).combine_chunks())
    return pa.concat_tables(pieces).combine_chunks()


def _order(run: Row) -> tuple[int, int]:
    return run["trial"], run["repetition"]


def _of_whole_trials(runs: list[Row], seeds: int) -> list[Row]:
    count = Counter(run["trial"] for run in runs)
    whole = {"selection": seeds, "race": 1}  # each contestant is one by itself
    return [run for run in runs if count[run["trial"]] >= whole[run["stage"]]]
