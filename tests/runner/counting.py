"""Jobs that count, for tests of whatever runs jobs; and an executor that is told what happens."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nas.errors import UserError
from nas.runner.attempt_log import ATTEMPTS_FILE, AttemptLog, read_attempts
from nas.runner.executors import Ended
from nas.runner.job import COMPLETED, FAILED, INTERRUPTED, Job
from nas.runner.job_context import Context
from nas.runner.progress import Progress, write_progress


@dataclass(frozen=True)
class Report:
    """What the job reports."""

    phase: str
    done: float
    step: int
    loss: float | None = None
    experts: int | None = None


@dataclass(frozen=True)
class Count(Job):
    """Counts to three, a number a file; it breaks where ``breaks`` says so."""

    root: Path
    number: int
    breaks: str = ""  # "raises" | "user" | "Ctrl-C" | ""

    @property
    def name(self) -> str:
        return f"count {self.number}"

    @property
    def folder(self) -> Path:
        return self.root / f"count-{self.number}"

    @property
    def finished(self) -> bool:
        return (self.folder / "3").exists()

    @property
    def step(self) -> int:
        return sum((self.folder / str(step)).exists() for step in (1, 2, 3))

    def work(self, context: Context) -> str:
        context.begin(self.step, "cpu")
        if self.breaks == "raises":
            raise ZeroDivisionError("division\nby zero")
        if self.breaks == "user":
            raise UserError("expected a disk with room")
        if self.breaks == "Ctrl-C":
            raise KeyboardInterrupt
        while not self.finished:
            if context.should_stop():
                context.close(INTERRUPTED, self.step)
                return INTERRUPTED
            (self.folder / str(self.step + 1)).touch()
            context.report(Report("counting", self.step / 3, self.step))
        context.close(COMPLETED, self.step)
        return COMPLETED


@dataclass(frozen=True)
class Tolerant(Count):
    """A job without which others can go on."""

    def fail(self, status: str, reason: str) -> None:
        (self.folder / "failed.txt").write_text(f"{status}: {reason}")


@dataclass
class Scripted:
    """An executor in which ``happens`` to each job what the test wants; it returns the ending."""

    happens: Callable[[Any], str]
    workers: int = 1
    at_once: int = 1  # how many end together
    under_way: list[Any] = field(default_factory=list)
    started: list[Any] = field(default_factory=list)
    closed: bool = False

    @property
    def free(self) -> bool:
        return len(self.under_way) < self.workers

    @property
    def busy(self) -> list[Any]:
        return list(self.under_way)

    def start(self, job: Any) -> None:
        self.under_way.append(job)
        self.started.append(job)

    def collect(self, seconds: float) -> list[Ended[Any]]:
        return [self._end(self.under_way.pop(0)) for _ in range(self.at_once)]

    def _end(self, job: Any) -> Ended[Any]:
        try:
            return Ended(job, self.happens(job))
        except UserError as error:
            return Ended(job, FAILED, error)

    def close(self) -> None:
        self.closed = True


def attempted(folder: Path, *seconds: float) -> None:
    """Leave a log of attempts that took so long."""
    log = AttemptLog(folder, threads=1)
    for _ in seconds:
        log.begin(step=0, device="cpu")
        log.close(INTERRUPTED, step=0)
    rows = read_attempts(folder)
    for row, took in zip(rows, seconds, strict=True):
        row["seconds"] = took
    (folder / ATTEMPTS_FILE).write_text(json.dumps(rows))


def under_way(folder: Path, seconds: float, done: float) -> None:
    """Let one more attempt be under way, for so long."""
    AttemptLog(folder, threads=1).begin(step=0, device="cpu")
    attempt = len(read_attempts(folder)) - 1
    write_progress(folder, Progress(attempt, seconds, "selection", done, 300, 0.25, 4))
