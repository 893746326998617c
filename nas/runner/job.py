"""What there is to do: a job works in a folder of its own, and goes on where it was left."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from nas.errors import UserError
from nas.runner.job_context import Context
from nas.runner.pace import Part

# How jobs end. A job may end in other words too; these are those that the runner knows.
COMPLETED = "completed"
INTERRUPTED = "interrupted"  # told to stop, and saved
FAILED = "failed"  # it raised
KILLED = "killed"  # its worker died under it


class Job(ABC):
    """A piece of work that can be sent to another process, and begun there again at any time.

    Make it a frozen dataclass of plain data: it is pickled. What it does is a function of its
    fields and of what it left in its folder.

    Examples
    --------
    A job that adds numbers up, and the runner that does two of them:

    >>> from dataclasses import dataclass
    >>> from tempfile import TemporaryDirectory
    >>> from nas.runner.batch import run_all
    >>> from nas.runner.executors import Resources
    >>> @dataclass(frozen=True)
    ... class Sum(Job):
    ...     root: Path
    ...     last: int
    ...
    ...     @property
    ...     def name(self) -> str:
    ...         return f"sum to {self.last}"
    ...
    ...     @property
    ...     def folder(self) -> Path:
    ...         return self.root / f"sum-{self.last}"
    ...
    ...     @property
    ...     def finished(self) -> bool:
    ...         return (self.folder / "sum.txt").exists()
    ...
    ...     def work(self, context: Context) -> str:
    ...         context.begin(step=0, device="cpu")
    ...         if context.should_stop():
    ...             return INTERRUPTED
    ...         _ = (self.folder / "sum.txt").write_text(str(sum(range(self.last + 1))))
    ...         context.close(COMPLETED, step=self.last)
    ...         return COMPLETED
    >>> with TemporaryDirectory() as name:
    ...     jobs = [Sum(Path(name), last) for last in (4, 100)]
    ...     run_all(jobs, Path(name), Resources(engine="serial"))
    ...     print([(job.folder / "sum.txt").read_text() for job in jobs])
    ['10', '5050']
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """What people call it; short, since it is a cell of the display."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Its own folder."""

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether it has left all that it was to leave."""

    @property
    def reads(self) -> tuple[Path, ...]:
        """The folders of other jobs that it reads, all finished: those that it is made with."""
        made_with = [one if isinstance(one, tuple) else (one,) for one in vars(self).values()]
        return tuple(one.folder for some in made_with for one in some if isinstance(one, Job))

    @property
    def experts(self) -> int:
        """How many learn, for the display before the first sign of life."""
        return 1

    @property
    def held_out_loss(self) -> float | None:
        """What it has reached, once it has ended: the least of all is the best so far."""
        return None

    @property
    def found(self) -> str:
        """What it has found, once it has ended, in a few words; nothing where there are none."""
        return ""

    @property
    def parts(self) -> Sequence[Part]:
        """Its phases, by which is foretold how long it takes; none where nobody knows them."""
        return ()

    def is_held_out(self, phase: str) -> bool:
        """Whether a loss that it reports in ``phase`` is on points that it never learns from."""
        return False

    def told(self, phase: str) -> str:
        """What a line calls ``phase``, of which it tells: whose it is, and its name."""
        return f"{self.name} {phase}"

    @property
    def checkpoint(self) -> Path:
        """Where it may keep what it needs to go on."""
        return self.folder / "checkpoint.safetensors"

    @abstractmethod
    def work(self, context: Context) -> str:
        """Do it, or what is left of it; return in one word how it ended.

        It is called in a worker, alone in `folder`, and only while it is not `finished`. It asks
        ``context.should_stop()`` often, saves itself when told so, and returns `INTERRUPTED`.

        Raises
        ------
        UserError
            If there is something that only the user can mend, such as a full disk: this ends all
            work. Whatever else is raised ends the job as `FAILED`.
        """

    def fail(self, status: str, reason: str) -> None:
        """Record that the job will not be tried again: it `FAILED`, or was `KILLED` too often.

        By default this stops all work; override it for jobs that the others do not depend on.

        Raises
        ------
        UserError
            With ``reason``.
        """
        raise UserError(
            f"{self.folder}: {self.name} {status}, and everything else depends on it: {reason}; "
            "fix that, then run the same command again"
        )
