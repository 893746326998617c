"""Attempts at a job: when, where and how fast each was; a row is added when one begins.

While an attempt is under way its row says ``killed``, which is the truth if the process dies
before closing it; how far it got is then known from its last `Progress`.
"""

import functools
import json
import logging
import math
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from nas import json_file
from nas.runner.progress import Progress, clear_progress, read_progress, write_progress
from nas.runner.provenance import processor, versions

ATTEMPTS_FILE = "attempts.json"
REPORT_EVERY = 1.0  # seconds between two signs of life

Row = dict[str, Any]

_MACHINE = "machine"  # its host name
_KINDS: dict[str, type] = {
    **dict.fromkeys(("attempt", "from_step", "to_step", "threads"), int),
    **dict.fromkeys(
        ("started", "ending", "device", _MACHINE, "processor", "platform", "versions"), str
    ),
    "seconds": float,
}


class Reported(Protocol):
    """What a job reports of itself while it works, as `nas.training.training_run.Progress`."""

    @property
    def phase(self) -> str: ...

    @property
    def done(self) -> float: ...

    @property
    def step(self) -> int: ...

    @property
    def loss(self) -> float | None: ...

    @property
    def experts(self) -> int | None: ...


class AttemptLog:
    """The log of the attempts at one job.

    Parameters
    ----------
    folder
        The job's.
    threads
        Of the worker at work.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     log = AttemptLog(Path(name), threads=1)
    ...     log.begin(step=0, device="cpu")
    ...     print([row["ending"] for row in read_attempts(Path(name))])
    ...     log.close("completed", step=120)
    ...     print([(row["ending"], row["to_step"]) for row in read_attempts(Path(name))])
    ['killed']
    [('completed', 120)]
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder, self._threads = folder, threads
        self._rows = read_attempts(folder)
        self._started = time.monotonic()
        self._reported = self._started
        self._open = False

    @property
    def seconds(self) -> float:
        """Of all attempts, as far as is known; of the one under way, what it has taken so far."""
        under_way = time.monotonic() - self._started if self._open else 0.0
        return float(sum(row["seconds"] for row in self._rows)) + under_way

    def begin(self, step: int, device: str) -> None:
        """Begin an attempt that goes on from ``step``."""
        self._open = True
        self._rows.append(
            {
                "attempt": len(self._rows),
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
                "seconds": 0.0,
                "from_step": step,
                "to_step": step,
                "ending": "killed",
                "device": device,
                "threads": self._threads,
                _MACHINE: platform.node(),
                "processor": processor(),
                "platform": platform.platform(),
                "versions": json.dumps(versions()),
            }
        )
        self._write()
        clear_progress(self._folder)

    def report(self, reported: Reported) -> None:
        """Write a sign of life, at most once a second."""
        now = time.monotonic()
        if now - self._reported <= REPORT_EVERY:
            return
        self._reported = now
        progress = Progress(
            attempt=self._rows[-1]["attempt"],
            seconds=round(now - self._started, 3),
            phase=reported.phase,
            done=reported.done,
            step=reported.step,
            loss=reported.loss,
            experts=reported.experts,
        )
        write_progress(self._folder, progress)

    def close(self, ending: str, step: int | None = None) -> None:
        """End the attempt, at ``step`` where it is known; without effect if none is under way."""
        if not self._open:
            return
        self._open = False
        # What stands in the file may be damaged by now; the rows here are the whole log.
        last = self._rows[-1]
        seconds = round(time.monotonic() - self._started, 3)
        to_step = _lasted(last, self._folder)["to_step"] if step is None else step
        last |= {"ending": ending, "seconds": seconds, "to_step": to_step}
        self._write()
        clear_progress(self._folder)

    def _write(self) -> None:
        json_file.write(self._folder / ATTEMPTS_FILE, {"attempts": self._rows})


def read_attempts(folder: Path) -> list[Row]:
    """The attempts at the job in ``folder``, the first one first; none where there is no log.

    A log that cannot be read is as none, and told once: to lose times is no reason to stop.

    Examples
    --------
    >>> read_attempts(Path("no such folder"))
    []
    """
    path = folder / ATTEMPTS_FILE
    try:
        rows = _rows(json_file.read(path))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError) as error:
        _tell(path, str(error))
        return []
    for row in rows[-1:]:
        if row["ending"] == "killed":  # or still under way: nobody has closed the row
            row |= _lasted(row, folder)
    return rows


def _rows(found: Any) -> list[Row]:
    """The rows of a log; earlier versions wrote nothing around them, and of no machine."""
    rows = found.get("attempts") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise ValueError("no log of attempts")
    rows = [{_MACHINE: "", **row} if isinstance(row, dict) else row for row in rows]
    if not all(map(_is_row, rows)):
        raise ValueError("no log of attempts")
    return rows


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and row.keys() == _KINDS.keys()
        and all(_fits(row[name], kind) for name, kind in _KINDS.items())
    )


def _fits(value: Any, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str)
    if kind is int:
        return type(value) is int and value >= 0
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


@functools.lru_cache(maxsize=256)
def _tell(path: Path, why: str) -> None:
    """Say, once, that a log is lost."""
    logging.getLogger(__name__).warning(
        "%s: expected a log of attempts, got a file that is damaged (%.80s); what its attempts "
        "took is not known any more, and nothing else is lost",
        path,
        why,
    )


def _lasted(row: Row, folder: Path) -> Row:
    """How long the attempt of ``row`` has lasted, and how far it came, by its last sign of life."""
    progress = read_progress(folder)
    if progress is None or progress.attempt != row["attempt"]:
        return {"seconds": row["seconds"], "to_step": row["to_step"]}
    return {"seconds": progress.seconds, "to_step": progress.step}
