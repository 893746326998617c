"""A campaign: propose, run, record, until all trials are done, in one folder that lasts.

The folder is all the memory there is. Run the same campaign on it again after any kind of end,
and it goes on: finished runs are kept, those under way continue from their checkpoints.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from nas.campaign import records
from nas.campaign.config import Campaign
from nas.campaign.folder import CampaignFolder, opened
from nas.campaign.layout import finished_runs
from nas.campaign.run_job import RunJob
from nas.campaign.scheduler import Scheduler
from nas.campaign.tuner import Tuner
from nas.problems import Problem
from nas.runner.budget import Budget
from nas.runner.dispatcher import Dispatcher
from nas.runner.overview import Clock, Watch


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
    with opened(campaign, folder, problem) as home:
        tuner = Tuner(campaign, home.storage, home.study)
        run_of = partial(RunJob, home)
        _run(home, Scheduler(tuner, campaign.trials, campaign.seeds, run_of), watch)
        records.gather(home.path)
        return records.read(home.path)


def _run(home: CampaignFolder, scheduler: Scheduler[RunJob], watch: Watch) -> None:
    """Work until all runs have ended."""
    campaign = home.campaign
    clock = Clock(campaign.trials * campaign.seeds, finished_runs(home.path), _time_left(home))

    def show(busy: list[RunJob]) -> None:
        watch(clock.state(scheduler.finished, scheduler.failed, busy))

    dispatcher: Dispatcher[RunJob] = Dispatcher(home.path, campaign.parallel.resources)
    dispatcher.run(scheduler.following, lambda run, ending: scheduler.ended(run), show)
    scheduler.close()


def _time_left(home: CampaignFolder) -> Callable[[], float] | None:
    """Of the budget, where there is one."""
    if home.campaign.budget is None:
        return None
    budget = Budget(home.campaign.budget, home.campaign.parallel.workers)
    return lambda: budget.left(home.path.glob("runs/*"))
