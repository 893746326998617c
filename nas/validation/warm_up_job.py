"""The job of warming up a run's pool anew, for all teams that are trained beside the run."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from nas.campaign.attempts import Attempts
from nas.campaign.config import Campaign
from nas.campaign.job import alone_in, problem_of, should_stop
from nas.campaign.run_settings import hardware, points_seed, run_settings, seed_of
from nas.errors import Misuse
from nas.files import write_text
from nas.problems import Problem
from nas.training.search import WARM_UP
from nas.training.trainer import RunSettings, Trainer
from search_spaces import Candidate

TEAM_SEEDS = 2  # apart from those of the search and of the baseline


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
        """The checkpoint from which the teams go on."""
        return self.path / "warmed.safetensors"

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.pool)

    @property
    def finished(self) -> bool:
        """Whether the teams can begin."""
        return self.warmed.exists()

    def settings(self, problem: Problem) -> RunSettings:
        """Those of the pool, in which nobody competes."""
        return run_settings(
            problem,
            self.campaign,
            self.pool,
            p=1.0,  # Σ λ̄ᵢ is constant: nothing makes the experts compete
            threshold=0.0,  # and none is dropped
            seed=seed_of(self.campaign.seed, self.trial, self.repetition, TEAM_SEEDS),
            points_seed=points_seed(self.campaign, self.repetition),
        )


def execute(job: WarmUpJob) -> str:
    """Do the job, or what is left of it; return ``completed`` or ``interrupted``.

    Raises
    ------
    Misuse
        If the disk refuses, a checkpoint is damaged, or training raises: without it there are no
        teams to compare with.
    """
    with alone_in(job.path):
        if job.finished:
            return "completed"
        try:
            return _train(job)
        except Misuse:
            raise
        except Exception as error:
            write_text(job.path / "error.txt", traceback.format_exc())
            what = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise Misuse(
                f"{job.path}: the warm-up of the teams raised {what}; see error.txt there, "
                "mend it, then run the same command again"
            ) from error


def _train(job: WarmUpJob) -> str:
    torch.set_num_threads(job.threads)
    problem = problem_of(job)
    settings, path = job.settings(problem), job.path / "checkpoint.safetensors"
    trainer = Trainer(problem, settings, path)
    attempts = Attempts(job.path / "attempts.json", {}, job.threads)
    attempts.begin(trainer.step, hardware(settings.device))
    trainer.run(_when_warm(trainer, should_stop(job.folder, job.parent)), attempts.watch)
    warm = trainer.search.phase != WARM_UP
    attempts.close("completed" if warm else "interrupted", trainer.step)
    if not warm:
        return "interrupted"
    path.replace(job.warmed)
    return "completed"


def _when_warm(trainer: Trainer, should_stop: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: trainer.search.phase != WARM_UP or should_stop()
