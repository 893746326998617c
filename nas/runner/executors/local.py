"""Processes of this machine: each worker has its own, so one that dies takes nothing with it.

joblib's loky starts them: functions of a notebook travel without trouble, and a main module needs
no guard.
"""

import os
import signal
import warnings
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend.context import LokyContext
from joblib.externals.loky.backend.process import LokyProcess

from nas.runner import process_group
from nas.runner.executors import Ended, Executor, Function, Resources
from nas.runner.job import FAILED, KILLED
from nas.signals import deferred

J = TypeVar("J")


class _Process(LokyProcess):  # type: ignore[misc] # joblib has no types
    """A process that can be killed, which loky wants where there is no `pgrep`, and forgot."""

    def kill(self) -> None:
        os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


class _Context(LokyContext):  # type: ignore[misc]
    Process = _Process


class Engine(Executor[J]):
    """A process for each worker, started when it gets its first job.

    Examples
    --------
    >>> executor = Engine(lambda job, abandoned: f"{job} done", Resources(workers=2), Path())
    >>> executor.free, executor.busy
    (True, [])
    >>> executor.close()
    """

    def __init__(self, function: Function[J], resources: Resources, root: Path) -> None:
        # loky says so when a process that grew too large ends as a job comes. It starts another.
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given")
        # loky looks for a worker's children by `pgrep`, which a machine may lack. They are in the
        # worker's group, and have ended with that.
        warnings.filterwarnings("ignore", message="Failed to kill subprocesses on this platform")
        self._function, self._resources = function, resources
        self._processes = [self._new_process(index) for index in range(resources.workers)]
        self._numbers: list[Future[int]] = [
            Future() for _ in range(resources.workers)
        ]  # of the processes
        self._running: dict[Future[str], tuple[int, J]] = {}

    @property
    def free(self) -> bool:
        """See `Executor`."""
        return len(self._running) < len(self._processes)

    @property
    def busy(self) -> list[J]:
        """See `Executor`."""
        return [job for _, job in self._running.values()]

    def start(self, job: J) -> None:
        """See `Executor`."""
        taken = {index for index, _ in self._running.values()}
        index = next(index for index in range(len(self._processes)) if index not in taken)
        try:
            future = self._submit(index, job)
        except BrokenProcessPool:  # killed while it was idle
            self._renew(index)
            future = self._submit(index, job)
        self._running[future] = index, job

    def collect(self, seconds: float) -> list[Ended[J]]:
        """See `Executor`; a process that died is replaced."""
        done, _ = wait(self._running, timeout=seconds, return_when=FIRST_COMPLETED)
        ended = []
        for future in done:
            index, job = self._running.pop(future)
            try:
                ended.append(Ended(job, future.result()))
            except BrokenProcessPool:
                self._renew(index)
                ended.append(Ended(job, KILLED))
            except Exception as error:  # what one job raises must not cost the others' endings
                ended.append(Ended(job, FAILED, error))
        return ended

    def close(self) -> None:
        """See `Executor`."""
        for index in range(len(self._processes)):
            self._end(index)
        for process in self._processes:
            process.shutdown(wait=True, kill_workers=True)

    def _submit(self, index: int, job: J) -> Future[str]:
        process = self._processes[index]
        with deferred():
            self._numbers[index] = process.submit(_number, job)
        future: Future[str] = process.submit(_in_process, self._function, job, os.getpid())
        return future

    def _end(self, index: int) -> None:
        """End a worker with whatever its jobs have started."""
        number = self._numbers[index]
        if number.done() and number.exception() is None:
            process_group.end(number.result())

    def _renew(self, index: int) -> None:
        self._end(index)
        self._processes[index].shutdown(wait=False, kill_workers=True)
        self._processes[index] = self._new_process(index)

    def _new_process(self, index: int) -> ProcessPoolExecutor:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        environment = dict.fromkeys(names, str(self._resources.threads))
        if gpus := self._resources.gpus:
            environment["CUDA_VISIBLE_DEVICES"] = gpus[index % len(gpus)]
        with deferred():
            return ProcessPoolExecutor(
                max_workers=1,
                context=_Context(),
                timeout=None,
                initializer=process_group.begin,
                initargs=(os.getpid(),),
                env=environment,
            )


def _number(job: object) -> int:
    """This process's number, once all that ``job`` needs is imported.

    With psutil at hand, loky ends a process that has grown by 300 MB since its first call: a leak.
    PyTorch alone is larger; imported after that call it would cost each job a new process.
    """
    return os.getpid()


def _in_process(function: Callable[[J, Callable[[], bool]], str], job: J, parent: int) -> str:
    """Do a job for the process ``parent``; another parent means that this one is gone."""
    with process_group.busy():
        return function(job, lambda: os.getppid() != parent)
