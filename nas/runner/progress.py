"""How far the present attempt at a job is: written by its worker, read by whoever watches."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nas import json_file
from nas.files import remove

PROGRESS_FILE = "progress.json"


@dataclass(frozen=True)
class Progress:
    """A sign of life.

    Examples
    --------
    >>> Progress(attempt=0, seconds=12.5, phase="selection", done=0.4, step=300, loss=0.1).phase
    'selection'
    """

    attempt: int  # number of the attempt, as in its log
    seconds: float  # since it began
    phase: str
    done: float  # of the job, in [0, 1]
    step: int
    loss: float | None = None
    experts: int | None = None  # still alive


def write_progress(folder: Path, progress: Progress) -> None:
    """Write it into a job's folder.

    Raises
    ------
    UserError
        If the disk refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_progress(Path(name), Progress(0, 1.0, "warm-up", 0.1, step=7))
    ...     print(read_progress(Path(name)).step)
    7
    """
    json_file.write(folder / PROGRESS_FILE, asdict(progress))


def read_progress(folder: Path) -> Progress | None:
    """The last sign of life in a job's folder; None if there is none, or it cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_progress(Path(name), Progress(0, 1.0, "warm-up", 0.1, 7))
    ...     print(read_progress(Path(name)).step, read_progress(Path(name) / "elsewhere"))
    7 None
    """
    try:
        found = json_file.read(folder / PROGRESS_FILE)
    except (OSError, ValueError):
        return None  # it is about times and phases: losing it is no reason to stop
    return Progress(**found) if _is_progress(found) else None


def _is_progress(found: Any) -> bool:
    if not isinstance(found, dict) or found.keys() != Progress.__dataclass_fields__.keys():
        return False
    whole = [found["attempt"], found["step"]]
    if found["experts"] is not None:
        whole.append(found["experts"])
    loss = [] if found["loss"] is None else [found["loss"]]  # it may be infinite
    return (
        isinstance(found["phase"], str)
        and all(type(value) is int and value >= 0 for value in whole)
        and all(type(value) in (int, float) for value in loss)
        and all(_is_finite(found[name]) for name in ("seconds", "done"))
    )


def _is_finite(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def clear_progress(folder: Path) -> None:
    """Remove what an earlier attempt has left.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_progress(Path(name), Progress(0, 1.0, "warm-up", 0.1, step=7))
    ...     clear_progress(Path(name))
    ...     print(read_progress(Path(name)))
    None
    """
    remove(folder / PROGRESS_FILE)
