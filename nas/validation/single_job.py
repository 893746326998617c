"""The job of a baseline: all candidates of the space, each trained by itself."""

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from nas.campaign import records
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.parquet import Row
from nas.campaign.run_settings import hardware, seed_of, without_competition
from nas.campaign.true_errors import relative_l2_or_none
from nas.problems import Problem
from nas.runner.job import COMPLETED, INTERRUPTED
from nas.runner.job_context import Context
from nas.search_spaces import Candidate
from nas.search_spaces.candidates import levels_of
from nas.training.fine_tuning import phase as fine_tuning
from nas.training.single_networks import SingleNetwork, SingleNetworks
from nas.training.training_settings import TrainingSettings

SINGLE_SEEDS = 1  # apart from those of the search and of the subsets


@dataclass(frozen=True)
class SinglesJob(CampaignJob):
    """A repetition of the baseline. Nothing can be compared without it, so its failure is the end.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.campaign.folder import CampaignFolder
    >>> from nas.runner.problem_source import ProblemSource
    >>> campaign = build(problem="burgers")
    >>> home = CampaignFolder(Path("out"), campaign, ProblemSource.of("burgers"), "burgers-1")
    >>> job = SinglesJob(home, repetition=2)
    >>> job.name, job.folder.as_posix(), job.experts
    ('singles, repetition 2', 'out/baseline/0002', 24)
    """

    TABLES = ("singles",)

    repetition: int

    @property
    def name(self) -> str:
        """What people call it."""
        return f"singles, repetition {self.repetition}"

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return self.home.path / "baseline" / f"{self.repetition:04d}"

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The different candidates of the space."""
        return tuple(dict.fromkeys(self.home.campaign.search_space().candidates))

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.candidates)

    def settings(self, problem: Problem) -> TrainingSettings:
        """Those of the candidates, in which nobody competes."""
        campaign, repetition = self.home.campaign, self.repetition
        seed = seed_of(campaign.seed, repetition, 0, SINGLE_SEEDS)
        return without_competition(problem, campaign, self.candidates, seed, repetition)

    def is_held_out(self, phase: str) -> bool:
        """Whether it is that of the fine-tunings, one network after the other."""
        return phase == fine_tuning.NAME

    def work(self, context: Context) -> str:
        """Train and record; see `nas.runner.job.Job.work`."""
        problem = self.home.problem.load()
        settings = self.settings(problem)
        measure = partial(relative_l2_or_none, problem)
        training = SingleNetworks(problem, settings, measure, self.checkpoint)
        context.begin(training.step, hardware(settings.devices))
        singles = training.run(context.should_stop, context.report)
        ending = INTERRUPTED if singles is None else COMPLETED
        if singles is not None:
            rows = [self._row(self.candidates[single.index], single) for single in singles]
            self.record({"singles": rows})
        context.close(ending, training.step)
        return ending

    def _row(self, candidate: Candidate, single: SingleNetwork) -> Row:
        known = {"repetition": self.repetition, "relative_l2": single.measured}
        row = known | levels_of(candidate) | asdict(single)
        return {name: row[name] for name in records.VALIDATION["singles"].names}
