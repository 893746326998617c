"""Jobs on workers: begun as they come, again when their worker dies, stopped on demand.

A job works in a folder of its own, where it keeps its checkpoint and the log of its attempts. So
it can be begun again anywhere, and goes on where it was.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from nas.campaign.attempts import read_attempts, read_progress
from nas.campaign.folder import stop_file
from nas.campaign.workers import KILLED, Ended, Workers
from nas.errors import UserError
from nas.files import write_text

DEATHS = 3  # of a job's worker at the same step, before the job is given up


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """The work was told to stop; the same command goes on with it.

    ``saved`` is false where a second interrupt did not let the workers save: their jobs then
    go on from their last checkpoints, some seconds older.
    """

    def __init__(self, saved: bool) -> None:
        super().__init__("interrupted; run the same again to go on")
        self.saved = saved


class Job(Protocol):
    """What a worker is told to do; it can be sent to another process."""

    @property
    def name(self) -> str:
        """What a user calls it."""
        ...

    @property
    def path(self) -> Path:
        """Its own folder."""
        ...

    @property
    def experts(self) -> int:
        """How many it begins with."""
        ...


_Job = TypeVar("_Job", bound=Job)


@dataclass(frozen=True)
class Running:
    """A job under way, as far as its last sign of life tells."""

    name: str
    phase: str
    done: float  # in [0, 1]
    step: int
    loss: float | None
    experts: int


@dataclass(frozen=True)
class State:
    """What a watcher is told, a few times a second."""

    jobs: int
    finished: int
    failed: int
    running: list[Running]
    seconds: float  # since this call began
    seconds_left: float | None


Watch = Callable[[State], None]


class Shift(Generic[_Job]):
    """Works on jobs until there are no more.

    Parameters
    ----------
    folder
        Where the stop file is.
    function
        Does a job in a worker and returns in one word how it ended. It leaves soon after the
        stop file has appeared.
    count, threads
        Workers, and threads of each.
    """

    def __init__(
        self, folder: Path, function: Callable[[_Job], str], count: int, threads: int
    ) -> None:
        self._folder, self._function = folder, function
        self._count, self._threads = count, threads
        self._again: deque[_Job] = deque()
        self._deaths: dict[Path, tuple[int, int]] = {}  # job's folder -> (step, deaths there)

    def work(
        self,
        following: Callable[[], _Job | None],
        ended: Callable[[_Job, str], None],
        watch: Callable[[list[_Job]], None],
    ) -> None:
        """Do all that ``following()`` gives; None means that there is nothing, or nothing yet.

        ``ended`` is told each job with its ending, and `KILLED` where its worker died `DEATHS`
        times at the same step.

        Raises
        ------
        Interrupted
            On Ctrl-C, after the jobs under way have been saved.
        """
        stop_file(self._folder).unlink(missing_ok=True)
        workers = Workers(self._function, self._count, self._threads)
        try:
            while True:
                while workers.free and (job := self._next(following)) is not None:
                    workers.start(job)
                if not workers.busy:
                    return
                for one in workers.collect(0.2):
                    if one.ending != KILLED or self._is_hopeless(one.job):
                        ended(one.job, one.ending)
                    else:
                        self._again.append(one.job)
                watch(workers.busy)
        except BaseException as error:
            saved = self._stop(workers)
            if isinstance(error, KeyboardInterrupt):
                raise Interrupted(saved) from None
            raise
        finally:
            workers.close()

    def _next(self, following: Callable[[], _Job | None]) -> _Job | None:
        return self._again.popleft() if self._again else following()

    def _is_hopeless(self, job: _Job) -> bool:
        """Whether a job whose worker was killed dies at the same step again and again."""
        step = died_at(job)
        before, deaths = self._deaths.get(job.path, (step, 0))
        deaths = deaths + 1 if before == step else 1
        self._deaths[job.path] = step, deaths
        return deaths >= DEATHS

    def _stop(self, workers: Workers[_Job]) -> bool:
        """Let the workers save what they have, unless interrupted again; whether they have."""
        ended: list[Ended[_Job]] = []
        try:
            write_text(stop_file(self._folder), "")
            while workers.busy:
                with suppress(UserError):  # the first reason to stop is the one that is told
                    ended += workers.collect(0.2)
        except (KeyboardInterrupt, UserError):  # UserError: not even the stop file can be written
            return False
        return all(one.ending != KILLED for one in ended)


def died_at(job: Job) -> int:
    """The step from which the last attempt at a job went on."""
    attempts = read_attempts(job.path / "attempts.json")
    return attempts[-1]["from_step"] if attempts else 0


class Clock:
    """How far all jobs are, and how long the rest will take.

    Parameters
    ----------
    jobs
        How many there are in all.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._began = time.monotonic()

    def state(self, before: int, finished: int, failed: int, busy: Iterable[Job]) -> State:
        """The state now, with those ``finished``, of which some were so ``before``."""
        running = [_running(job) for job in busy]
        seconds = time.monotonic() - self._began
        under_way = sum(one.done for one in running)
        done = finished - before + under_way
        left = self._jobs - finished - under_way
        remaining = seconds * left / done if done > 0.02 else None
        return State(self._jobs, finished, failed, running, seconds, remaining)


def _running(job: Job) -> Running:
    progress = read_progress(job.path / "attempts.json")
    return Running(
        job.name,
        progress.get("phase", "starting"),
        progress.get("done", 0.0),
        progress.get("step", 0),
        progress.get("loss"),
        progress.get("experts", job.experts),
    )
