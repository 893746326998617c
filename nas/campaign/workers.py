"""Worker processes: each slot has its own, so one that is killed takes nothing else with it.

joblib's loky starts the processes: no pickling trouble with functions of a notebook, no need
of a guarded main module.
"""

import logging
import signal
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from joblib.externals.loky import ProcessPoolExecutor

_Job = TypeVar("_Job")

IDLE = 30.0  # seconds without a job after which a process ends: orphans must not stay for ever
KILLED = "killed"  # the ending of a job whose process died under it


@dataclass(frozen=True)
class Ended(Generic[_Job]):
    """A job and how it ended: what its function returned, or `KILLED`."""

    job: _Job
    ending: str


class Workers(Generic[_Job]):
    """``count`` slots, each a process of its own with ``threads`` threads.

    Parameters
    ----------
    function
        Takes a job and returns in one word how it ended. What it raises, `collect` raises.
    """

    def __init__(self, function: Callable[[_Job], str], count: int, threads: int) -> None:
        self._function, self._threads = function, threads
        self._slots = [self._new_slot() for _ in range(count)]
        self._running: dict[Future[str], tuple[int, _Job]] = {}

    @property
    def free(self) -> bool:
        """Whether a slot waits for a job."""
        return len(self._running) < len(self._slots)

    @property
    def busy(self) -> list[_Job]:
        """The jobs under way."""
        return [job for _, job in self._running.values()]

    def start(self, job: _Job) -> None:
        """Give ``job`` to a free slot."""
        taken = {slot for slot, _ in self._running.values()}
        slot = next(slot for slot in range(len(self._slots)) if slot not in taken)
        try:
            future = self._slots[slot].submit(self._function, job)
        except BrokenProcessPool:  # killed while it was idle
            self._renew(slot)
            future = self._slots[slot].submit(self._function, job)
        self._running[future] = slot, job

    def collect(self, seconds: float) -> list[Ended[_Job]]:
        """The jobs that ended within ``seconds``; a process that died is started again."""
        done, _ = wait(self._running, timeout=seconds, return_when=FIRST_COMPLETED)
        ended = []
        for future in done:
            slot, job = self._running.pop(future)
            try:
                ended.append(Ended(job, future.result()))
            except BrokenProcessPool:
                self._renew(slot)
                ended.append(Ended(job, KILLED))
        return ended

    def close(self) -> None:
        """End the processes; what is still under way is killed."""
        for slot in self._slots:
            slot.shutdown(wait=True, kill_workers=True)

    def _renew(self, slot: int) -> None:
        self._slots[slot].shutdown(wait=False, kill_workers=True)
        self._slots[slot] = self._new_slot()

    def _new_slot(self) -> ProcessPoolExecutor:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        return ProcessPoolExecutor(
            max_workers=1,
            timeout=IDLE,
            initializer=_leave_to_parent,
            env=dict.fromkeys(names, str(self._threads)),
        )


def _leave_to_parent() -> None:
    """Ctrl-C reaches every process of the terminal; the parent decides what it means.

    And what there is to tell of this machine, the parent has told.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("nas").setLevel(logging.ERROR)
