"""A campaign within a budget: pools, then trials, then races, each as soon as it can begin.

A repetition has as many seconds as the workers can give it: all of the budget, where each
repetition has a worker. Its pool learns first, then its trials choose, and its race has the rest.
"""

from collections import deque

from nas.campaign import layout, outdated, schedule
from nas.campaign.folder import CampaignFolder
from nas.campaign.gate_job import GateJob
from nas.campaign.pool_job import PoolJob
from nas.campaign.race_job import RaceJob
from nas.campaign.race_record import FIRST
from nas.campaign.scheduler import Scheduler
from nas.campaign.tuner import Proposal, Tuner
from nas.runner.job import Job
from nas.training.meter import exploring


class Budgeted:
    """Which job is next, and which have ended.

    Parameters
    ----------
    home
        The campaign, which has a budget.

    Examples
    --------
    Nothing else can begin before the pool has learnt:

    >>> from pathlib import Path
    >>> from nas.campaign.config import build
    >>> from nas.runner.problem_source import ProblemSource
    >>> campaign, source = build(problem="burgers", budget=60, seeds=1), ProblemSource.of("burgers")
    >>> plan = Budgeted(CampaignFolder(Path(), campaign, source, study="burgers-1"))
    >>> plan.jobs, [job.name for job in iter(plan.following, None)]
    (3, ['pool-0'])
    """

    def __init__(self, home: CampaignFolder) -> None:
        campaign = home.campaign
        turns = -(-campaign.seeds // campaign.parallel.workers)
        self._home, self._seconds = home, (campaign.budget or 0.0) / turns
        self._given = campaign.schedule
        tuner = Tuner(campaign, home.storage, home.study)
        trials = self._trials(tuner.proposed)
        self._scheduler = Scheduler(tuner, trials, campaign.seeds, campaign.lag, self._gate_job)
        self._repetitions = range(campaign.seeds)
        self._pools = deque(
            PoolJob(home, r, self._seconds, self._counts(r, "pool")) for r in self._repetitions
        )
        self._races: deque[RaceJob] | None = None
        self._runs: list[GateJob] = []
        self._left = 0  # jobs under way
        self.finished = 0

    @property
    def jobs(self) -> int:
        """How many there are, as far as is known."""
        return len(self._repetitions) * (self._scheduler.trials + 2)

    @property
    def failed(self) -> int:
        """How many trials did not complete."""
        return self._scheduler.failed

    def following(self) -> Job | None:
        """The job to start now; None if there is none, or none yet."""
        job = self._next_of(self._pools) or self._next_trial() or self._next_race()
        if job is not None:
            self._left += 1
        return job

    def ended(self, job: Job) -> None:
        """Note that a job that `following` gave has left its record."""
        self._left -= 1
        self.finished += 1
        if isinstance(job, GateJob):
            self._scheduler.ended(job)

    def close(self) -> None:
        """Tell what is left to be told, once all jobs have ended, and what the budget became."""
        self._scheduler.close()
        schedule.gather(self._home.path, self._scheduler.trials, len(self._repetitions))

    def _trials(self, proposed: int) -> int:
        """As many as a budget has room for; those that a race has begun with, once it has."""
        if self._given is not None:
            return int(self._given[0]["trials"])
        path, campaign, stages = self._home.path, self._home.campaign, self._home.stages
        if any(layout.race_folder(path, r).exists() for r in range(campaign.seeds)):
            return proposed  # each of them had ended then
        room = max(stages.fewest_trials, int(self._seconds / stages.trial_every))
        return min(campaign.trials, FIRST, room)

    def _counts(self, repetition: int, part: str) -> schedule.Counts | None:
        return None if self._given is None else dict(self._given[repetition][part])

    def _next_of(self, jobs: deque[PoolJob] | deque[RaceJob]) -> Job | None:
        while jobs:
            job = jobs.popleft()
            if not job.finished:
                return job
            self.finished += 1
        return None

    def _next_trial(self) -> Job | None:
        if self._pools or (self._left and not self._runs):
            return None  # pools are under way
        open_to_more = self._given is None and self._races is None
        if open_to_more and (self._late() if self._runs else self._decided()):
            self._scheduler.propose_no_more()
        before = self._scheduler.finished_before
        job = self._scheduler.following()
        new = self._scheduler.finished_before - before
        self.finished += new
        return job

    def _decided(self) -> bool:
        """Whether the pool of some repetition leaves the gate nothing to choose from."""
        return any(PoolJob(self._home, r, self._seconds).decided for r in self._repetitions)

    def _late(self) -> bool:
        """Whether the time for trials is over, of some repetition."""
        until = self._home.stages.trials_until * exploring(self._seconds) * self._seconds
        return any(self._race(repetition).spent > until for repetition in self._repetitions)

    def _next_race(self) -> Job | None:
        if self._races is None:
            if self._left:
                return None  # a race begins with what all trials have left
            self._races = deque(self._race(r) for r in self._repetitions)
            for repetition in self._repetitions:
                outdated.remove_validation(self._home.path, repetition, self._seconds)
        return self._next_of(self._races)

    def _race(self, repetition: int) -> RaceJob:
        own = tuple(run for run in self._runs if run.repetition == repetition)
        return RaceJob(self._home, repetition, self._seconds, own, self._counts(repetition, "race"))

    def _gate_job(self, proposal: Proposal, repetition: int) -> GateJob:
        job = GateJob(self._home, proposal, repetition, self._seconds)
        self._runs.append(job)
        return job
