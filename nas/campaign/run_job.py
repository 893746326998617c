"""The job of one run: train, measure, write the records.

The run's folder holds its checkpoint while it is under way, and once it has ended its own rows
of the tables. ``runs.parquet`` is written last: where it stands, the run is over.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from nas import assessment
from nas.assessment import Assessment
from nas.campaign import layout, records, run_rows
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.maps import UNKNOWN, Errors, measure, write_map
from nas.campaign.run_rows import Row
from nas.campaign.run_settings import hardware, points_seed, run_settings, seed_of
from nas.campaign.tuner import Proposal
from nas.errors import UserError
from nas.problems import Problem
from nas.runner.job import INTERRUPTED
from nas.runner.job_context import Context
from nas.runner.worker import written_down
from nas.search_spaces import Candidate
from nas.training import mixture_file
from nas.training.training_run import RunResult, TrainingRun
from nas.training.training_settings import TrainingSettings

NOT_ASSESSED = Assessment(error_estimate=None, warnings=(), standard_errors={})
_EMPTY: dict[str, list[Row]] = {name: [] for name in (*layout.ADDED_TABLES, *layout.RUN_TABLES)}


@dataclass(frozen=True)
class RunJob(CampaignJob):
    """A trial's repetition, trained with a seed of its own.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.campaign.folder import CampaignFolder
    >>> from nas.runner.problem_source import ProblemSource
    >>> source = ProblemSource.of("burgers")
    >>> home = CampaignFolder(Path("out"), build(problem="burgers"), source, study="burgers-1")
    >>> job = RunJob(home, Proposal(trial=7, m=4, p=0.5, threshold=0.3), repetition=0)
    >>> job.name, job.folder.as_posix(), len(job.pool)
    ('0007-0', 'out/runs/0007-0', 4)
    """

    TABLES = (*layout.ADDED_TABLES, *layout.RUN_TABLES)

    proposal: Proposal
    repetition: int

    @property
    def name(self) -> str:
        """Trial and repetition: ``0007-0``."""
        return f"{self.proposal.trial:04d}-{self.repetition}"

    @property
    def folder(self) -> Path:
        """The run's own folder."""
        return layout.run_folder(self.home.path, self.name)

    @property
    def experts(self) -> int:
        """How many the pool has."""
        return self.proposal.m

    @property
    def keys(self) -> Row:
        """What names the run in every table."""
        trial, repetition = self.proposal.trial, self.repetition
        return {"run": self.name, "trial": trial, "repetition": repetition}

    @property
    def seed(self) -> int:
        """Of pool and initial weights."""
        return seed_of(self.home.campaign.seed, self.proposal.trial, self.repetition)

    @property
    def pool(self) -> tuple[Candidate, ...]:
        """The candidates with which it begins."""
        return self.home.campaign.search_space().pool(self.proposal.m, self.seed)

    def row(self) -> Row:
        """Its row of the table ``runs``, once it is finished."""
        return records.read_rows(self.table("runs"), "runs")[0]

    def settings(self, problem: Problem) -> TrainingSettings:
        """Those of the training."""
        proposal, campaign = self.proposal, self.home.campaign
        return run_settings(
            problem,
            campaign,
            self.pool,
            p=proposal.p,
            threshold=proposal.threshold,
            seed=self.seed,
            points_seed=points_seed(campaign, self.repetition),
        )

    def work(self, context: Context) -> str:
        """Train, measure, record; see `nas.runner.job.Job.work`."""
        problem = self.home.problem.load()
        settings = self.settings(problem)
        trainer = TrainingRun(problem, settings, self.checkpoint)
        context.begin(trainer.step, hardware(settings.device))
        result = trainer.run(context.should_stop, context.report)
        if result.status != INTERRUPTED:
            self._record(problem, settings, result)
        context.close(result.status, trainer.step)
        return result.status

    def fail(self, status: str, reason: str) -> None:
        """Close a run that left nothing but its reason: all its experts are censored at once."""
        experts = [
            run_rows.lost_expert(self.keys, index, candidate, reason)
            for index, candidate in enumerate(self.pool)
        ]
        row = run_rows.run(self.keys, self.proposal, status, reason)
        row |= {"experts_before": len(experts)}
        self.record({**_EMPTY, "experts": experts, "runs": [row]})

    def _record(self, problem: Problem, settings: TrainingSettings, result: RunResult) -> None:
        """Write down all that the run left."""
        errors, assessed = UNKNOWN, NOT_ASSESSED
        if result.status == "completed":
            mixture_file.save(self.folder / mixture_file.FILE, result.mixture)
            assessed = self._assess(problem, settings, result)
            errors, note = self._measure(problem, result)
        else:
            note = self._explain(problem, settings, result)
        reason = "; ".join(filter(None, (result.reason, note)))
        row = run_rows.run(self.keys, self.proposal, result.status, reason)
        row |= {
            "error_estimate": assessed.error_estimate,
            "warnings": "\n".join(assessed.warnings),
        }
        row |= run_rows.figures(settings, result) | {"relative_l2": errors.together}
        experts = run_rows.experts(self.keys, settings, result)
        history = [self.keys | logged for logged in result.history]
        written = {
            "fields": run_rows.fields(self.keys, errors.by_field),
            "unknowns": run_rows.unknowns(self.keys, result.unknowns, assessed.standard_errors),
            "history": history,
            "experts": experts,
            "runs": [row],
        }
        self.record(_EMPTY | written)

    def _assess(
        self, problem: Problem, settings: TrainingSettings, result: RunResult
    ) -> Assessment:
        """What the answer is worth; without the reference.

        That evaluates a user's residuals at points of its own. Where it fails, the trained network
        is kept, and the failure told.
        """
        try:
            return assessment.assess(problem, settings.sampler, result)
        except UserError:
            raise
        except Exception as failure:
            warning = f"the answer could not be assessed: {written_down(self.folder, failure)}"
            return replace(NOT_ASSESSED, warnings=(warning,))

    def _explain(self, problem: Problem, settings: TrainingSettings, result: RunResult) -> str:
        """Which residual of a diverged run has no value, and where, so far as one is found."""
        try:
            untrained = settings.mixture(problem)
            return assessment.explain(problem, settings.sampler, result, untrained)
        except UserError:
            raise
        except Exception:
            return ""  # the run has its reason already

    def _measure(self, problem: Problem, result: RunResult) -> tuple[Errors, str]:
        """The errors against the reference, and a note where the reference fails to answer.

        The reference is a user's own code. What it does must not cost a trained network, nor
        have a say in which one is recommended.
        """
        path = self.folder / layout.MAP_FILE
        try:
            errors = measure(problem, result.mixture)
            write_map(path, problem, result.mixture)
        except UserError:
            raise
        except Exception as failure:
            note = f"the reference solution raised {written_down(self.folder, failure)}"
            write_map(path, replace(problem, solution=None), result.mixture)
            return UNKNOWN, note
        return errors, ""
