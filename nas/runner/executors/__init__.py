"""Who runs workers. An executor is a file of this folder; its name is the key ``parallel.engine``.

To add one: a file with a class ``Engine`` that is an `Executor`.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

J = TypeVar("J")

# Does a job; is told how to find out whether it has been abandoned; returns how the job ended.
Function = Callable[[J, Callable[[], bool]], str]


@dataclass(frozen=True)
class Resources:
    """What jobs are done with: an engine by its name, workers, and threads of each.

    Examples
    --------
    >>> Resources()
    Resources(engine='local', workers=2, threads=1)
    """

    engine: str = "local"
    workers: int = 2
    threads: int = 1


@dataclass(frozen=True)
class Ended(Generic[J]):
    """A job and how it ended: what its function returned, or `nas.runner.job.KILLED`."""

    job: J
    ending: str


class Executor(Protocol[J]):
    """Runs jobs on some workers, each job on one of them.

    Parameters
    ----------
    function
        Does a job. What it raises, `collect` raises.
    workers, threads
        How many jobs at a time, and threads for each.
    """

    def __init__(self, function: Function[J], workers: int, threads: int) -> None: ...

    @property
    def free(self) -> bool:
        """Whether a worker waits for a job."""
        ...

    @property
    def busy(self) -> list[J]:
        """The jobs under way."""
        ...

    def start(self, job: J) -> None:
        """Give ``job`` to a worker that is free."""
        ...

    def collect(self, seconds: float) -> list[Ended[J]]:
        """The jobs that ended, as soon as there are any, but after ``seconds`` at the latest."""
        ...

    def close(self) -> None:
        """End all workers; what is still under way is lost."""
        ...


def names() -> tuple[str, ...]:
    """The engines that there are.

    Examples
    --------
    >>> "local" in names(), "serial" in names()
    (True, True)
    """
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def create(resources: Resources, function: Function[J]) -> Executor[J]:
    """The executor that ``resources`` name.

    Examples
    --------
    >>> executor = create(Resources("serial"), lambda job, abandoned: f"{job} done")
    >>> executor.start("a")
    >>> executor.collect(seconds=0)
    [Ended(job='a', ending='a done')]
    """
    module = importlib.import_module(f"{__package__}.{resources.engine}")
    executor: Executor[J] = module.Engine(function, resources.workers, resources.threads)
    return executor
