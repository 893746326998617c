"""How far all jobs are, and how long the rest will take."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nas.runner.job import Job
from nas.runner.progress import Progress, read_progress


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
    seconds_left: float | None


Watch = Callable[[State], None]


class Clock:
    """How far all jobs are, and how long the rest will take.

    Parameters
    ----------
    jobs
        How many there are in all.
    now
        The time in seconds.

    Examples
    --------
    Two of five jobs were finished before; the third took ten seconds:

    >>> ticks = iter([100.0, 110.0])
    >>> clock = Clock(5, now=lambda: next(ticks))
    >>> clock.state(before=2, finished=3, failed=0, busy=[]).seconds_left
    20.0
    """

    def __init__(self, jobs: int, now: Callable[[], float] = time.monotonic) -> None:
        self._jobs, self._now = jobs, now
        self._began = now()

    def state(self, before: int, finished: int, failed: int, busy: Iterable[Job]) -> State:
        """The state now, with those ``finished``, of which some were so ``before``."""
        running = [_running(job) for job in busy]
        seconds = self._now() - self._began
        under_way = sum(one.done for one in running)
        done = finished - before + under_way
        left = self._jobs - finished - under_way
        remaining = seconds * left / done if done > 0.02 else None
        return State(self._jobs, finished, failed, running, seconds, remaining)


def _running(job: Job) -> Running:
    known = read_progress(job.folder) or Progress(0, 0.0, "starting", done=0.0, step=0)
    experts = job.experts if known.experts is None else known.experts
    return Running(job.name, known.phase, known.done, known.step, known.loss, experts)
