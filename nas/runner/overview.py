"""How far all jobs are, and how long the rest will take."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nas.runner.budget import time_taken
from nas.runner.job import Job
from nas.runner.pace import Between, Pace
from nas.runner.progress import Progress, read_progress

_STARTING = "starting"  # the phase of a job that has given no sign of life yet


@dataclass(frozen=True)
class Running:
    """A job under way, as far as its last sign of life tells.

    Examples
    --------
    >>> Running("0007-0", "selection", done=0.4, step=300, loss=0.1, experts=9).phase
    'selection'
    """

    name: str
    phase: str
    done: float  # in [0, 1]
    step: int
    loss: float | None
    experts: int
    held_out: bool = False  # whether the loss is on points that it never learns from


@dataclass(frozen=True)
class Best:
    """The job with the least held-out loss of those that have ended.

    Examples
    --------
    >>> Best("0007-0", 1.2e-4).name
    '0007-0'
    """

    name: str
    held_out_loss: float


@dataclass(frozen=True)
class State:
    """What a watcher is told, a few times a second.

    Examples
    --------
    >>> State(12, finished=3, failed=0, running=[], seconds=60.0, seconds_left=180.0).seconds_left
    180.0
    """

    jobs: int
    finished: int
    failed: int
    running: list[Running]
    seconds: float  # since this call began
    seconds_left: float | None  # 0 where all is done; None where it is not known
    best: Best | None = None  # so far; None where nothing is known yet
    # Where the time left is in part a guess: at least and at most.
    between: Between | None = None
    within_budget: bool = False  # the time left is what is left of a budget


Watch = Callable[[State], None]


class Clock:
    """How far all jobs are, and how long the rest will take.

    Without a budget this follows from the jobs that have ended: one under way takes what is missing
    to their mean, or, where it has taken longer already, as long for a step as so far; no longer
    than its phases let expect (see `nas.runner.pace`). One that has not begun takes as long as all
    these in the mean. Before a job has ended, the phases alone tell, and where some phase is yet to
    be seen it is a range.

    Parameters
    ----------
    jobs
        How many there are in all; `jobs` may change once more is known.
    before
        The folders of those that had ended before.
    left
        With a budget: how many seconds of it are left.
    best
        Of those that had ended before.
    now
        The time in seconds.

    Examples
    --------
    Nothing is said before a job has ended, unless a budget says it:

    >>> Clock(5).state(0, failed=0, busy=[]).seconds_left is None
    True
    >>> Clock(5, left=lambda: 20.0).state(0, failed=0, busy=[]).seconds_left
    20.0
    """

    def __init__(
        self,
        jobs: int,
        before: Iterable[Path] = (),
        left: Callable[[], float] | None = None,
        best: Best | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.jobs, self._left, self._best, self._now = jobs, left, best, now
        self._began = self._at = now()
        self._took = {
            folder: time_taken(folder) for folder in before
        }  # seconds of those that ended
        self._busy: list[Job] = []
        self._since: dict[Path, float] = {}  # when each job was first seen under way
        self._pace = Pace()

    def state(self, finished: int, failed: int, busy: Iterable[Job]) -> State:
        """The state now, with those ``finished`` and those that are ``busy``."""
        busy, self._at = list(busy), self._now()
        self._note_ended(busy)
        running = [_running(job) for job in busy]
        left = self._between(finished, busy, running)
        middle = None if left is None else math.sqrt(left.least * left.most)
        return State(
            self.jobs,
            finished,
            failed,
            running,
            self._at - self._began,
            middle,
            self._best,
            left if left is not None and left.least < left.most else None,
            within_budget=self._left is not None,
        )

    def ended(self, job: Job) -> None:
        """Note what a job that has ended has reached."""
        self._best = better(self._best, job)

    def _note_ended(self, busy: list[Job]) -> None:
        """Whoever is not busy any more has ended, or its worker died and it will begin again."""
        under_way = {job.folder for job in busy}
        for job in self._busy:
            if job.folder not in under_way and job.finished:
                self._took[job.folder] = self._taken(job)
        for folder in under_way:
            self._since.setdefault(folder, self._at)
        self._busy = busy

    def _taken(self, job: Job) -> float:
        """Seconds that a job has taken; in this call the beginning of its process is among them."""
        return max(time_taken(job.folder), self._at - self._since[job.folder])

    def _between(self, finished: int, busy: list[Job], running: list[Running]) -> Between | None:
        """Seconds until the last job will have ended; None where nothing is known."""
        if finished >= self.jobs:
            return Between(0.0, 0.0)
        if self._left is None and not self._took:
            return self._guessed(busy)
        exactly = self._left() if self._left else self._foretold(finished, busy, running)
        return Between(exactly, exactly)

    def _guessed(self, busy: list[Job]) -> Between | None:
        """The same before any job has ended, by the phases of those under way."""
        found = [one for job in busy if (one := self._by_phases(job)) is not None]
        whole = self._pace.left(busy[0].parts) if busy else None
        if whole is None or len(found) < len(busy):
            return None
        begins = sum(self._taken(job) - time_taken(job.folder) for job in busy) / len(busy)
        waiting = max(self.jobs - len(busy), 0) * (whole + Between(begins, begins))
        together = (1 / len(busy)) * sum(found, waiting)
        return Between(
            max([together.least, *(one.least for one in found)]),
            max([together.most, *(one.most for one in found)]),
        )

    def _foretold(self, finished: int, busy: list[Job], running: list[Running]) -> float:
        """The same by those that have ended, and by those under way so far as these tell."""
        usual = sum(self._took.values()) / len(self._took)
        taken = [self._taken(job) for job in busy]
        each = []
        for job, one, seconds in zip(busy, running, taken, strict=True):
            # Of one that waits for its worker no share of steps tells anything.
            begun = one.phase != _STARTING or seconds < usual
            left = time_left(seconds, one.done, usual) if begun else usual
            by_phases = self._by_phases(job)
            each.append(left if by_phases is None else min(left, by_phases.most))
        all_jobs = [*self._took.values(), *map(sum, zip(taken, each, strict=True))]
        waiting = max(self.jobs - finished - len(busy), 0) * sum(all_jobs) / len(all_jobs)
        return max([(sum(each) + waiting) / max(len(busy), 1), *each])

    def _by_phases(self, job: Job) -> Between | None:
        """What a job under way still takes by its phases, so far as they are known."""
        progress = read_progress(job.folder)
        if progress is not None:
            self._pace.note(job.folder, progress)
        return self._pace.left(job.parts, progress)


def better(best: Best | None, job: Job) -> Best | None:
    """The better one of the ``best`` so far and a job that has ended.

    Examples
    --------
    >>> from types import SimpleNamespace as Made
    >>> jobs = [Made(name=str(loss), held_out_loss=loss) for loss in (None, 0.2, 0.1)]
    >>> better(None, jobs[0]), better(better(None, jobs[2]), jobs[1])
    (None, Best(name='0.1', held_out_loss=0.1))
    """
    loss = job.held_out_loss
    if loss is None or (best is not None and best.held_out_loss <= loss):
        return best
    return Best(job.name, loss)


def time_left(taken: float, done: float, usual: float) -> float:
    """Seconds that a job will still take which has ``taken`` some, while others took the ``usual``.

    ``done`` is the share of its steps.

    Examples
    --------
    >>> time_left(20.0, done=0.1, usual=60.0)
    40.0
    >>> time_left(90.0, done=0.75, usual=60.0)
    30.0
    """
    return usual - taken if taken < usual else taken * (1 - done) / max(done, 0.02)


def _running(job: Job) -> Running:
    known = read_progress(job.folder) or Progress(0, 0.0, _STARTING, done=0.0, step=0)
    experts = job.experts if known.experts is None else known.experts
    held_out = job.is_held_out(known.phase)
    return Running(job.name, known.phase, known.done, known.step, known.loss, experts, held_out)
