"""Wall time that all workers together may take, whatever ended the attempts that took it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nas.runner.attempt_log import read_attempts


@dataclass(frozen=True)
class Budget:
    """So many seconds of so many workers.

    A worker that waits costs nothing: what counts is what the logs of the attempts say, of the
    attempts under way as well as of those that were interrupted or killed.

    Parameters
    ----------
    seconds
        Of wall time.
    workers
        Who work at the same time.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas.runner.attempt_log import AttemptLog
    >>> with TemporaryDirectory() as name:
    ...     AttemptLog(Path(name), threads=1).begin(step=0, device="cpu")
    ...     Budget(60.0, workers=2).left([Path(name)])
    60.0
    """

    seconds: float
    workers: int = 1

    def left(self, jobs: Iterable[Path]) -> float:
        """Seconds of wall time that are left, if all workers have work; never negative.

        Parameters
        ----------
        jobs
            The folders of all jobs that the budget pays for, begun or not.
        """
        spent = sum(time_taken(job) for job in jobs)
        return max(self.seconds - spent / self.workers, 0.0)


def time_taken(job: Path) -> float:
    """Seconds that all attempts at the job in this folder have taken, so far as their log tells.

    Examples
    --------
    >>> time_taken(Path("no such folder"))
    0.0
    """
    return float(sum(attempt["seconds"] for attempt in read_attempts(job)))
