"""The job of one run: train, measure, write the records.

The run's folder holds its checkpoint while it is under way, and once it has ended its own rows
of the tables. ``runs.parquet`` is written last: where it stands, the run is over, unless it says
that its worker was killed. What kills workers, such as a lack of memory, is often gone by the next
command, which goes on with the run.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from nas import assessment
from nas.assessment import Assessment
from nas.campaign import layout, proposal_file, records, run_rows
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.run_record import NOT_ASSESSED, assessed, measured, tables
from nas.campaign.run_rows import Row
from nas.campaign.run_settings import hardware, points_seed, run_settings, seed_of
from nas.campaign.true_errors import UNKNOWN
from nas.campaign.tuner import Proposal
from nas.errors import RAISED, UserError
from nas.problems import Problem
from nas.runner.job import COMPLETED, INTERRUPTED, KILLED
from nas.runner.job_context import Context
from nas.runner.pace import Part
from nas.search_spaces import Candidate
from nas.training import mixture_file
from nas.training.fine_tuning.phase import NAME as FINE_TUNING
from nas.training.selection.phase import GATE
from nas.training.selection.phase import NAME as SELECTION
from nas.training.training_run import RunResult, TrainingRun
from nas.training.training_settings import TrainingSettings
from nas.training.warm_up.phase import NAME as WARM_UP

# What a search asks of the rows of runs that had ended before.
_OUTCOME = (
    *("trial", "repetition", "status", "m", "p", "threshold"),
    *("held_out_loss", "parameters_after"),
)
_EMPTY: dict[str, list[Row]] = {name: [] for name in (*layout.ADDED_TABLES, *layout.RUN_TABLES)}


@dataclass(frozen=True)
class RunJob(CampaignJob):
    """A trial's repetition, trained with a seed of its own.

    Parameters
    ----------
    known
        What `outcome` told of it, where it had ended before: it is not read again then.

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
    known: Row | None = field(default=None, kw_only=True, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Trial and repetition: ``0007-0``."""
        return f"{self.proposal.trial:04d}-{self.repetition}"

    @property
    def folder(self) -> Path:
        """The run's own folder."""
        return layout.run_folder(self.home.path, self.name)

    @property
    def finished(self) -> bool:
        """Whether its record is complete, and says another thing than that it was killed."""
        return self.known_row() is not None

    @property
    def held_out_loss(self) -> float | None:
        """That of its row, once it is `finished`."""
        loss: float | None = self.row()["held_out_loss"]
        return loss

    @property
    def experts(self) -> int:
        """How many the pool has."""
        return self.proposal.m

    @property
    def found(self) -> str:
        """What has survived, and its held-out loss; or why there is none."""
        row = self.row()
        if row["status"] != COMPLETED:
            return str(row["reason"] or "")
        left = f"{row['experts_before']} → {row['experts_after']} experts"
        return f"{super().found}, {left}, {row['parameters_after']:,} parameters"

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

    @property
    def parts(self) -> tuple[Part, ...]:
        """See `Job`. Costs of a step are those of short runs on the L-shape, beside each other."""
        training = self.home.campaign.training
        counts = {
            (WARM_UP,): (training.warm_up.iterations, 1.0),
            (GATE, SELECTION): (training.steps, 0.15),
            (FINE_TUNING,): (training.fine_tuning.iterations, 2.0),
        }
        steps = sum(count for count, _ in counts.values())
        return tuple(Part(names, count / steps, cost) for names, (count, cost) in counts.items())

    def known_row(self) -> Row | None:
        """What a search asks of its row, if it is `finished`: there may be thousands."""
        if self.known is None and not super().finished:
            return None
        row = self.known or outcome(self.folder)
        proposal_file.compare(self.folder, self.proposal, row)
        return None if row["status"] == KILLED else row

    def row(self) -> Row:
        """Its row of the table ``runs``, once it is finished.

        Raises
        ------
        UserError
            If it was trained with another proposal than the study has for its trial.
        """
        path = self.table("runs")
        row = dict(_row(path, _state(path)))
        proposal_file.compare(self.folder, self.proposal, row)
        return row

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
        proposal_file.keep(self.folder, self.proposal, anew=not self.checkpoint.exists())
        settings = self.settings(problem)
        trainer = self._trainer(problem, settings)
        context.begin(trainer.step, hardware(settings.devices))
        result = trainer.run(context.should_stop, context.report)
        if result.status != INTERRUPTED:
            self._record(problem, settings, result)
        context.close(result.status, trainer.step)
        return result.status

    def fail(self, status: str, reason: str) -> None:
        """Record a run that left nothing but its reason: all its experts are censored at once."""
        experts = [
            run_rows.lost_expert(self.keys, index, candidate, reason)
            for index, candidate in enumerate(self.pool)
        ]
        row = run_rows.run(self.keys, self.proposal, status, reason)
        row |= {"experts_before": len(experts)}
        self.record({**_EMPTY, "experts": experts, "runs": [row]}, over=status != KILLED)

    def _trainer(self, problem: Problem, settings: TrainingSettings) -> TrainingRun:
        """As far as it came before."""
        return TrainingRun(problem, settings, self.checkpoint)

    def _experts(self, settings: TrainingSettings, result: RunResult) -> list[Row]:
        """The rows of all experts of the trial."""
        return run_rows.experts(self.keys, settings, result)

    def _record(self, problem: Problem, settings: TrainingSettings, result: RunResult) -> None:
        """Write down all that the run left."""
        errors, found = UNKNOWN, NOT_ASSESSED
        if result.status == "completed":
            path = self.folder / mixture_file.FILE
            mixture_file.save(path, result.mixture, result.held_out_loss)
            found = self._assessed(problem, settings, result)
            errors, note = measured(problem, result, self.folder)
        else:
            note = self._explain(problem, settings, result)
        reason = "; ".join(filter(None, (result.reason, note)))
        row = run_rows.run(self.keys, self.proposal, result.status, reason)
        row |= run_rows.figures(settings, result)
        experts = self._experts(settings, result)
        self.record(tables(self.keys, row, result, experts, errors, found))

    def _assessed(
        self, problem: Problem, settings: TrainingSettings, result: RunResult
    ) -> Assessment:
        """What the answer is worth, and what its user has to be told."""
        return assessed(problem, settings, result, self.folder)

    def _explain(self, problem: Problem, settings: TrainingSettings, result: RunResult) -> str:
        """Which residual of a diverged run has no value, and where, so far as one is found."""
        try:
            untrained = settings.mixture(problem)
            return assessment.explain(problem, settings.sampler, result, untrained)
        except UserError:
            raise
        except RAISED:
            return ""  # the run has its reason already


def outcome(folder: Path) -> Row:
    """What a search asks of the row of the finished run in ``folder``.

    Raises
    ------
    UserError
        If its table is not there, or damaged.

    Examples
    --------
    >>> row = dict.fromkeys(records.TABLES["runs"].names) | {"status": "completed", "m": 4}
    >>> records.write_table(Path("runs.parquet"), "runs", [row])
    >>> found = outcome(Path("."))
    >>> found["status"], found["m"], "warnings" in found
    ('completed', 4, False)
    """
    return records.read_rows(layout.table_file(folder, "runs"), "runs", _OUTCOME)[0]


@lru_cache(maxsize=16)  # as a run ends several ask for its row, one right after the other
def _row(path: Path, state: tuple[int, ...] | None) -> Row:
    """The row in the file at ``path``; it is read again once its ``state`` has changed."""
    return records.read_rows(path, "runs")[0]


def _state(path: Path) -> tuple[int, ...] | None:
    """What tells a file from another that has taken its place; None where there is none."""
    try:
        of = path.stat()
    except OSError:
        return None
    return of.st_ino, of.st_mtime_ns, of.st_size
