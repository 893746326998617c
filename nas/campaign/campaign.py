"""A campaign: propose, run, record, until all trials are done, in one folder that lasts.

The folder is all the memory there is. Run the same campaign on it again after any kind of end,
and it goes on: finished runs are kept, those under way continue from their checkpoints.
"""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from nas.campaign import outdated, records
from nas.campaign.budgeted import Budgeted
from nas.campaign.config import Campaign
from nas.campaign.folder import CampaignFolder, opened
from nas.campaign.layout import JOBS, finished_runs
from nas.campaign.parquet import Row
from nas.campaign.run_job import RunJob, outcome
from nas.campaign.scheduler import Scheduler
from nas.campaign.stages import Stages
from nas.campaign.study_notes import StudyNotes
from nas.campaign.study_storage import check_reachable
from nas.campaign.tuner import Proposal, Tuner
from nas.problems import Problem
from nas.runner.budget import Budget
from nas.runner.dispatcher import Dispatcher
from nas.runner.job import KILLED, Job
from nas.runner.overview import Best, Clock, Watch

J = TypeVar("J", bound=Job)

_LOG = logging.getLogger(__name__)
_TIMED = 500  # runs that tell how long one takes: to ask ten thousand would take seconds


def search(
    campaign: Campaign,
    folder: Path,
    problem: Problem | None = None,
    watch: Watch = lambda state: None,
    stages: Stages = Stages(),
) -> records.Records:
    """Begin the campaign in ``folder``, or go on with it; return its records when it is done.

    Parameters
    ----------
    problem
        The problem itself, where ``campaign.problem`` is not to be loaded by name or path.
    watch
        Is told the `nas.runner.overview.State` a few times a second.
    stages
        What each stage of a campaign within a budget works with; the same again to go on with it.

    Raises
    ------
    UserError
        If ``folder`` holds something else, another process is at work in it, the device is not
        there, the problem is wrong, or the disk refuses.
    Interrupted
        On Ctrl-C, after the runs under way have been saved.

    Examples
    --------
    What cannot be done is refused before anything begins:

    >>> from nas.campaign.config import build
    >>> campaign = build(problem="burgers", training={"points": {"boundary": 1}})
    >>> search(campaign, Path("out"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    nas.errors.UserError: ...expected ...
    """
    if campaign.storage is not None:
        check_reachable(campaign.storage)
    with opened(campaign, folder, problem, stages) as home:
        campaign = home.campaign  # as it stands in the folder
        with _all_stays():
            before = {run: outcome(run) for run in finished_runs(home.path)}
        outdated.remove_gathered(home.path)
        if not campaign.within_budget:
            _tell_of_idle_workers(campaign)
            with _all_stays():
                tuner = Tuner(campaign, home.storage, home.study)
            runs = _Runs(home, before)
            plan = Scheduler(tuner, campaign.trials, campaign.seeds, campaign.lag, runs.of)
            _run(home, plan, watch, before)
        else:
            _run(home, Budgeted(home), watch, before)
        records.gather(home.path)
        return records.read(home.path)


@contextmanager
def _all_stays() -> Iterator[None]:
    """Look for no garbage meanwhile.

    As thousands of rows and trials come in, Python would go through all of them time and again, a
    quarter of what it takes to go on with a large campaign; none of them is garbage.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Schedule(Protocol[J]):
    """What says which job is next, and counts those that have ended."""

    finished: int

    @property
    def jobs(self) -> int: ...

    @property
    def failed(self) -> int: ...

    def following(self) -> J | None: ...

    def ended(self, job: J) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class _Runs:
    """The runs of a campaign, each with what is known of it from ``before``, once."""

    home: CampaignFolder
    before: dict[Path, Row]

    def of(self, proposal: Proposal, repetition: int) -> RunJob:
        run = RunJob(self.home, proposal, repetition)
        known = self.before.pop(run.folder, None)
        if known is None or known["status"] == KILLED:  # which will be another row
            return run
        return replace(run, known=known)


def _run(
    home: CampaignFolder, schedule: _Schedule[J], watch: Watch, before: Mapping[Path, Row]
) -> None:
    """Work until all jobs have ended; the rows are of the runs that had ended ``before``."""
    timed = list(before)[:: len(before) // _TIMED + 1]
    clock = Clock(schedule.jobs, timed, _time_left(home), _best(before))

    def show(busy: list[J]) -> None:
        clock.jobs = schedule.jobs
        watch(clock.state(schedule.finished, schedule.failed, busy))

    notes = StudyNotes(home.storage, home.study)

    def ended(job: J, _: str) -> None:
        schedule.ended(job)
        clock.ended(job)
        if isinstance(job, RunJob):  # and Optuna is told later, when the next trial is proposed
            notes.note(job.proposal.trial, job.name, job.row())

    dispatcher: Dispatcher[J] = Dispatcher(home.path, home.resources)
    dispatcher.run(schedule.following, ended, show)
    schedule.close()


def _best(before: Mapping[Path, Row]) -> Best | None:
    """The best of some finished runs, by their folders."""
    losses = {run.name: row["held_out_loss"] for run, row in before.items()}
    reached = {name: loss for name, loss in losses.items() if loss is not None}
    name = min(reached, key=lambda name: reached[name], default=None)
    return None if name is None else Best(name, reached[name])


def _tell_of_idle_workers(campaign: Campaign) -> None:
    most = campaign.lag * campaign.seeds
    if campaign.parallel.workers > most:
        _LOG.warning(
            "parallel.workers is %d, and at most %d runs are under way at a time, since lag is %d; "
            "a larger lag lets all of them work, and is another campaign",
            campaign.parallel.workers,
            most,
            campaign.lag,
        )


def _time_left(home: CampaignFolder) -> Callable[[], float] | None:
    """Of the budget, where there is one."""
    campaign = home.campaign
    if campaign.budget is None:
        return None
    budget = Budget(campaign.budget, min(campaign.parallel.workers, campaign.seeds))
    return lambda: budget.left(folder for of in JOBS for folder in home.path.glob(f"{of}/*"))
