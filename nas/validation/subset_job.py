"""The job of training one subset again, in a worker process."""

import math
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from nas.campaign import records
from nas.campaign.attempts import Attempts, read_attempts
from nas.campaign.config import Campaign
from nas.campaign.job import alone_in, problem_of, should_stop
from nas.campaign.maps import relative_l2_if_told
from nas.campaign.run_settings import hardware, without_competition
from nas.errors import UserError
from nas.files import write_text
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training.training_run import Progress, TrainingRun
from nas.validation.choice import Subset
from nas.validation.warm_up_job import WarmUpJob

NO_END = 1_000_000  # iterations of a fine-tuning that time ends

Kind = Literal["selected", "random", "best", "all", "longest"]


@dataclass(frozen=True)
class SubsetJob:
    """A subset beside a run; ``problem`` as in `nas.campaign.run.RunSpec`.

    It goes on from ``warm_up``, which all subsets of the run share: they differ in their members
    alone. Where that is None it has a warm-up of its own: the subset of ``all`` with the run's own
    seed, so that it is the run's, and the one of ``longest``, which learns for ``seconds`` of wall
    time.
    """

    folder: Path  # the campaign's
    campaign: Campaign
    problem: Problem | None
    fingerprint: str
    run: str
    trial: int
    repetition: int
    kind: Kind
    number: int
    pool: tuple[Candidate, ...]  # the run's
    indices: Subset
    run_seed: int
    threads: int
    parent: int
    warm_up: WarmUpJob | None = None
    seconds: float | None = None

    @property
    def members(self) -> tuple[Candidate, ...]:
        """The candidates that learn together."""
        return tuple(self.pool[index] for index in self.indices)

    @property
    def name(self) -> str:
        """What a user calls it."""
        return f"{self.run} {self.kind} {self.number}" if self.number else f"{self.run} {self.kind}"

    @property
    def path(self) -> Path:
        """The job's own folder."""
        return self.folder / "validation" / self.run / f"{self.kind}-{self.number:02d}"

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.members)

    @property
    def finished(self) -> bool:
        """Whether its record is complete."""
        return (self.path / "subsets.parquet").exists()

    @property
    def row(self) -> dict[str, Any]:
        """What is known before it is trained."""
        unknown = dict.fromkeys(records.VALIDATION["subsets"].names)
        return unknown | {
            "run": self.run,
            "trial": self.trial,
            "repetition": self.repetition,
            "kind": self.kind,
            "number": self.number,
            "members": ", ".join(map(str, self.members)),
            "size": len(self.members),
        }


def execute(job: SubsetJob) -> str:
    """Do the job, or what is left of it; return its status, or ``interrupted``.

    Raises
    ------
    UserError
        If the disk refuses or a checkpoint is damaged; nothing is recorded then.
    """
    with alone_in(job.path):
        if job.finished:
            return "completed"
        try:
            return _train(job)
        except UserError:
            raise
        except Exception as error:  # a failed subset is a row in the record
            write_text(job.path / "error.txt", traceback.format_exc())
            record_failure(job, f"{type(error).__name__}: {' '.join(str(error).split())}")
            return "failed"


def record_failure(job: SubsetJob, reason: str) -> None:
    """Close a job that left nothing but its reason."""
    _close(job, {"status": "failed", "reason": reason})


def _train(job: SubsetJob) -> str:
    if job.warm_up is not None and job.warm_up.diverged.exists():
        reason = job.warm_up.diverged.read_text(encoding="utf-8")
        record_failure(job, f"the warm-up of the pool diverged: {reason}")
        return "failed"
    torch.set_num_threads(job.threads)
    problem = problem_of(job)
    trainer = _begun(job, problem)
    path = job.path / "attempts.json"
    before = sum(row["seconds"] for row in read_attempts(path))
    attempts = Attempts(path, {}, job.threads)
    attempts.begin(trainer.step, hardware(trainer.settings.device))
    over = _is_over(job, before)
    stop = should_stop(job.folder, job.parent)
    result = trainer.run(lambda: over() or stop(), _by_time(job, before, attempts.watch))
    if result.status == "interrupted" and not over():
        attempts.close("interrupted", trainer.step)
        return "interrupted"
    attempts.close("completed", trainer.step)
    loss, mixture = result.held_out_loss, result.mixture
    status, reason = str(result.status), result.reason
    if result.status == "interrupted":
        status, reason = "failed", "its time was up before the fine-tuning"
        if trainer.fine_tuning is not None and math.isfinite(trainer.fine_tuning.best_loss):
            trainer.fine_tuning.take_best()
            loss = trainer.fine_tuning.best_loss
            status, reason = "completed", "its time was up"
    _close(
        job,
        {
            "status": status,
            "reason": "; ".join(filter(None, (_lost(job, trainer), reason))),
            "parameters": mixture.parameters_alive,
            "held_out_loss": loss,
            "relative_l2": None if loss is None else relative_l2_if_told(problem, mixture),
            "iterations": result.iterations,
            "evaluations": result.evaluations,
            "seconds": sum(row["seconds"] for row in attempts.rows),
        },
    )
    return "completed"


def _begun(job: SubsetJob, problem: Problem) -> TrainingRun:
    """The subset's trainer, wherever it was left."""
    path = job.path / "checkpoint.safetensors"
    if job.warm_up is not None:
        trainer = TrainingRun(problem, job.warm_up.settings(problem), path)
        if not path.exists():
            trainer.go_on_from(job.warm_up.warmed, job.indices)
        return trainer
    settings = without_competition(problem, job.campaign, job.members, job.run_seed, job.repetition)
    if job.seconds is not None:
        settings = replace(settings, fine_tuning=replace(settings.fine_tuning, iterations=NO_END))
    return TrainingRun(problem, settings, path)


def _lost(job: SubsetJob, trainer: TrainingRun) -> str:
    """Which members are missing since they diverged in the warm-up that the subsets share."""
    if job.warm_up is None:
        return ""
    outcomes = trainer.outcomes
    lost = [str(job.pool[index]) for index in job.indices if outcomes[index].ended is not None]
    return f"without {', '.join(lost)}, diverged in the warm-up" if lost else ""


def _is_over(job: SubsetJob, before: float) -> Callable[[], bool]:
    """Whether the job's time is up, of which it has used some seconds ``before``."""
    if job.seconds is None:
        return lambda: False
    end = time.monotonic() + job.seconds - before
    return lambda: time.monotonic() > end


def _by_time(
    job: SubsetJob, before: float, watch: Callable[[Progress], None]
) -> Callable[[Progress], None]:
    """``watch``, told the share of the job's time that is over, where time is what ends it."""
    if job.seconds is None:
        return watch
    begun, allowed = time.monotonic() - before, job.seconds
    return lambda progress: watch(
        replace(progress, done=min((time.monotonic() - begun) / allowed, 1.0))
    )


def _close(job: SubsetJob, known: dict[str, Any]) -> None:
    records.write_table(job.path / "subsets.parquet", "subsets", [job.row | known])
    (job.path / "checkpoint.safetensors").unlink(missing_ok=True)
