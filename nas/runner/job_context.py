"""What a job is given in its worker: when to stop, and where to report how far it is."""

from collections.abc import Callable
from pathlib import Path

from nas.errors import UserError
from nas.runner.attempt_log import AttemptLog, Reported

STOP_FILE = "stop"


def stop_file(root: Path) -> Path:
    """While this file stands in the folder of all work, jobs save themselves and return.

    Examples
    --------
    >>> stop_file(Path("out")).as_posix()
    'out/stop'
    """
    return root / STOP_FILE


def withdraw_stop(root: Path) -> None:
    """Remove the stop file, if there is one.

    Raises
    ------
    UserError
        If it cannot be removed, since it is a folder for example: all jobs would stop at once.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     stop_file(Path(name)).touch()
    ...     withdraw_stop(Path(name))
    ...     stop_file(Path(name)).exists()
    False
    """
    path = stop_file(root)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{path}: expected a file that stops the search, or none, got what cannot be removed "
            f"({error.strerror}); remove it yourself, then run the same command again"
        ) from error


class Context:
    """One attempt at a job, as the job sees it.

    Parameters
    ----------
    folder
        The job's.
    root
        The folder of all work, where the stop file appears.
    threads
        How many the job may use.
    abandoned
        Whether whoever wanted the job done is gone. An abandoned job that went on would write
        beside the command that takes its place.
    watch
        Is told whatever the job reports.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     context = Context(Path(name), Path(name), threads=1, abandoned=lambda: False)
    ...     before = context.should_stop()
    ...     stop_file(Path(name)).touch()
    ...     print(before, context.should_stop())
    False True
    """

    def __init__(
        self,
        folder: Path,
        root: Path,
        threads: int,
        abandoned: Callable[[], bool],
        watch: Callable[[Reported], None] = lambda reported: None,
    ) -> None:
        self.threads, self._watch = threads, watch
        self._stop, self._abandoned = stop_file(root), abandoned
        self._log = AttemptLog(folder, threads)

    @property
    def seconds(self) -> float:
        """What all attempts have taken, this one so far included once it has begun."""
        return self._log.seconds

    def should_stop(self) -> bool:
        """Whether to save and return."""
        return self._stop.exists() or self._abandoned()

    def begin(self, step: int, device: str) -> None:
        """Enter the attempt in the log: it goes on from ``step``, on ``device``."""
        self._log.begin(step, device)

    def report(self, progress: Reported) -> None:
        """Show how far it is; may be called as often as one likes."""
        self._watch(progress)
        self._log.report(progress)

    def close(self, ending: str, step: int | None = None) -> None:
        """Enter in the log how and where the attempt ended."""
        self._log.close(ending, step)
