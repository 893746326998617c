"""A list of jobs from first to last, of which some may have been done before."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

from nas.runner.dispatcher import Dispatcher
from nas.runner.executors import Resources
from nas.runner.job import FAILED, KILLED, Job
from nas.runner.overview import Best, Clock, State, better


def run_all(
    jobs: Sequence[Job],
    root: Path,
    resources: Resources,
    watch: Callable[[State], None] = lambda state: None,
) -> None:
    """Do all ``jobs`` that are not finished; the same call goes on after any kind of end.

    Parameters
    ----------
    root
        The folder of all work, where the stop file appears.
    watch
        Is told the `State` a few times a second.

    Raises
    ------
    Interrupted
        On Ctrl-C, after the jobs under way have been saved.
    UserError
        What a job raised; the others have been saved.

    Examples
    --------
    Two jobs that each leave an empty file, the first of which has been done before:

    >>> from dataclasses import dataclass
    >>> from tempfile import TemporaryDirectory
    >>> @dataclass(frozen=True)
    ... class Touch(Job):
    ...     folder: Path = Path("out")
    ...     name: str = "touch"
    ...     finished = property(lambda self: (self.folder / "touched").exists())
    ...
    ...     def work(self, context):
    ...         (self.folder / "touched").touch()
    ...         return "completed"
    >>> with TemporaryDirectory() as root:
    ...     jobs = [Touch(Path(root) / name, name) for name in ("first", "second")]
    ...     for some in (jobs[:1], jobs):
    ...         run_all(some, Path(root), Resources("serial"), lambda state: print(state.finished))
    1
    2
    """
    left = deque(job for job in jobs if not job.finished)
    before = [job for job in jobs if job not in left]
    best: Best | None = reduce(better, before, None)
    clock = Clock(len(jobs), [job.folder for job in before], best=best)
    endings = Counter[str]()

    def ended(job: Job, ending: str) -> None:
        endings["failed" if ending in (FAILED, KILLED) else "done"] += 1
        clock.ended(job)

    def show(busy: list[Job]) -> None:
        watch(clock.state(len(before) + endings.total(), endings["failed"], busy))

    dispatcher: Dispatcher[Job] = Dispatcher(root, resources)
    dispatcher.run(lambda: left.popleft() if left else None, ended, show)
