"""A worker: does one job at a time, alone in the job's folder."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from nas.errors import UserError
from nas.files import write_text
from nas.runner.folder_lock import held
from nas.runner.job import COMPLETED, FAILED, INTERRUPTED, Job
from nas.runner.job_context import Context

ERROR_FILE = "error.txt"


@dataclass(frozen=True)
class Worker:
    """What an executor calls, wherever it may be.

    Parameters
    ----------
    root
        The folder of all work, where the stop file appears.
    threads
        Of each worker.

    Examples
    --------
    A job that leaves an empty file; it need not be abandoned:

    >>> from dataclasses import dataclass
    >>> from tempfile import TemporaryDirectory
    >>> @dataclass(frozen=True)
    ... class Touch(Job):
    ...     folder: Path = Path("out")
    ...     name: str = "touch"
    ...     finished = property(lambda self: (self.folder / "touched").exists())
    ...
    ...     def work(self, context: Context) -> str:
    ...         (self.folder / "touched").touch()
    ...         return COMPLETED
    >>> with TemporaryDirectory() as name:
    ...     job = Touch(Path(name))
    ...     print(Worker(Path(name), threads=1)(job, lambda: False), job.finished)
    completed True
    """

    root: Path
    threads: int

    def __call__(self, job: Job, abandoned: Callable[[], bool]) -> str:
        """Do the job, or what is left of it; return in one word how it ended.

        Raises
        ------
        UserError
            If the disk refuses, a checkpoint is damaged, or the job is one without which nothing
            can go on.
        """
        with held(job.folder), _threads(self.threads):
            if job.finished:
                return COMPLETED
            context = Context(job.folder, self.root, self.threads, abandoned)
            try:
                return job.work(context)
            except UserError:
                raise
            except Exception as error:  # what one job raises must not cost the others
                context.close(FAILED)
                job.fail(FAILED, written_down(job.folder, error))
                return FAILED
            except KeyboardInterrupt:  # of a worker in the process that was interrupted
                context.close(INTERRUPTED)
                raise


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Have torch use ``count`` threads; the process may be the user's own, so only for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def written_down(folder: Path, error: Exception) -> str:
    """An error in one line, its traceback in a file of ``folder``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     print(written_down(Path(name), ValueError("no")).replace(name, "job"))
    ValueError: no (see job/error.txt)
    """
    path = folder / ERROR_FILE
    write_text(path, "".join(traceback.format_exception(error)))
    return f"{type(error).__name__}: {' '.join(str(error).split())} (see {path})"
