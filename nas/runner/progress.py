"""How far the present attempt at a job is: written by its worker, read by whoever watches."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from nas.files import write_text

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
    ...     print(json.loads((Path(name) / PROGRESS_FILE).read_text())["step"])
    7
    """
    write_text(folder / PROGRESS_FILE, json.dumps(asdict(progress)))


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
        return Progress(**json.loads((folder / PROGRESS_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # it is about times and phases: losing it is no reason to stop


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
    (folder / PROGRESS_FILE).unlink(missing_ok=True)
