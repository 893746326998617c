"""A job in its worker process: alone in its folder, and heedful of the order to stop."""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from nas import problems
from nas.campaign.config import Campaign
from nas.campaign.folder import stop_file
from nas.errors import UserError
from nas.files import write_text
from nas.problems import Problem

ORPHAN_PATIENCE = 300.0  # seconds for an orphan to end its iterations and leave


class Job(Protocol):
    """What a job knows of its problem: ``problem`` is set where it is not to be loaded by name."""

    @property
    def campaign(self) -> Campaign: ...

    @property
    def problem(self) -> Problem | None: ...

    @property
    def fingerprint(self) -> str: ...  # of the problem as the campaign began with it


def problem_of(job: Job) -> Problem:
    """The job's problem; `UserError` if its mathematics is not that of the campaign."""
    problem = job.problem or problems.load(job.campaign.problem)
    if problem.fingerprint != job.fingerprint:
        raise UserError(
            f"{job.campaign.problem}: expected the problem that the campaign began with, got "
            "another; undo the change, or search anew with another --out"
        )
    return problem


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: an orphan of a killed command may still be on its way out."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=ORPHAN_PATIENCE)
    except Timeout as error:
        raise UserError(
            f"{folder}: expected no other process at work here, but one holds .lock; "
            "end it, then run the same command again"
        ) from error
    try:
        for left_over in folder.glob(".*.part"):  # of a process that was killed as it wrote
            left_over.unlink()
        yield
    finally:
        lock.release()


@contextmanager
def indispensable(folder: Path, what: str) -> Iterator[None]:
    """Turn whatever is raised into a `UserError`: without ``what`` there is no going on."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        write_text(folder / "error.txt", traceback.format_exc())
        raised = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise UserError(
            f"{folder}: {what} raised {raised}; see error.txt there, mend it, then run the same "
            "command again"
        ) from error


def should_stop(folder: Path, parent: int) -> Callable[[], bool]:
    """Whether the command at work in ``folder``, process ``parent``, wants its workers to stop."""
    stop = stop_file(folder)
    # An orphan would go on writing beside the command that takes its place.
    return lambda: stop.exists() or os.getppid() != parent
