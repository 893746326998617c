"""The job of warming up a run's pool anew, for all subsets that are trained beside the run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from nas.campaign.attempts import Attempts
from nas.campaign.config import Campaign
from nas.campaign.job import alone_in, indispensable, problem_of, should_stop
from nas.campaign.run_settings import hardware, seed_of, without_competition
from nas.files import write_text
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training.training_run import Progress, TrainingRun, TrainingSettings

SUBSET_SEEDS = 2  # apart from those of the search and of the baseline


@dataclass(frozen=True)
class WarmUpJob:
    """The warm-up of a run's pool with other initial weights than the run's.

    ``problem`` as in `nas.campaign.run.RunSpec`.
    """

    folder: Path  # the campaign's
    campaign: Campaign
    problem: Problem | None
    fingerprint: str
    run: str
    trial: int
    repetition: int
    pool: tuple[Candidate, ...]
    threads: int
    parent: int

    @property
    def name(self) -> str:
        """What a user calls it."""
        return f"{self.run} warm-up"

    @property
    def path(self) -> Path:
        """The job's own folder."""
        return self.folder / "validation" / self.run / "warm-up"

    @property
    def warmed(self) -> Path:
        """The checkpoint from which the subsets go on."""
        return self.path / "warmed.safetensors"

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.pool)

    @property
    def finished(self) -> bool:
        """Whether the subsets can begin, or never will."""
        return self.warmed.exists() or self.diverged.exists()

    @property
    def diverged(self) -> Path:
        """Where the reason stands if no expert learnt anything."""
        return self.path / "diverged.txt"

    def settings(self, problem: Problem) -> TrainingSettings:
        """Those of the pool, in which nobody competes."""
        seed = seed_of(self.campaign.seed, self.trial, self.repetition, SUBSET_SEEDS)
        return without_competition(problem, self.campaign, self.pool, seed, self.repetition)


def execute(job: WarmUpJob) -> str:
    """Do the job, or what is left of it; return its status, or ``interrupted``.

    Raises
    ------
    UserError
        If the disk refuses, a checkpoint is damaged, or training raises: without it there are no
        subsets to compare with.
    """
    with alone_in(job.path), indispensable(job.path, "the warm-up of the subsets"):
        return "completed" if job.finished else _train(job)


def _train(job: WarmUpJob) -> str:
    torch.set_num_threads(job.threads)
    problem = problem_of(job)
    settings, path = job.settings(problem), job.path / "checkpoint.safetensors"
    trainer = TrainingRun(problem, settings, path)
    attempts = Attempts(job.path / "attempts.json", {}, job.threads)
    attempts.begin(trainer.step, hardware(settings.device))
    stop = should_stop(job.folder, job.parent)
    result = trainer.run(lambda: _is_over(trainer) or stop(), _by_warm_up(trainer, attempts.watch))
    if result.status == "diverged":
        attempts.close("diverged", trainer.step)
        write_text(job.diverged, result.reason)
        return "diverged"
    attempts.close("completed" if _is_over(trainer) else "interrupted", trainer.step)
    if not _is_over(trainer):
        return "interrupted"
    path.replace(job.warmed)  # saved as it was told to stop
    return "completed"


def _is_over(trainer: TrainingRun) -> bool:
    return trainer.selection is not None


def _by_warm_up(
    trainer: TrainingRun, watch: Callable[[Progress], None]
) -> Callable[[Progress], None]:
    """``watch``, told the share of the warm-up that is done rather than of a whole run."""
    ends = trainer.settings.warm_up.iterations
    return lambda progress: watch(replace(progress, done=min(progress.step / ends, 1.0)))
