"""The job of a trial within a budget: the gate chooses among what the pool has learnt."""

from dataclasses import dataclass, replace
from functools import cached_property

from nas.assessment import Assessment
from nas.campaign import run_rows
from nas.campaign.pool_job import PoolJob
from nas.campaign.run_job import RunJob
from nas.campaign.run_record import NOT_ASSESSED
from nas.campaign.run_rows import Row
from nas.errors import UserError
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.search_spaces.candidates import ALL
from nas.training import mixture_file
from nas.training.pool import leaders
from nas.training.training_run import RunResult, TrainingRun
from nas.training.training_settings import TrainingSettings


@dataclass(frozen=True)
class GateJob(RunJob):
    """A trial's repetition: m of the pool's leaders, frozen as they are, and a gate.

    All trials of a repetition share its pool, so a trial is over in seconds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from nas.campaign.config import build
    >>> from nas.campaign.folder import CampaignFolder
    >>> from nas.campaign.tuner import Proposal
    >>> from nas.runner.problem_source import ProblemSource
    >>> campaign, source = build(problem="burgers", budget=60), ProblemSource.of("burgers")
    >>> home = CampaignFolder(Path("out"), campaign, source, study="burgers-1")
    >>> job = GateJob(home, Proposal(trial=2, m=4, p=0.5, threshold=0.3), repetition=0)
    >>> job.name, job.source.name
    ('0002-0', 'pool-0')
    """

    seconds: float = 0.0  # of the repetition

    def known_row(self) -> Row | None:
        """Its row, if its record is complete, with the mixture that the race needs."""
        row, path = super().known_row(), self.folder / mixture_file.FILE
        if row is None or (row["status"] == "completed" and not path.exists()):
            return None
        return row

    @property
    def source(self) -> PoolJob:
        """The job that has taught the pool."""
        return PoolJob(self.home, self.repetition, self.seconds)

    @cached_property
    def members(self) -> tuple[int, ...]:
        """The m leaders, by their indices in the repetition's pool.

        Among those that learn all of their layers: random waves are a basis rather than a network,
        hundreds of units wide, and take part in the race by themselves.
        """
        losses, pool = self.source.losses(), self.source.pool
        trained = {i: loss for i, loss in losses.items() if pool[i].learns == ALL}
        return tuple(leaders(trained, pool, self.proposal.m))

    @property
    def pool(self) -> tuple[Candidate, ...]:
        """The candidates with which it begins."""
        pool = self.source.pool
        return tuple(pool[index] for index in self.members)

    def settings(self, problem: Problem) -> TrainingSettings:
        """Those of the choice; there is nothing to warm up or to fine-tune."""
        own, proposal, stages = super().settings(problem), self.proposal, self.home.stages
        rule = replace(stages.gate.rule, threshold=proposal.threshold)
        return replace(
            own,
            warm_up=replace(own.warm_up, iterations=0),
            sampler=replace(own.sampler, counts=stages.gate_points),
            selection=replace(stages.gate, p=proposal.p, rule=rule),
            fine_tuning=replace(own.fine_tuning, iterations=0),
        )

    def mixture(self, problem: Problem) -> Mixture:
        """What the gate has left, once the job is over.

        Raises
        ------
        UserError
            If it chose among others than the pool leads with today, which has learnt anew.
        """
        path = self.folder / mixture_file.FILE
        found = mixture_file.load(path, problem.domain.bounds, len(problem.fields))
        if tuple(found.pool) != self.pool:
            raise UserError(
                f"{self.folder}: expected a choice among the leaders of the pool, got one among "
                "others: the pool has learnt anew since then; delete the folder and run the same "
                "command again: it repeats this run"
            )
        return found

    def _trainer(self, problem: Problem, settings: TrainingSettings) -> TrainingRun:
        trainer = TrainingRun(problem, settings, self.checkpoint)
        if trainer.selection is None:
            learnt = self.source.learnt(problem).place(settings.devices)
            trainer.begin_with(learnt, dict(enumerate(self.members)))
        return trainer

    def _experts(self, settings: TrainingSettings, result: RunResult) -> list[Row]:
        """Those whom the gate was asked about, and behind them those that were cut before."""
        asked = super()._experts(settings, result)
        losses, pool = self.source.losses(), self.source.pool
        others = [index for index in range(len(pool)) if index not in self.members]
        cut = [
            run_rows.cut_expert(self.keys, number, pool[index], losses[index])
            for number, index in enumerate(others, start=len(asked))
        ]
        return asked + cut

    def _assessed(
        self, problem: Problem, settings: TrainingSettings, result: RunResult
    ) -> Assessment:
        """Nothing: the race goes on from here, and its winner is assessed."""
        return NOT_ASSESSED
