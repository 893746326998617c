"""One job after the other in this process: to debug, to teach, and to test without processes."""

from pathlib import Path
from typing import TypeVar

from nas.runner.executors import Ended, Executor, Function, Resources
from nas.runner.job import FAILED

J = TypeVar("J")


class Engine(Executor[J]):
    """Does a job when it is to be collected; there is one worker, whatever ``workers`` says.

    Examples
    --------
    >>> executor = Engine(lambda job, abandoned: f"{job} done", Resources("serial"), Path())
    >>> executor.start("a")
    >>> executor.free, executor.busy, executor.collect(seconds=0)
    (False, ['a'], [Ended(job='a', ending='a done', error=None)])
    """

    def __init__(self, function: Function[J], resources: Resources, root: Path) -> None:
        self._function = function
        self._busy: list[J] = []

    @property
    def free(self) -> bool:
        """See `Executor`."""
        return not self._busy

    @property
    def busy(self) -> list[J]:
        """See `Executor`."""
        return list(self._busy)

    def start(self, job: J) -> None:
        """See `Executor`."""
        self._busy.append(job)

    def collect(self, seconds: float) -> list[Ended[J]]:
        """See `Executor`; it takes as long as the job does."""
        if not self._busy:
            return []
        job = self._busy.pop()
        try:
            return [Ended(job, self._function(job, lambda: False))]
        except KeyboardInterrupt:
            self._busy.append(job)  # still under way: called again, it saves itself and returns
            raise
        except Exception as error:
            return [Ended(job, FAILED, error)]

    def close(self) -> None:
        """Nothing is left to end."""
