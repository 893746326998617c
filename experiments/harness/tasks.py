"""What an experiment has done in processes of their own: jobs of the product's own runner.

A task that is over is not done again; one that was under way begins anew, or goes on from what it
has `kept`. Ctrl-C, kills and dying workers are the runner's business (see `nas.runner`).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.harness.process import ONE_THREAD, Stopped, fresh
from nas.files import write_text
from nas.runner.batch import run_all
from nas.runner.executors import Resources
from nas.runner.job import COMPLETED, INTERRUPTED, Job
from nas.runner.job_context import Context


@dataclass(frozen=True)
class Task(Job):
    """A call in a fresh process with one thread, whose answer is kept as JSON.

    Parameters
    ----------
    root
        The folder of all tasks.
    name
        Of the task; its folder is called so.
    function
        Such as ``"math:sqrt"``.
    arguments
        What JSON can write.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     tasks = [Task(Path(folder), "root", "math:sqrt", (9,))]
    ...     [answers(tasks, Resources("serial")) for _ in range(2)]
    [[3.0], [3.0]]
    """

    root: Path
    name: str = ""
    function: str = ""
    arguments: tuple[Any, ...] = ()

    @property
    def folder(self) -> Path:
        """See `Job`."""
        return self.root / self.name

    @property
    def answer(self) -> Path:
        """Where the answer is kept."""
        return self.folder / "answer.json"

    @property
    def finished(self) -> bool:
        """See `Job`."""
        return self.answer.exists()

    def work(self, context: Context) -> str:
        """See `Job`."""
        context.begin(step=0, device="cpu")
        try:
            answer = fresh(
                self.function,
                *self.arguments,
                should_stop=context.should_stop,
                environment=ONE_THREAD,
            )
        except Stopped:
            context.close(INTERRUPTED)
            return INTERRUPTED
        write_text(self.answer, json.dumps(answer) + "\n")
        context.close(COMPLETED)
        return COMPLETED


TWO_AT_A_TIME = Resources("local", workers=2)


def answers(tasks: Sequence[Task], resources: Resources = TWO_AT_A_TIME) -> list[Any]:
    """Do the tasks that are left with these ``resources``; what all of them have answered."""
    for root in {task.root for task in tasks}:
        root.mkdir(parents=True, exist_ok=True)
        run_all([task for task in tasks if task.root == root], root, resources)
    return [json.loads(task.answer.read_text(encoding="utf-8")) for task in tasks]


def kept(path: Path, work: Callable[[], Any]) -> Any:
    """What ``work()`` yields, as JSON; once it is in the file at ``path``, it is read from there.

    For the steps of a task, so that a task that was cut short does not begin with the first.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [kept(Path(folder) / "sum.json", lambda: sum(found)) for found in ([1, 2], [3, 4])]
    [3, 3]
    """
    if not path.exists():
        write_text(path, json.dumps(work()) + "\n")
    return json.loads(path.read_text(encoding="utf-8"))
