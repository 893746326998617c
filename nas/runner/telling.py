"""What is told of jobs in a line: each phase and each job that has ended, and readings on the way.

By the logger ``nas``: jobs as INFO; phases as INFO of its child ``nas.phases``; readings, at most
one a second for each job, as DEBUG of ``nas.readings``. Where nobody listens, nothing is shown.
"""

import logging
from datetime import timedelta
from pathlib import Path

from nas.one_line import one_line
from nas.runner import job_log
from nas.runner.attempt_log import Reported
from nas.runner.budget import time_taken
from nas.runner.job import Job
from nas.runner.progress import Progress, read_progress

_JOBS = logging.getLogger("nas")
_PHASES = logging.getLogger("nas.phases")
_READINGS = logging.getLogger("nas.readings")


class Phases:
    """Notes in a job's log that a phase has ended: when the job reports of the next one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from types import SimpleNamespace as Made
    >>> with TemporaryDirectory() as name:
    ...     job = Made(folder=Path(name), told="0007-0 {}".format, is_held_out=lambda phase: False)
    ...     phases = Phases(job)
    ...     phases.note(Progress(0, 1.0, "warm-up", 0.1, step=100, loss=0.02, experts=9))
    ...     phases.note(Progress(0, 2.0, "selection", 0.2, step=120, loss=0.01, experts=9))
    ...     print(job_log.read(Path(name))[0])
    [('phase', '0007-0 warm-up ended at step 100: training loss 2.00e-02, 9 experts')]
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last: Reported | None = None

    def note(self, reported: Reported) -> None:
        """Take a reading."""
        if self._last is not None and reported.phase != self._last.phase:
            self.end()
        self._last = reported

    def end(self) -> None:
        """Note that the last phase has ended, if there was one."""
        if self._last is not None:
            job_log.add(self._job.folder, job_log.PHASE, _reading(self._job, self._last, "ended "))
        self._last = None


class Telling:
    """Tells of jobs that others work on.

    Examples
    --------
    Where nobody listens to the logger, nothing is shown:

    >>> from types import SimpleNamespace as Made
    >>> job, telling = Made(folder=Path("no such folder"), name="0007-0", found=""), Telling()
    >>> telling.begin(job)
    >>> telling.ended(job, "completed")
    """

    def __init__(self) -> None:
        self._told: dict[Path, int] = {}  # bytes of each log that have been told of
        self._shown: dict[Path, Progress] = {}

    def begin(self, job: Job) -> None:
        """Leave out what is in the job's log already."""
        _, self._told[job.folder] = job_log.read(job.folder)

    def look(self, job: Job) -> None:
        """Tell what is new of a job under way."""
        lines, self._told[job.folder] = job_log.read(job.folder, self._told.get(job.folder, 0))
        for kind, text in lines:
            if kind == job_log.PHASE:
                _PHASES.info("%s", one_line(text))
        if _READINGS.isEnabledFor(logging.DEBUG):
            self._look_closely(job)

    def ended(self, job: Job, ending: str) -> None:
        """Tell how a job has ended."""
        self.look(job)
        if _JOBS.isEnabledFor(logging.INFO):
            _JOBS.info("%s", outcome(job, ending))

    def _look_closely(self, job: Job) -> None:
        progress = read_progress(job.folder)
        if progress is not None and progress != self._shown.get(job.folder):
            self._shown[job.folder] = progress
            _READINGS.debug("%s", _reading(job, progress))


def outcome(job: Job, ending: str) -> str:
    """How a job has ended, after how long, and what it found.

    Examples
    --------
    >>> from types import SimpleNamespace as Made
    >>> outcome(Made(folder=Path("no such folder"), name="0007-0", found=""), "failed")
    '0007-0 failed after 0:00:00'
    """
    seconds = timedelta(seconds=round(time_taken(job.folder)))
    found = f": {job.found}" if job.found else ""
    return one_line(f"{job.name} {ending} after {seconds}{found}")


def _reading(job: Job, reported: Reported, ended: str = "") -> str:
    loss, experts = "", ""
    if reported.loss is not None:
        on = "held-out" if job.is_held_out(reported.phase) else "training"
        loss = f"{on} loss {reported.loss:.2e}"
    if reported.experts is not None:
        experts = f"{reported.experts} expert{'s' * (reported.experts != 1)}"
    said = ", ".join(filter(None, [loss, experts]))
    at = f"{job.told(reported.phase)} {ended}at step {reported.step:,}"
    return f"{at}: {said}" if said else at
