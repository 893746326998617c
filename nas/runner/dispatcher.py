"""Hands jobs to workers: as they come, again when their worker died, until told to stop."""

import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from nas.errors import UserError
from nas.files import write_text
from nas.runner import job_log
from nas.runner.attempt_log import read_attempts
from nas.runner.executors import Ended, Executor, Resources, create
from nas.runner.job import INTERRUPTED, KILLED, Job
from nas.runner.job_context import stop_file, withdraw_stop
from nas.runner.telling import Telling, outcome
from nas.runner.worker import Worker
from nas.signals import asked_to_stop

DEATHS = 3  # of a job's worker at the same step, before the job is given up
POLL = 0.2  # seconds between two calls of the watcher
_NAMED = 3  # jobs that are told by their names
_LOG = logging.getLogger("nas")

J = TypeVar("J", bound=Job)


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """The work was told to stop; the same call goes on with it.

    ``saved`` is false where a job could not save: a second interrupt did not let it, its worker
    died, or the disk refused. Such a job goes on from its last checkpoint, some seconds older.

    Examples
    --------
    >>> Interrupted(saved=True)
    Interrupted('interrupted; run the same again to go on')
    """

    def __init__(self, saved: bool) -> None:
        super().__init__("interrupted; run the same again to go on")
        self.saved = saved


class Dispatcher(Generic[J]):
    """Works on jobs until there are no more.

    Parameters
    ----------
    root
        The folder of all work, where the stop file appears.
    resources
        What the jobs are done with.

    Examples
    --------
    A job that leaves an empty file (`nas.runner.batch.run_all` does a list of jobs):

    >>> from dataclasses import dataclass
    >>> from tempfile import TemporaryDirectory
    >>> @dataclass(frozen=True)
    ... class Touch(Job):
    ...     folder: Path = Path("out")
    ...     name: str = "touch"
    ...     finished = property(lambda self: (self.folder / "touched").exists())
    ...
    ...     def work(self, context):
    ...         (self.folder / "touched").touch()
    ...         return "completed"
    >>> def tell(job, ending):
    ...     print(job.name, ending)
    >>> with TemporaryDirectory() as root:
    ...     left = [Touch(Path(root) / "touch")]
    ...     dispatcher = Dispatcher(Path(root), Resources("serial"))
    ...     dispatcher.run(lambda: left.pop() if left else None, tell, lambda busy: None)
    touch completed
    """

    def __init__(self, root: Path, resources: Resources) -> None:
        self._root, self._resources = root, resources
        self._again: deque[J] = deque()
        self._telling = Telling()
        self._deaths: dict[Path, tuple[int, int]] = {}  # job's folder -> (step, deaths there)

    def run(
        self,
        following: Callable[[], J | None],
        ended: Callable[[J, str], None],
        watch: Callable[[list[J]], None],
    ) -> None:
        """Do all that ``following()`` gives; None means that there is nothing, or nothing yet.

        Parameters
        ----------
        ended
            Is told each job with its ending, which is `KILLED` where its worker died `DEATHS`
            times at the same step; the job's own `fail` has then been called.
        watch
            Is told the jobs under way a few times a second.

        Raises
        ------
        Interrupted
            On Ctrl-C, after the jobs under way have been saved.
        UserError
            What a job raised; the others have been saved.
        """
        withdraw_stop(self._root)
        worker = Worker(self._root, self._resources.threads)
        executor: Executor[J] = create(self._resources, worker, self._root)
        try:
            while self._start(executor, following):
                if asked_to_stop():
                    raise KeyboardInterrupt  # what the signal raised was lost on the way
                self._take(executor.collect(POLL), ended)
                for job in executor.busy:
                    self._telling.look(job)
                watch(executor.busy)
        except BaseException as error:
            saved = self._stop(executor)
            if isinstance(error, KeyboardInterrupt):
                raise Interrupted(saved) from None
            raise
        finally:
            executor.close()

    def _start(self, executor: Executor[J], following: Callable[[], J | None]) -> bool:
        """Give jobs to all workers that are free; whether any job is under way."""
        while executor.free:
            job = self._again.popleft() if self._again else following()
            if job is None:
                break
            read_attempts(job.folder)  # a log that is damaged is told here: workers are silent
            self._telling.begin(job)
            executor.start(job)
        return bool(executor.busy)

    def _take(self, batch: list[Ended[J]], ended: Callable[[J, str], None]) -> None:
        """Tell of the jobs that ended, and raise what the first one raised."""
        for one in batch:
            if one.error is not None:
                continue
            if one.ending == INTERRUPTED:
                continue
            if one.ending == KILLED and not self._give_up(one.job):
                self._again.append(one.job)
            else:
                ended(one.job, one.ending)
                self._telling.ended(one.job, one.ending)
        for error in filter(None, (one.error for one in batch)):
            raise error
        if any(one.ending == INTERRUPTED for one in batch):
            raise KeyboardInterrupt  # somebody else has put the stop file there

    def _give_up(self, job: J) -> bool:
        """Whether a job whose worker was killed dies at the same step again and again."""
        attempts = read_attempts(job.folder)
        step = attempts[-1]["from_step"] if attempts else 0
        before, deaths = self._deaths.get(job.folder, (step, 0))
        deaths = deaths + 1 if before == step else 1
        self._deaths[job.folder] = step, deaths
        if deaths < DEATHS:
            return False
        job.fail(KILLED, f"its worker was killed {DEATHS} times at step {step}; out of memory?")
        job_log.add(job.folder, job_log.RUN, outcome(job, KILLED))
        return True

    def _stop(self, executor: Executor[J]) -> bool:
        """Let the workers save what they have, unless interrupted again; whether they have."""
        ended: list[Ended[J]] = []
        try:
            write_text(stop_file(self._root), "")
            _tell(executor.busy)
            while executor.busy:
                ended += executor.collect(POLL)
        except (KeyboardInterrupt, UserError):  # UserError: not even the stop file can be written
            return False
        # Errors are not raised: the first reason to stop is the one that is told.
        return all(one.error is None and one.ending != KILLED for one in ended)


def _tell(busy: list[J]) -> None:
    """Say at once what is waited for: a job may take long to notice, or never do."""
    if not busy:
        return
    names = [job.name for job in busy[:_NAMED]]
    names += [f"{len(busy) - _NAMED} more"] * (len(busy) > _NAMED)
    _LOG.warning("waiting for %s to save; Ctrl-C ends that at once", " and ".join(names))
