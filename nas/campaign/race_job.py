"""The job of a race: what the trials of a repetition leave learns on, and the best is recorded.

Contestants are the teams that the gate chose, and the networks that lead by themselves. Once the
race is over each is a run of the campaign, so that whatever reads runs can read them.
"""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from nas.campaign import layout, records, schedule
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.contestants import anew, entries
from nas.campaign.gate_job import GateJob
from nas.campaign.pool_job import PoolJob
from nas.campaign.race_record import RaceRecord
from nas.campaign.run_settings import hardware, seed_of
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.runner.budget import time_taken
from nas.runner.job import COMPLETED, INTERRUPTED
from nas.runner.job_context import Context
from nas.training import checkpoint
from nas.training.meter import Meter
from nas.training.pool.learning import only
from nas.training.race import Race
from nas.training.training_settings import TrainingSettings


@dataclass(frozen=True)
class RaceJob(CampaignJob):
    """A repetition's race, for what its pool and trials have left of ``seconds``.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.campaign.folder import CampaignFolder
    >>> from nas.runner.problem_source import ProblemSource
    >>> source = ProblemSource.of("burgers")
    >>> home = CampaignFolder(Path("out"), build(problem="burgers"), source, study="burgers-1")
    >>> job = RaceJob(home, repetition=0, seconds=60.0, trials=())
    >>> job.name, job.folder.as_posix(), job.finished
    ('race-0', 'out/races/0', False)
    """

    TABLES = ("race",)

    repetition: int
    seconds: float
    trials: tuple[GateJob, ...]  # of this repetition, all finished
    given: schedule.Counts | None = None  # instead of the seconds

    @property
    def name(self) -> str:
        """What people call it."""
        return f"race-{self.repetition}"

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return layout.race_folder(self.home.path, self.repetition)

    @property
    def finished(self) -> bool:
        """Whether it has been run for as long as it may, and all its contestants are there.

        Those whose folders somebody has removed are recorded anew, from the race's checkpoint.
        """
        part = schedule.read_part(self.folder)
        if not super().finished or part is None or part.seconds < self.seconds:
            return False
        contestants = records.read_rows(self.table("race"), "race")
        folders = (layout.run_folder(self.home.path, row["run"]) for row in contestants)
        return all(map(layout.is_finished, folders))

    @property
    def spent(self) -> float:
        """Seconds that pool and trials have taken, so far."""
        pool = layout.pool_folder(self.home.path, self.repetition)
        return sum(time_taken(folder) for folder in (pool, *(run.folder for run in self.trials)))

    def work(self, context: Context) -> str:
        """Run the race, and record its contestants; see `nas.runner.job.Job.work`."""
        problem = self.home.problem.load()
        pool = PoolJob(self.home, self.repetition, self.seconds)
        settings = pool.settings(problem)
        learnt = pool.learnt(problem)
        waves = pool.waves(problem)
        named = entries(learnt, pool.losses(), self._teams(problem), waves)
        mixtures = {one.name: one.mixture.place(settings.devices) for one in named}
        meter = Meter(self.seconds, self.given, spent=self.spent)
        restart = partial(self._restarted, problem, settings)
        race = Race(problem, settings.sampler, mixtures, self.home.stages.race, meter, restart)
        if self.checkpoint.exists():
            checkpoint.resume(self.checkpoint, race.restore)
        context.begin(race.step, hardware(settings.devices))
        keeper = checkpoint.Keeper(self.checkpoint, race.state)
        over = race.run(keeper.asked(context.should_stop), context.report)
        keeper.save()
        if not over:
            context.close(INTERRUPTED, race.step)
            return INTERRUPTED
        record = RaceRecord(self.home.path, problem, settings, self.repetition)
        records.write_table(self.table("race"), "race", record.write(race, [*named, *anew(race)]))
        part = schedule.Part(self.seconds, race.meter.counts, race.meter.taken)
        schedule.write_part(self.folder, part)
        context.close(COMPLETED, race.step)
        return COMPLETED

    def _teams(self, problem: Problem) -> list[tuple[GateJob, Mixture]]:
        """What the gate has left in each trial that completed, by rising held-out loss."""
        if not self.home.stages.teams:
            return []
        done = [run for run in self.trials if run.row()["status"] == "completed"]
        done.sort(key=lambda run: float(run.row()["held_out_loss"]))
        return [(run, run.mixture(problem)) for run in done]

    def _restarted(
        self, problem: Problem, settings: TrainingSettings, index: int, number: int
    ) -> Mixture:
        """The pool's network at ``index`` with other initial weights."""
        seed = seed_of(self.home.campaign.seed, self.repetition, number)
        return only(replace(settings, seed=seed).mixture(problem), [index])
