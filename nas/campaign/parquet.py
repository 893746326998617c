"""Tables on disk: rows that fit a schema, written whole or not at all, and checked when read.

Each file holds its digest, as a key of its metadata: parquet's own checksums are of the pages, and
not of what is written about them. Others say to which campaign it belongs, in which folder of that
it was written, and, of the gathered ones, with which others it was gathered.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nas import belonging, digest
from nas.campaign.layout import CAMPAIGN_FILE, TABLES_FOLDER, VALIDATION
from nas.errors import UserError, unreadable
from nas.files import read_bytes, whole

Row = dict[str, Any]

_DEFAULT = b"default"  # of a column, in its metadata
_DIGEST = b"digest"
_CAMPAIGN, _FOLDER, _STAMP = b"campaign", b"folder", b"stamp"
_BESIDE = {"baseline": "baseline", VALIDATION: "validate"}  # what fills which folder


def with_default(column: pa.Field, value: Any) -> pa.Field:
    """A column that holds ``value`` where a table was written without it.

    Examples
    --------
    >>> with_default(pa.field("scale", pa.float64()), 1.0).metadata
    {b'default': b'1.0'}
    """
    return column.with_metadata({_DEFAULT: json.dumps(value)})


def read(path: Path, schema: pa.Schema, command: str = "nas search") -> pd.DataFrame:
    """The table at ``path``.

    Parameters
    ----------
    command
        What writes the table anew, where it is a gathered one.

    Raises
    ------
    UserError
        If there is none, it is damaged, or it has other columns than ``schema``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> schema = pa.schema([("run", pa.string()), ("loss", pa.float64())])
    >>> with TemporaryDirectory() as name:
    ...     write(Path(name) / "x.parquet", schema, [{"run": "0000-0", "loss": None}])
    ...     print(read(Path(name) / "x.parquet", schema).loss.isna().all())
    ...     print(read_rows(Path(name) / "x.parquet", schema))
    True
    [{'run': '0000-0', 'loss': None}]
    """
    frame: pd.DataFrame = read_table(path, schema, command).to_pandas()
    return frame


def read_rows(
    path: Path,
    schema: pa.Schema,
    command: str = "nas search",
    columns: Sequence[str] | None = None,
) -> list[Row]:
    """The rows of the table at ``path`` as `write` took them: null is None. Raises as `read`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> schema = pa.schema([("run", pa.string()), ("loss", pa.float64())])
    >>> with TemporaryDirectory() as name:
    ...     write(Path(name) / "x.parquet", schema, [{"run": "0000-0", "loss": None}])
    ...     print(read_rows(Path(name) / "x.parquet", schema))
    [{'run': '0000-0', 'loss': None}]
    """
    rows: list[Row] = read_table(path, schema, command, columns).to_pylist()
    return rows


def read_table(
    path: Path,
    schema: pa.Schema,
    command: str = "nas search",
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """The table at ``path`` in arrow's columns, of which only some may be asked for.

    Raises as `read`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> schema = pa.schema([("run", pa.string())])
    >>> with TemporaryDirectory() as name:
    ...     write(Path(name) / "x.parquet", schema, [{"run": "0000-0"}])
    ...     print(read_table(Path(name) / "x.parquet", schema).num_rows)
    1
    """
    if path.is_dir():
        raise damaged(path, "a folder in the place of a file", command)
    if not path.is_file():
        raise UserError(
            f"{path}: no such table, so no run has finished yet; "
            "run `nas search` again on this folder to go on"
        )
    wanted = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    found = _load(path, command, columns)
    table = _completed(found, wanted)
    if columns is not None:  # in the order asked for, which the file need not have
        table = table.select([name for name in columns if name in table.column_names])
    if table.column_names != wanted.names:
        raise UserError(
            f"{path}: expected the columns {', '.join(wanted.names)}, "
            f"got {', '.join(found.column_names)}; it was written by another version of the "
            "toolkit: go on with that version, or search anew with another --out"
        )
    return table


def read_any(path: Path) -> pd.DataFrame:
    """The table at ``path``, whatever its columns; `UserError` if it is damaged.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_table(Path(name) / "x.parquet", pa.table({"u": [0.5, 0.25]}))
    ...     print(read_any(Path(name) / "x.parquet").u.sum())
    0.75
    """
    frame: pd.DataFrame = _load(path, "nas search").to_pandas()
    return frame


def write(path: Path, schema: pa.Schema, rows: list[Row]) -> None:
    """Write ``rows``, each with exactly the schema's columns.

    Raises
    ------
    ValueError
        If a row has other columns.
    UserError
        If the disk refuses.

    Examples
    --------
    >>> write(Path("x.parquet"), pa.schema([("loss", pa.float64())]), [{"error": 0.1}])
    Traceback (most recent call last):
    ...
    ValueError: x: expected the columns ['loss'], got ['error']
    """
    for row in rows:
        if row.keys() != set(schema.names):
            raise ValueError(f"{path.stem}: expected the columns {schema.names}, got {sorted(row)}")
    write_table(path, pa.Table.from_pylist(rows, schema=schema))


def write_table(path: Path, table: pa.Table, stamp: str = "") -> None:
    """Write a table of any columns; `UserError` if the disk refuses.

    Parameters
    ----------
    stamp
        What tables that were gathered together have in common.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_table(Path(name) / "x.parquet", pa.table({"u": [0.5, 0.25]}), stamp="3f2a")
    ...     print(pq.read_table(Path(name) / "x.parquet").column_names)
    ...     print(stamp_of(Path(name) / "x.parquet"))
    ['u']
    3f2a
    """
    known = {**(table.schema.metadata or {}), _DIGEST: digest.BLANK.encode()}
    known |= {_FOLDER: path.absolute().parent.name.encode(errors="surrogateescape")}
    if stamp:
        known[_STAMP] = stamp.encode()
    if campaign := belonging.campaign_of(path):
        known[_CAMPAIGN] = campaign.encode()
    content = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(known), content, write_page_checksum=True)
    with whole(path) as temporary:
        temporary.write_bytes(digest.sealed(content.getvalue()))


def stamp_of(path: Path) -> str | None:
    """The stamp of the table at ``path``; None where there is none, or it cannot be read.

    Examples
    --------
    >>> stamp_of(Path("no such file")) is None
    True
    """
    try:
        known = pq.read_metadata(pa.BufferReader(read_bytes(path))).metadata or {}
    except (pa.ArrowException, ValueError, OSError):
        return None  # whoever reads it tells why
    stamp = known.get(_STAMP)
    return None if stamp is None else stamp.decode(errors="replace")


def damaged(path: Path, error: object, command: str = "nas search") -> UserError:
    """What to tell of a file of a campaign that cannot be understood.

    Examples
    --------
    >>> print(damaged(Path("out/tables/runs.parquet"), "no footer"))
    out/tables/runs.parquet: damaged or cut short (no footer); delete this file and run `nas \
search` again on this folder, which gathers it anew
    """
    if isinstance(error, PermissionError):
        return unreadable(path, error)
    first = str(error).splitlines()[0] if str(error) else "unreadable"
    if path.name == CAMPAIGN_FILE:
        advice = (
            "put a copy back, or search anew with another --out; the folders of finished runs "
            "beside it are whole"
        )
    elif path.parent.name == TABLES_FOLDER:
        advice = f"delete this file and run `{command}` again on this folder, which gathers it anew"
    else:
        verbs = (verb for part, verb in _BESIDE.items() if part in path.parts[-4:-1])
        again = next(verbs, "search")
        advice = f"delete the folder {path.parent} and run `nas {again}` again: it repeats this run"
    return UserError(f"{path}: damaged or cut short ({first}); {advice}")


def _completed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """``table`` with those columns that it lacks and that have a default."""
    if table.column_names == schema.names:
        return table
    for place, column in enumerate(schema):
        if column.name not in table.column_names and _DEFAULT in (column.metadata or {}):
            value = json.loads(column.metadata[_DEFAULT])
            values = pa.array([value] * len(table), column.type)
            table = table.add_column(min(place, table.num_columns), column, values)
    return table


def _check_folder(path: Path, name: bytes | None) -> None:
    """Refuse a run's table in another run's folder; earlier versions wrote no name."""
    if name is not None and name.decode(errors="surrogateescape") != path.absolute().parent.name:
        raise ValueError(f"it was written in another folder, {name.decode(errors='replace')}")


def _load(path: Path, command: str, columns: Sequence[str] | None = None) -> pa.Table:
    try:
        content = read_bytes(path)
        # Not by `pq.read_table`, which takes three times as long for a file of one row, nor from a
        # file of Python's: its bytes are asked for in another thread, and this one waits for it.
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        known = file.metadata.metadata or {}
        if _DIGEST in known:
            digest.check(content, known[_DIGEST].decode())
        belonging.check(path, known.get(_CAMPAIGN, b"").decode())
        _check_folder(path, known.get(_FOLDER))
        asked = None if columns is None else list(columns)
        return file.read(asked, use_threads=False)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise damaged(path, error, command) from error
