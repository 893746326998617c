"""The job of training one subset again."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from nas.campaign import records
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.parquet import Row
from nas.campaign.run_settings import hardware, without_competition
from nas.campaign.true_errors import relative_l2_or_none
from nas.problems import Problem
from nas.runner.job import COMPLETED, FAILED, INTERRUPTED, KILLED
from nas.runner.job_context import Context
from nas.search_spaces import Candidate
from nas.training.training_run import Progress, RunResult, TrainingRun
from nas.validation.choice import Subset
from nas.validation.warm_up_job import RunName, WarmUpJob

NO_END = 1_000_000  # iterations of a fine-tuning that time ends

Kind = Literal["selected", "random", "best", "all", "longest"]


@dataclass(frozen=True)
class SubsetJob(CampaignJob):
    """A subset beside a run.

    It goes on from ``warm_up``, which all subsets of the run share: they differ in their members
    alone. Where that is None it has a warm-up of its own: the subset of ``all`` with the run's own
    seed, so that it is the run's, and the one of ``longest``, which learns for ``seconds`` of wall
    time. Beside a contestant of a race all learn for ``seconds``, without a warm-up.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.campaign.folder import CampaignFolder
    >>> from nas.runner.problem_source import ProblemSource
    >>> campaign = build(problem="burgers")
    >>> home = CampaignFolder(Path("out"), campaign, ProblemSource.of("burgers"), "burgers-1")
    >>> pool = (Candidate("tanh", 2, 16), Candidate("sine", 3, 32))
    >>> job = SubsetJob(home, RunName("0007-1", 7, 1), "random", 3, pool, (1,), run_seed=5)
    >>> job.name, job.folder.as_posix(), job.row["members"]
    ('0007-1 random 3', 'out/validation/0007-1/random-03', 'sine 3×32')
    """

    TABLES = ("subsets",)

    beside: RunName
    kind: Kind
    number: int  # of its kind
    pool: tuple[Candidate, ...]  # the run's
    indices: Subset
    run_seed: int
    warm_up: WarmUpJob | None = None
    seconds: float | None = None

    @property
    def members(self) -> tuple[Candidate, ...]:
        """The candidates that learn together."""
        return tuple(self.pool[index] for index in self.indices)

    @property
    def name(self) -> str:
        """What people call it."""
        name = f"{self.beside.run} {self.kind}"
        return f"{name} {self.number}" if self.number else name

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return self.beside.folder(self.home.path) / f"{self.kind}-{self.number:02d}"

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.members)

    @property
    def row(self) -> Row:
        """What is known before it is trained."""
        unknown = dict.fromkeys(records.VALIDATION["subsets"].names)
        return unknown | {
            "run": self.beside.run,
            "trial": self.beside.trial,
            "repetition": self.beside.repetition,
            "kind": self.kind,
            "number": self.number,
            "members": ", ".join(map(str, self.members)),
            "size": len(self.members),
        }

    @property
    def finished(self) -> bool:
        """Whether its record is complete, and says another thing than that it was killed."""
        if not super().finished:
            return False
        (row,) = records.read_rows(self.table("subsets"), "subsets")
        return bool(row["status"] != KILLED)

    @property
    def found(self) -> str:
        """Its held-out loss, or why there is none."""
        (row,) = records.read_rows(self.table("subsets"), "subsets")
        return super().found or str(row["reason"] or "")

    def work(self, context: Context) -> str:
        """Train and record; see `nas.runner.job.Job.work`."""
        if self.warm_up is not None and self.warm_up.diverged.exists():
            self.fail(FAILED, f"the warm-up of the pool diverged: {self.warm_up.reason()}")
            return FAILED
        problem = self.home.problem.load()
        trainer = self.begun(problem)
        budget = TimeBudget(self.seconds, context.seconds)
        context.begin(trainer.step, hardware(trainer.settings.devices))
        result = trainer.run(
            lambda: budget.is_spent() or context.should_stop(), budget.share(context.report)
        )
        if result.status == "interrupted" and not budget.is_spent():
            context.close(INTERRUPTED, trainer.step)
            return INTERRUPTED
        trained = {"seconds": context.seconds}
        self._record(trained | self._figures(problem, trainer, result))
        context.close(COMPLETED, trainer.step)
        return COMPLETED

    def fail(self, status: str, reason: str) -> None:
        """A subset that failed is a row in the record; one that was killed is tried again."""
        self._record({"status": status, "reason": reason}, over=status != KILLED)

    def begun(self, problem: Problem) -> TrainingRun:
        """The subset's trainer, wherever it was left."""
        if self.warm_up is not None:
            trainer = TrainingRun(problem, self.warm_up.settings(problem), self.checkpoint)
            if not self.checkpoint.exists():
                trainer.go_on_from(self.warm_up.warmed, self.indices)
            return trainer
        settings = without_competition(
            problem, self.home.campaign, self.members, self.run_seed, self.beside.repetition
        )
        if self.seconds is not None:
            endless = replace(settings.fine_tuning, iterations=NO_END)
            # There is nothing to select: the gate learns with the experts.
            together = replace(settings.selection, steps=0)
            settings = replace(settings, fine_tuning=endless, selection=together)
            if self.home.campaign.within_budget:  # where no iterations are given
                settings = replace(settings, warm_up=replace(settings.warm_up, iterations=0))
        return TrainingRun(problem, settings, self.checkpoint)

    def _figures(self, problem: Problem, trainer: TrainingRun, result: RunResult) -> dict[str, Any]:
        """What the training tells, as columns of the job's row."""
        status, reason, loss = _ending(trainer, result)
        mixture = result.mixture
        return {
            "status": status,
            "reason": "; ".join(filter(None, (self._lost(trainer), reason))),
            "parameters": mixture.parameters_alive,
            "held_out_loss": loss,
            "relative_l2": None if loss is None else relative_l2_or_none(problem, mixture),
            "iterations": result.iterations,
            "evaluations": result.evaluations,
        }

    def _lost(self, trainer: TrainingRun) -> str:
        """Which members are missing since they diverged in the warm-up that the subsets share."""
        if self.warm_up is None:
            return ""
        outcomes = trainer.outcomes
        ended = [index for index in self.indices if outcomes[index].ended is not None]
        lost = ", ".join(str(self.pool[index]) for index in ended)
        return f"without {lost}, diverged in the warm-up" if lost else ""

    def _record(self, known: dict[str, Any], *, over: bool = True) -> None:
        self.record({"subsets": [self.row | known]}, over=over)


def _ending(trainer: TrainingRun, result: RunResult) -> tuple[str, str, float | None]:
    """Status, reason and held-out loss; a training that time has ended counts as it is."""
    if result.status != "interrupted":
        return result.status, result.reason, result.held_out_loss
    tuning = trainer.fine_tuning
    if tuning is None or not math.isfinite(tuning.best_loss):
        return FAILED, "its time was up before the fine-tuning", result.held_out_loss
    tuning.take_best()
    return COMPLETED, "its time was up", tuning.best_loss


class TimeBudget:
    """How much of a job's wall time is left; ``seconds`` is None where time does not end it.

    Parameters
    ----------
    spent
        Seconds of earlier attempts.
    now
        The time in seconds.

    Examples
    --------
    >>> ticks = iter([0.0, 50.0, 61.0])
    >>> budget = TimeBudget(100.0, spent=40.0, now=lambda: next(ticks))
    >>> budget.is_spent(), budget.is_spent()
    (False, True)
    """

    def __init__(
        self, seconds: float | None, spent: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._now = seconds, now
        self._began = now() - spent

    def is_spent(self) -> bool:
        """Whether the job's time is up."""
        return self._seconds is not None and self._now() - self._began > self._seconds

    def share(self, report: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """``report`` with the share of the time that is over, where time is what ends the job."""
        if self._seconds is None:
            return report
        allowed = self._seconds
        return lambda progress: report(
            replace(progress, done=min((self._now() - self._began) / allowed, 1.0))
        )
