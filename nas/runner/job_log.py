"""What has become of a job, a line at a time, in ``log.txt`` of its folder: for people.

Whoever works on the job adds whole lines. Whoever has handed it out reads those that are new, and
tells of the phases that have ended (`nas.runner.telling`). Nothing that is found depends on them:
they hold times, and a log that is lost, or cannot be written, is no reason to stop.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from nas.files import changed, read_bytes
from nas.one_line import one_line

LOG_FILE = "log.txt"
PHASE, RUN = "phase", "run"  # of what a line tells: of a phase that has ended, or of the whole job

# A pipe in the log's place keeps nobody waiting, and a link leads nowhere.
_ADDING = (
    os.O_RDWR
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)


def add(folder: Path, kind: str, text: str) -> None:
    """Add a line with the time and its ``kind``, `PHASE` or `RUN`, to the log in ``folder``.

    It is written at once, so that a kill leaves all of it or, at worst, a beginning; the next line
    then stands on a line of its own.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     add(Path(name), PHASE, "0007-0 warm-up ended at step 100")
    ...     add(Path(name), RUN, "0007-0 completed")
    ...     for line in (Path(name) / LOG_FILE).read_text().splitlines():
    ...         print(line.partition(" ")[2])
    phase 0007-0 warm-up ended at step 100
    run 0007-0 completed
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = f"{now} {kind} {one_line(text)}\n".encode()
    with suppress(OSError):
        descriptor = os.open(folder / LOG_FILE, _ADDING, 0o666)
        try:
            os.write(descriptor, b"\n" * _is_cut_short(descriptor) + line)
        finally:
            os.close(descriptor)
        changed(folder / LOG_FILE)


def read(folder: Path, after: int = 0) -> tuple[list[tuple[str, str]], int]:
    """The lines in ``folder`` ``after`` so many bytes, each its kind and text; and their end.

    A line that is not whole yet is left to the next call, and what is no line of a log is left out.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     add(Path(name), RUN, "0007-0 completed")
    ...     found, end = read(Path(name))
    ...     print(found, read(Path(name), end) == ([], end))
    [('run', '0007-0 completed')] True
    """
    try:
        content = read_bytes(folder / LOG_FILE)[after:]
    except OSError:
        return [], after
    whole = content[: content.rfind(b"\n") + 1]
    parts = [line.split(" ", 2) for line in whole.decode(errors="replace").split("\n")]
    return [(part[1], part[2]) for part in parts if len(part) == 3], after + len(whole)


def _is_cut_short(descriptor: int) -> bool:
    """Whether a file ends in the middle of a line."""
    size = os.fstat(descriptor).st_size
    if not size:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"
