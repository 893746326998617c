"""Who runs workers. An executor is a file of this folder; its name is the key ``parallel.engine``.

To add one: a file with a class ``Engine`` that is an `Executor`.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

J = TypeVar("J")

ADDRESS = r"^(tcp|tls|ws|wss)://\S+$"  # of a cluster's scheduler
STORE = r"^[a-z][a-z0-9+.-]*://\S+$"  # where jobs are kept that share no folder

# Does a job; is told how to find out whether it has been abandoned; returns how the job ended.
Function = Callable[[J, Callable[[], bool]], str]


@dataclass(frozen=True)
class Resources:
    """What jobs are done with: an engine by its name, workers, and threads of each.

    Parameters
    ----------
    address
        Of a cluster, for engines that know such a thing.
    gpus
        Names, as ``CUDA_VISIBLE_DEVICES`` takes them, of which each worker of this machine sees
        one in turn; all see all where there are none.
    store
        Where folders of jobs are kept (see `nas.runner.store`), for engines whose workers need not
        see the folder of all work.

    Examples
    --------
    >>> Resources()
    Resources(engine='local', workers=2, threads=1, address=None, gpus=(), store=None)
    """

    engine: str = "local"
    workers: int = 2
    threads: int = 1
    address: str | None = None
    gpus: tuple[str, ...] = ()
    store: str | None = None


@dataclass(frozen=True)
class Ended(Generic[J]):
    """A job and how it ended.

    Parameters
    ----------
    ending
        What its function returned, `nas.runner.job.KILLED` if its worker died, or
        `nas.runner.job.FAILED` if the function raised.
    error
        What the function raised.

    Examples
    --------
    >>> Ended("a", "completed")
    Ended(job='a', ending='completed', error=None)
    """

    job: J
    ending: str
    error: Exception | None = None


class Executor(Protocol[J]):
    """Runs jobs on some workers, each job on one of them; see `nas.runner.executors.serial.Engine`.

    Parameters
    ----------
    function
        Does a job. What it raises ends that job alone; it is the ``error`` of its `Ended`.
    resources
        How many jobs at a time, and threads for each.
    root
        The folder of all work, which all workers must see, unless ``resources`` have a store.
    """

    def __init__(self, function: Function[J], resources: Resources, root: Path) -> None: ...

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


def create(resources: Resources, function: Function[J], root: Path) -> Executor[J]:
    """The executor that ``resources`` name, for work in the folder ``root``.

    Examples
    --------
    >>> executor = create(Resources("serial"), lambda job, abandoned: f"{job} done", Path())
    >>> executor.start("a")
    >>> executor.collect(seconds=0)
    [Ended(job='a', ending='a done', error=None)]
    """
    module = importlib.import_module(f"{__package__}.{resources.engine}")
    executor: Executor[J] = module.Engine(function, resources, root)
    return executor
