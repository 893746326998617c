"""A worker: does one job at a time, alone in the job's folder."""

import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from nas.errors import UserError, in_short
from nas.files import write_text
from nas.folder_lock import held
from nas.runner import job_log
from nas.runner.job import COMPLETED, FAILED, INTERRUPTED, KILLED, Job
from nas.runner.job_context import Context
from nas.runner.telling import Phases, outcome
from nas.runner.undisturbed import undisturbed
from nas.signals import Stop

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
        with held(job.folder), undisturbed(self.threads):
            if job.finished:
                return COMPLETED
            phases = Phases(job)
            context = Context(job.folder, self.root, self.threads, abandoned, phases.note)
            ending = self._ending(job, context)
            if ending == COMPLETED:
                phases.end()
            if ending not in (INTERRUPTED, KILLED):
                job_log.add(job.folder, job_log.RUN, outcome(job, ending))
            return ending

    def _ending(self, job: Job, context: Context) -> str:
        """Do the job; how that ended, which is recorded where it raised something."""
        interruptible = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
        try:
            return job.work(context)
        except UserError:
            raise
        except BaseException as error:  # what one job raises must not cost the others
            asked = isinstance(error, Stop) or interruptible
            if asked and isinstance(error, KeyboardInterrupt):
                context.close(INTERRUPTED)
                raise
            if is_of_memory(error):  # which there may be later: as if the system had killed it
                written_down(job.folder, error)
                context.close(KILLED)
                return KILLED
            context.close(FAILED)
            job.fail(FAILED, written_down(job.folder, error))
            return FAILED


def is_of_memory(error: BaseException) -> bool:
    """Whether it says that there is not enough memory, here or on a GPU.

    Examples
    --------
    >>> is_of_memory(MemoryError()), is_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    (True, True)
    >>> is_of_memory(RuntimeError("shapes cannot be multiplied"))
    False
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def written_down(folder: Path, error: BaseException) -> str:
    """An error in one line, its traceback in a file of ``folder``.

    That is named by the last folders alone: what a table holds must not depend on where it lies.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     print(written_down(Path(name) / "runs" / "0007-0", ValueError("no")))
    ValueError: no (see runs/0007-0/error.txt)
    """
    path = folder / ERROR_FILE
    told = "".join(traceback.format_exception(error))
    write_text(path, told.encode(errors="backslashreplace").decode())  # halves of characters
    return f"{in_short(error)} (see {'/'.join(path.parts[-3:])})"
