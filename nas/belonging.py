"""To which campaign a file belongs, so that what was copied from another one is told.

A campaign's ``campaign.json`` has an identity, a digest of all that decides about its results:
those of equal campaigns are equal. Its tables and checkpoints carry it.
"""

import os
from functools import lru_cache
from pathlib import Path

from nas import json_file

FILE = "campaign.json"
KEY = "identity"
_ABOVE = 5  # folders between a file and its campaign's, at most


def campaign_of(path: Path) -> str:
    """The identity of the campaign in whose folder ``path`` lies.

    Empty where there is none, or it was begun by a version that gave none.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     json_file.write(Path(name) / FILE, {KEY: "3f2a"})
    ...     campaign_of(Path(name) / "runs" / "0000-0" / "runs.parquet")
    '3f2a'
    """
    folder = os.path.abspath(path)  # noqa: PTH100 - each of ten thousand runs asks several times
    for _ in range(_ABOVE):
        folder = os.path.dirname(folder)  # noqa: PTH120
        file = f"{folder}{os.sep}{FILE}"
        try:
            status = os.stat(file)  # noqa: PTH116
        except OSError:
            continue
        return _identity(file, status.st_mtime_ns, status.st_size)
    return ""


def check(path: Path, identity: object) -> None:
    """Refuse what lies at ``path`` and says that it is of the campaign with this ``identity``.

    Raises
    ------
    ValueError
        If it lies in the folder of another campaign, as far as both are known.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     json_file.write(Path(name) / FILE, {KEY: "3f2a"})
    ...     check(Path(name) / "runs.parquet", "9c01")
    Traceback (most recent call last):
    ValueError: it is of another campaign
    """
    here = campaign_of(path)
    if here and identity and identity != here:
        raise ValueError("it is of another campaign")


@lru_cache(maxsize=64)
def _identity(file: str, changed: int, size: int) -> str:
    """What stands in the file; it is read again once it has changed."""
    try:
        found = json_file.read(Path(file))
    except (OSError, ValueError):
        return ""  # whoever needs what it says tells of it
    identity = found.get(KEY) if isinstance(found, dict) else None
    return identity if isinstance(identity, str) else ""
