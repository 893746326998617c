"""From one write on all fail as on a full disk; then there is room, and it is done again.

In this process, where writes can be made to fail: what a worker does at a full disk is tested in
`tests/campaign/test_campaign_failures.py`.
"""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.engine.default import DefaultDialect

from experiments.harness.figures import Findings
from experiments.harness.tasks import kept
from experiments.robustness.commands import CAMPAIGN, left
from experiments.robustness.undisturbed import Undisturbed
from nas import reports
from nas.campaign import campaign, config
from nas.errors import UserError
from nas.export import export

TOLD, LOST, OTHERWISE, PASSED = "told", "lost", "otherwise", "passed"


def _search(work: Path) -> object:
    return campaign.search(config.load(CAMPAIGN, ["parallel.engine=serial"]), work / "out")


def _report(work: Path) -> object:
    with chdir(work):  # a page names the folder as its command did
        return reports.write(Path("out"))


DOES: dict[str, Callable[[Path], object]] = {
    "search": _search,
    "report": _report,
    "export": lambda work: export(work / "out", work / "model"),
}


def _is_full(*_: Any, **__: Any) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _rolls_back(_: DefaultDialect, connection: Any) -> NoReturn:
    connection.rollback()  # as SQLite does
    raise sqlite3.OperationalError("database or disk is full")


# Where a full disk is met, and what happens: as a file that is written whole is made, as it is
# written, as it reaches the disk, and as the study is.
PLACES: dict[str, tuple[Any, str, Callable[..., NoReturn]]] = {
    "made": (tempfile, "mkstemp", _is_full),
    "written": (Path, "write_bytes", _is_full),
    "synced": (os, "fsync", _is_full),
    "committed": (DefaultDialect, "do_commit", _rolls_back),
}


def measure(most: int, findings: Findings, folder: Path) -> None:
    """Let each write fail, up to so many of each command; what is done is not done again."""
    found = [one for name in DOES for place in PLACES for one in _each(name, place, most, folder)]
    verdicts = [one["verdict"] for one in found]
    findings.effort = f"{len(found)} writes"
    findings.add("writes that failed", len(found))
    findings.add("told in a line", verdicts.count(TOLD))
    findings.add("with another result afterwards", verdicts.count(LOST), target=0)
    findings.add("ended otherwise", verdicts.count(OTHERWISE), target=0)
    findings.note(*sorted({f"{one['error']}" for one in found if one["verdict"] == OTHERWISE}))


def _each(name: str, place: str, most: int, folder: Path) -> Iterator[dict[str, Any]]:
    """One write of a command after the other, until it has no more."""
    undisturbed = Undisturbed(folder / "undisturbed")
    for number in count():
        path = folder / "writes" / name / place / f"{number}.json"
        found = kept(path, partial(refused, name, place, number, undisturbed))
        if found["verdict"] == PASSED or number == most:
            return
        yield found


def refused(name: str, place: str, number: int, undisturbed: Undisturbed) -> dict[str, str]:
    """What becomes of a command whose write of this ``number`` fails."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        undisturbed.before(name, work)
        error, verdict = "", PASSED
        try:
            with failing(place, number):
                DOES[name](work)
        except UserError as told:
            error, verdict = str(told), TOLD
        except Exception as otherwise:
            error, verdict = repr(otherwise), OTHERWISE
        if verdict != PASSED:
            DOES[name](work)
            verdict = verdict if left(work) == undisturbed.left(name) else LOST
    return {"verdict": verdict, "error": error.replace(folder, "work")}


@contextmanager
def failing(place: str, number: int) -> Iterator[None]:
    """Let the write of this ``number``, counted from 0, and all that follow meet a full disk."""
    module, name, refuses = PLACES[place]
    works, turn = getattr(module, name), count()

    def fails(*arguments: Any, **named: Any) -> Any:
        if next(turn) >= number:
            refuses(*arguments, **named)
        return works(*arguments, **named)

    setattr(module, name, fails)
    try:
        yield
    finally:
        setattr(module, name, works)
