"""A campaign: propose, run, record, until all trials are done, in one folder that lasts.

The folder is all the memory there is. Run the same campaign on it again after any kind of end,
and it goes on: finished runs are kept, those under way continue from their checkpoints.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from nas.campaign import records
from nas.campaign.budgeted import Budgeted
from nas.campaign.campaign_job import least_loss
from nas.campaign.config import Campaign
from nas.campaign.folder import CampaignFolder, opened
from nas.campaign.layout import JOBS, finished_runs, gathered_file, table_file
from nas.campaign.run_job import RunJob
from nas.campaign.scheduler import Scheduler
from nas.campaign.study_notes import StudyNotes
from nas.campaign.study_storage import check_reachable
from nas.campaign.tuner import Tuner
from nas.errors import UserError
from nas.problems import Problem
from nas.runner.budget import Budget
from nas.runner.dispatcher import Dispatcher
from nas.runner.job import Job
from nas.runner.overview import Best, Clock, Watch

J = TypeVar("J", bound=Job)

_LOG = logging.getLogger(__name__)


def search(
    campaign: Campaign,
    folder: Path,
    problem: Problem | None = None,
    watch: Watch = lambda state: None,
) -> records.Records:
    """Begin the campaign in ``folder``, or go on with it; return its records when it is done.

    Parameters
    ----------
    problem
        The problem itself, where ``campaign.problem`` is not to be loaded by name or path.
    watch
        Is told the `nas.runner.overview.State` a few times a second.

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
    with opened(campaign, folder, problem) as home:
        campaign = home.campaign  # as it stands in the folder
        if not campaign.within_budget:
            _tell_of_idle_workers(campaign)
            tuner = Tuner(campaign, home.storage, home.study)
            run_of = partial(RunJob, home)
            _run(
                home, Scheduler(tuner, campaign.trials, campaign.seeds, campaign.lag, run_of), watch
            )
        else:
            _run(home, Budgeted(home), watch)
        records.gather(home.path)
        return records.read(home.path)


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


def _run(home: CampaignFolder, schedule: _Schedule[J], watch: Watch) -> None:
    """Work until all jobs have ended."""
    before = finished_runs(home.path)
    clock = Clock(schedule.jobs, before, _time_left(home), _best(home.path, before))

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


def _best(campaign: Path, runs: Iterable[Path]) -> Best | None:
    """The best of some finished runs, by their folders; of those that were gathered from one file.

    To read ten thousand would take longer than to begin the next.
    """
    gathered = _gathered(campaign)
    known = {
        run.name: gathered[run.name]
        if run.name in gathered
        else least_loss(table_file(run, "runs"), "runs")
        for run in runs
    }
    reached = {name: loss for name, loss in known.items() if loss is not None}
    name = min(reached, key=lambda name: reached[name], default=None)
    return None if name is None else Best(name, reached[name])


def _gathered(campaign: Path) -> dict[str, float | None]:
    """The losses of the runs in the table that was gathered last; none where it cannot be read."""
    path = gathered_file(campaign, "runs")
    try:
        rows = records.read_rows(path, "runs", ["run", "held_out_loss"]) if path.is_file() else []
    except UserError:
        return {}  # it is gathered anew
    return {row["run"]: row["held_out_loss"] for row in rows}


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
