"""The job of warming up a run's pool anew, for all subsets that are trained beside the run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nas import json_file
from nas.campaign import layout
from nas.campaign.folder import CampaignFolder
from nas.campaign.run_settings import hardware, seed_of, without_competition
from nas.errors import UserError
from nas.files import move
from nas.problems import Problem
from nas.runner.job import COMPLETED, INTERRUPTED, Job
from nas.runner.job_context import Context
from nas.search_spaces import Candidate
from nas.training.training_run import Progress, TrainingRun
from nas.training.training_settings import TrainingSettings

SUBSET_SEEDS = 2  # apart from those of the search and of the baseline


@dataclass(frozen=True)
class RunName:
    """Which run a validation stands beside.

    Examples
    --------
    >>> RunName("0007-1", trial=7, repetition=1).folder(Path("out")).as_posix()
    'out/validation/0007-1'
    """

    run: str
    trial: int
    repetition: int

    def folder(self, campaign: Path) -> Path:
        """Where all that stands beside the run is kept."""
        return layout.validation_folder(campaign, self.run)


@dataclass(frozen=True)
class WarmUpJob(Job):
    """The warm-up of a run's pool, with other initial weights than the run's.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.runner.problem_source import ProblemSource
    >>> campaign = build(problem="burgers")
    >>> home = CampaignFolder(Path("out"), campaign, ProblemSource.of("burgers"), "burgers-1")
    >>> job = WarmUpJob(home, RunName("0007-1", 7, 1), (Candidate("tanh", 2, 16),))
    >>> job.name, job.folder.as_posix()
    ('0007-1 warm-up', 'out/validation/0007-1/warm-up')
    """

    home: CampaignFolder
    beside: RunName
    pool: tuple[Candidate, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.beside.run} warm-up"

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return self.beside.folder(self.home.path) / "warm-up"

    @property
    def warmed(self) -> Path:
        """The checkpoint from which the subsets go on."""
        return self.folder / "warmed.safetensors"

    @property
    def diverged(self) -> Path:
        """Where the reason stands if no expert learnt anything."""
        return self.folder / "diverged.json"

    def reason(self) -> str:
        """The one that stands there.

        Raises
        ------
        UserError
            If the file is damaged.
        """
        try:
            return str(json_file.read(self.diverged)["reason"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise UserError(
                f"{self.diverged}: expected why a warm-up ended, got a file that is damaged; "
                "delete it and run the same command again"
            ) from error

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.pool)

    @property
    def finished(self) -> bool:
        """Whether the subsets can begin, or never will."""
        return self.warmed.exists() or self.diverged.exists()

    def settings(self, problem: Problem) -> TrainingSettings:
        """Those of the pool, in which nobody competes."""
        campaign, beside = self.home.campaign, self.beside
        seed = seed_of(campaign.seed, beside.trial, beside.repetition, SUBSET_SEEDS)
        return without_competition(problem, campaign, self.pool, seed, beside.repetition)

    def work(self, context: Context) -> str:
        """Warm up, and keep the checkpoint; see `nas.runner.job.Job.work`."""
        problem = self.home.problem.load()
        run = TrainingRun(problem, self.settings(problem), self.checkpoint)
        context.begin(run.step, hardware(run.settings.devices))
        result = run.run(
            lambda: _is_over(run) or context.should_stop(),
            _share_of_warm_up(run, context.report),
        )
        if result.status == "diverged":
            json_file.write(self.diverged, {"reason": result.reason})
            context.close(result.status, run.step)
            return result.status
        ending = COMPLETED if _is_over(run) else INTERRUPTED
        if ending == COMPLETED:
            move(self.checkpoint, self.warmed)  # saved as it was told to stop
        context.close(ending, run.step)
        return ending


def _is_over(run: TrainingRun) -> bool:
    return run.selection is not None


def _share_of_warm_up(
    run: TrainingRun, report: Callable[[Progress], None]
) -> Callable[[Progress], None]:
    """``report`` with the share of the warm-up that is done rather than that of a whole run."""
    ends = run.settings.warm_up.iterations
    return lambda progress: report(replace(progress, done=min(progress.step / ends, 1.0)))
