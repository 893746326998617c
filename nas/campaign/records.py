"""A campaign's tables, read and written: all that the reports know of the rest.

It imports no torch. What the columns hold stands in `nas.campaign.schemas`; where each table stands
in a folder, in `nas.campaign.layout`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from nas.campaign import coefficients, gathering, identity_file, layout, parquet
from nas.campaign.parquet import Row
from nas.campaign.schemas import BUDGETED as BUDGETED
from nas.campaign.schemas import TABLES as TABLES
from nas.campaign.schemas import VALIDATION as VALIDATION
from nas.paths import usable


@dataclass(frozen=True)
class Records:
    """What a campaign folder tells.

    ``campaign`` is campaign.json: ``configuration`` (as resolved), ``problem`` (``name``,
    ``title``, ``equation``, ``coordinates``, ``fields``, ``has_reference``, and in words
    ``domain``, ``conditions``, ``unknown`` and the ``source`` of its file) and ``versions``.

    Examples
    --------
    >>> none = {name: read_added(Path("out"), name) for name in BUDGETED | VALIDATION}
    >>> tables = {name: pd.DataFrame(columns=TABLES[name].names) for name in TABLES}
    >>> Records(Path("out"), {"study": "burgers-1"}, **tables, **none).map("0000-0") is None
    True
    """

    folder: Path
    campaign: dict[str, Any]
    trials: pd.DataFrame
    runs: pd.DataFrame
    experts: pd.DataFrame
    history: pd.DataFrame
    fields: pd.DataFrame  # the error of each field; of earlier versions empty
    unknowns: pd.DataFrame  # empty where the problem has no unknown coefficients
    attempts: pd.DataFrame
    pool: pd.DataFrame  # empty without a budget
    race: pd.DataFrame  # the same
    singles: pd.DataFrame  # empty until `nas baseline`
    subsets: pd.DataFrame  # empty until `nas validate`

    def estimates(self, runs: Collection[str]) -> pd.DataFrame:
        """What ``runs`` found of unknown coefficients: a row for each of them and coefficient.

        These are the last rows of `unknowns`; see `nas.campaign.coefficients`.

        Examples
        --------
        >>> none = {name: read_added(Path("out"), name) for name in TABLES | BUDGETED | VALIDATION}
        >>> Records(Path("out"), {}, **none).estimates(["0000-0"]).value.to_list()
        []
        """
        return coefficients.estimates(self.unknowns, self.runs, runs)

    def map(self, run: str) -> pd.DataFrame | None:
        """The mixture of ``run`` on regular grids in the domain's bounding box, or None.

        Of one or two coordinates the grid is that of all of it; of more there are several, planes
        on which the other coordinates are held (see `nas.campaign.slices`), and a column
        ``slice.index`` tells them apart.

        Columns: one per coordinate; per field ``u`` the prediction ``u``, the truth
        ``u.reference`` (where known) and ``u.expert.<candidate>``; ``weight.<candidate>`` for
        each surviving expert; ``residual.size``, the root of the sum of the squared residuals of
        all equations (not in maps of earlier versions), and where each piece of the domain has its
        own ``residual.weighted``, the same with the weights of the physics loss. Rows
        outside the domain hold NaN in all but the coordinates, and those outside the piece of a
        field in all columns of that field.
        """
        path = layout.run_folder(self.folder, run) / layout.MAP_FILE
        return parquet.read_any(path) if path.exists() else None


def read(folder: Path) -> Records:
    """Read the campaign in ``folder``, which may be under way.

    Raises
    ------
    UserError
        If ``folder`` is not a campaign, has no finished run yet, or holds a damaged file.

    Examples
    --------
    A campaign under way, of which one run has finished:

    >>> from tempfile import TemporaryDirectory
    >>> row = dict.fromkeys(TABLES["runs"].names)
    >>> row |= {"run": "0000-0", "trial": 0, "stage": "selection", "status": "failed"}
    >>> about = '{"configuration": {"seeds": 1}, "problem": {}}'
    >>> with TemporaryDirectory() as name:
    ...     _ = (Path(name) / layout.CAMPAIGN_FILE).write_text(about)
    ...     run = layout.run_folder(Path(name), "0000-0")
    ...     for table, rows in {"history": [], "experts": [], "runs": [row]}.items():
    ...         write_table(layout.table_file(run, table), table, rows)
    ...     print(read(Path(name)).trials.status.to_list())
    ['failed']
    """
    folder = Path(folder)
    campaign = read_campaign(folder)
    missing = [key for key in ("configuration", "problem") if key not in campaign]
    if missing:
        raise parquet.damaged(folder / layout.CAMPAIGN_FILE, f"it lacks {' and '.join(missing)}")
    added = {name: read_added(folder, name) for name in BUDGETED | VALIDATION}
    if gathering.is_behind(folder, TABLES):
        gathered = gathering.gather(folder, TABLES, _seeds(folder))
        tables = {name: table.to_pandas() for name, table in gathered.items()}
        added |= {name: _frame(name, _of_repetitions(folder, name)) for name in BUDGETED}
    else:
        tables = {name: _gathered(folder, name) for name in TABLES}
    return Records(folder, campaign, **tables, **added)


def rows(folder: Path, name: str) -> list[Row]:
    """The rows of the table ``name`` of `TABLES`, of a campaign that may be under way.

    A null is None. Raises as `read`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     about = Path(name) / layout.CAMPAIGN_FILE
    ...     _ = about.write_text('{"configuration": {"seeds": 1}}')
    ...     gather(Path(name))
    ...     print(rows(Path(name), "runs"))
    []
    """
    if gathering.is_behind(folder, TABLES):
        found: list[Row] = gathering.gather(folder, TABLES, _seeds(folder))[name].to_pylist()
        return found
    path = layout.gathered_file(folder, name)
    return [] if name in layout.ADDED_TABLES and not path.is_file() else read_rows(path, name)


def gather(folder: Path) -> None:
    """Write the tables of the campaign in ``folder`` from the folders of its finished runs.

    The table ``runs``, by which `read` sees whether they are up to date, comes last.

    Raises
    ------
    UserError
        If a run's table is damaged, or the disk refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     about = Path(name) / layout.CAMPAIGN_FILE
    ...     _ = about.write_text('{"configuration": {"seeds": 1}}')
    ...     gather(Path(name))
    ...     print(sorted(path.stem for path in Path(name).glob("tables/*")))
    ['attempts', 'experts', 'fields', 'history', 'runs', 'trials', 'unknowns']
    """
    for name in BUDGETED:
        if together := _of_repetitions(folder, name):
            write_table(layout.gathered_file(folder, name), name, together)
    gathered = gathering.gather(folder, TABLES, _seeds(folder))
    stamp = gathering.stamp(gathered["runs"])
    for name in sorted(TABLES, key=lambda name: name == "runs"):
        parquet.write_table(layout.gathered_file(folder, name), gathered[name], stamp)


def read_added(folder: Path, name: str) -> pd.DataFrame:
    """A table that a campaign may lack; without rows where there is none yet.

    Examples
    --------
    >>> len(read_added(Path("no such folder"), "singles"))
    0
    """
    path = layout.gathered_file(folder, name)
    return read_table(path, name) if path.is_file() else _frame(name, [])


def read_campaign(folder: Path) -> dict[str, Any]:
    """``campaign.json`` of ``folder``; see `nas.campaign.identity_file`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     _ = (Path(name) / layout.CAMPAIGN_FILE).write_text('{"study": "burgers-1"}')
    ...     print(read_campaign(Path(name)))
    {'study': 'burgers-1'}
    """
    return identity_file.read(usable(Path(folder)))


def read_table(path: Path, name: str) -> pd.DataFrame:
    """The table ``name`` at ``path``, checked against its schema.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> row = dict.fromkeys(VALIDATION["singles"].names) | {"parameters": 321}
    >>> with TemporaryDirectory() as name:
    ...     write_table(Path(name) / "singles.parquet", "singles", [row])
    ...     print(read_table(Path(name) / "singles.parquet", "singles").parameters.to_list())
    [321]
    """
    return parquet.read(path, _schema(name), _command(name))


def read_rows(path: Path, name: str, columns: Sequence[str] | None = None) -> list[Row]:
    """The rows of the table ``name`` at ``path`` as `write_table` took them: null is None.

    Of some ``columns`` alone, which takes less time where there are many.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> row = dict.fromkeys(VALIDATION["singles"].names) | {"parameters": 321}
    >>> with TemporaryDirectory() as name:
    ...     write_table(Path(name) / "singles.parquet", "singles", [row])
    ...     print(read_rows(Path(name) / "singles.parquet", "singles") == [row])
    True
    """
    return parquet.read_rows(path, _schema(name), _command(name), columns)


def write_table(path: Path, name: str, rows: list[Row]) -> None:
    """Write ``rows`` (each with exactly the schema's columns) as the table ``name``.

    Examples
    --------
    >>> write_table(Path("singles.parquet"), "singles", [{"seconds": 7}])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: singles: expected the columns ['repetition', ...], got ['seconds']
    """
    parquet.write(path, _schema(name), rows)


def write_map(path: Path, columns: dict[str, Any]) -> None:
    """Write one run's map (see `Records.map`); ``columns`` are 1-D arrays of equal length.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_map(Path(name) / "map.parquet", {"x": [0.0, 1.0], "u": [0.5, 0.25]})
    ...     print(list(parquet.read_any(Path(name) / "map.parquet")))
    ['x', 'u']
    """
    parquet.write_table(path, pa.table(columns))


def _gathered(folder: Path, name: str) -> pd.DataFrame:
    """A table of `TABLES`; one that an earlier version did not know is without rows."""
    if name in layout.ADDED_TABLES:
        return read_added(folder, name)
    return read_table(layout.gathered_file(folder, name), name)


def _of_repetitions(folder: Path, name: str) -> list[Row]:
    """The rows of a table of `BUDGETED` that pools or races have left."""
    folders = {"pool": layout.POOLS, "race": layout.RACES}[name]
    found = sorted(folder.glob(f"{folders}/*/{name}.parquet"))
    return [row for path in found for row in read_rows(path, name)]


def _seeds(folder: Path) -> int:
    """How many runs a trial has."""
    seeds = read_campaign(folder).get("configuration", {}).get("seeds")
    if type(seeds) is not int:
        raise parquet.damaged(folder / layout.CAMPAIGN_FILE, "it lacks configuration.seeds")
    return seeds


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema=_schema(name)).to_pandas()
    return frame


def _schema(name: str) -> pa.Schema:
    return (TABLES | BUDGETED | VALIDATION)[name]


def _command(name: str) -> str:
    """What gathers the table ``name``."""
    return f"nas {'validate' if name in VALIDATION else 'search'}"
