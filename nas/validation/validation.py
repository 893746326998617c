"""Baseline and validation of a campaign, in its folder: resumable, in worker processes."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nas import networks, problems
from nas.campaign import jobs, records
from nas.campaign.config import Campaign
from nas.campaign.folder import claim, identify
from nas.campaign.run_settings import check_points, resolve_device, seed_of
from nas.campaign.workers import KILLED
from nas.errors import UserError
from nas.problems import Problem
from nas.search_spaces import AXES, Candidate
from nas.validation import single_job, subset_job, warm_up_job
from nas.validation.choice import Subset, best_singles, random_subsets
from nas.validation.single_job import SinglesJob
from nas.validation.subset_job import SubsetJob
from nas.validation.warm_up_job import WarmUpJob

SUBSETS = 20  # random ones beside each run

Row = dict[str, Any]
_Job = TypeVar("_Job", SinglesJob, WarmUpJob, SubsetJob)


def baseline(
    campaign: Campaign,
    folder: Path,
    problem: Problem | None = None,
    watch: jobs.Watch = lambda state: None,
) -> list[Row]:
    """Train every candidate of the campaign's space alone, in as many repetitions as it has seeds.

    Each has the campaign's warm-up and fine-tuning, on the points of the search's repetition.
    What is done is kept; the same call goes on.

    Parameters
    ----------
    problem
        The problem itself, where ``campaign.problem`` is not to be loaded by name or path.

    Returns
    -------
    The rows of the table ``singles``.

    Raises
    ------
    UserError, Interrupted
        As `nas.campaign.campaign.search`.
    """
    with _claimed(campaign, Path(folder), problem) as work:
        return _singles(work, range(campaign.seeds), watch)


def validate(
    folder: Path,
    run: str | None = None,
    problem: Problem | None = None,
    watch: jobs.Watch = lambda state: None,
) -> records.Records:
    """Train what a choice has to be measured against; return the records with it.

    For every completed run of the recommended trial, or for one ``run``: the selected subset again
    from scratch, `SUBSETS` random subsets of its size, and the subset of the best single networks, all
    three from one new warm-up of the pool; the whole pool never pruned, and the best single network
    for as long as the search took; and, by `baseline`, every candidate alone. What is done is kept;
    the same call goes on.

    Raises
    ------
    UserError
        If ``folder`` is no campaign with a recommended trial, or the run did not complete.
    Interrupted
        On Ctrl-C, after the jobs under way have been saved.
    """
    folder = Path(folder)
    known = records.read(folder)
    runs = _runs(known, run)
    campaign = Campaign.from_resolved(known.campaign["configuration"])
    with _claimed(campaign, folder, problem) as work:
        singles = _singles(work, sorted({row["repetition"] for row in runs}), watch)
        _subsets(work, known, runs, singles, watch)
    return records.read(folder)


@dataclass(frozen=True)
class _Work:
    """What all jobs have in common."""

    folder: Path
    campaign: Campaign
    problem: Problem | None
    fingerprint: str

    @property
    def common(self) -> dict[str, Any]:
        return {
            "folder": self.folder,
            "campaign": self.campaign,
            "problem": self.problem,
            "fingerprint": self.fingerprint,
            "threads": self.campaign.parallel.threads_each,
            "parent": os.getpid(),
        }


@contextmanager
def _claimed(campaign: Campaign, folder: Path, problem: Problem | None) -> Iterator[_Work]:
    """Hold the campaign's folder, in which its identity is written or compared."""
    found = problem or problems.load(campaign.problem)
    check_points(campaign, found)
    networks.prepare(resolve_device(campaign.training.device))
    folder = folder.absolute()
    with claim(folder):
        identify(folder, campaign, found)
        yield _Work(folder, campaign, problem, found.fingerprint)


def _singles(work: _Work, repetitions: Sequence[int], watch: jobs.Watch) -> list[Row]:
    """Do what is left of the baseline, and gather the table."""
    planned = [SinglesJob(repetition=one, **work.common) for one in repetitions]
    try:
        _do(work, planned, single_job.execute, _needed, watch)
    finally:  # an interrupt leaves what is done in the report, too
        rows = _gathered(work.folder, "singles", "baseline/*/singles.parquet")
    return rows


def _needed(job: SinglesJob | WarmUpJob, ending: str) -> None:
    """End the command where a job was killed without which there is no going on."""
    if ending == KILLED:
        raise UserError(
            f"{job.path}: the worker of {job.name} was killed {jobs.DEATHS} times at step "
            f"{jobs.died_at(job)}; free some memory, then run the same command again"
        )


def _subsets(
    work: _Work, known: records.Records, runs: list[Row], singles: list[Row], watch: jobs.Watch
) -> None:
    """Do what is left of the subsets beside ``runs``, and gather the table."""
    planned = [job for run in runs for job in _beside(work, known, run, singles)]
    left = [job.warm_up for job in planned if job.warm_up is not None and not job.finished]
    warm_ups = {warm_up.path: warm_up for warm_up in left}
    _do(work, list(warm_ups.values()), warm_up_job.execute, _needed, watch)

    def ended(job: SubsetJob, ending: str) -> None:
        if ending == KILLED:
            subset_job.record_failure(job, f"its worker was killed {jobs.DEATHS} times")

    try:
        _do(work, planned, subset_job.execute, ended, watch)
    finally:  # an interrupt leaves what is done in the report, too
        _gathered(work.folder, "subsets", "validation/*/*/subsets.parquet")


def _gathered(folder: Path, name: str, pattern: str) -> list[Row]:
    """The rows of all jobs that have ended, written as one table."""
    rows = [row for path in sorted(folder.glob(pattern)) for row in records.read_rows(path, name)]
    records.write_table(folder / "tables" / f"{name}.parquet", name, rows)
    return rows


def _do(
    work: _Work,
    planned: Sequence[_Job],
    execute: Callable[[_Job], str],
    ended: Callable[[_Job, str], None],
    watch: jobs.Watch,
) -> None:
    left = deque(job for job in planned if not job.finished)
    clock, before = jobs.Clock(len(planned)), len(planned) - len(left)
    parallel, endings = work.campaign.parallel, Counter[str]()

    def close(job: _Job, ending: str) -> None:
        endings["failed" if ending in ("failed", KILLED) else "done"] += 1
        ended(job, ending)

    def look(busy: list[_Job]) -> None:
        watch(clock.state(before, before + endings.total(), endings["failed"], busy))

    shift: jobs.Shift[_Job] = jobs.Shift(
        work.folder, execute, parallel.workers, parallel.threads_each
    )
    shift.work(lambda: left.popleft() if left else None, close, look)


def _runs(known: records.Records, name: str | None) -> list[Row]:
    """The runs to validate, as rows of the table ``runs``."""
    path = known.folder / "tables" / "runs.parquet"
    completed = [row for row in records.read_rows(path, "runs") if row["status"] == "completed"]
    if name is not None:
        chosen = [row for row in completed if row["run"] == name]
        if not chosen:
            there = ", ".join(row["run"] for row in completed) or "none yet"
            raise UserError(
                f"{known.folder}: expected the name of a completed run, got {name!r}; "
                f"there are: {there}"
            )
        return chosen
    trials = set(known.trials.trial[known.trials.recommended.astype(bool)])
    chosen = [row for row in completed if row["trial"] in trials]
    if not chosen:
        raise UserError(
            f"{known.folder}: expected a recommended trial, but none completed; run `nas search` "
            "again on this folder to go on"
        )
    return chosen


def _beside(
    work: _Work, known: records.Records, run: Row, singles: list[Row]
) -> Iterator[SubsetJob]:
    """The subsets to train beside ``run``; those of the best by its own repetition alone.

    Their members are then the same whatever other repetitions have been trained.
    """
    mine = known.experts[known.experts.run == run["run"]].sort_values("candidate")
    experts = [(_candidate(row), row["outcome"]) for row in mine.to_dict("records")]
    pool = tuple(candidate for candidate, _ in experts)
    selected = tuple(index for index, (_, outcome) in enumerate(experts) if outcome == "survived")
    losses = {
        _candidate(row): row["held_out_loss"]
        for row in singles
        if row["repetition"] == run["repetition"]
    }
    spent = float(known.attempts[known.attempts.run == run["run"]].seconds.sum())
    seed = seed_of(work.campaign.seed, run["trial"], run["repetition"])
    keys = {name: run[name] for name in ("run", "trial", "repetition")}
    warm_up = WarmUpJob(pool=pool, **keys, **work.common)
    subsets: list[tuple[subset_job.Kind, Subset]] = [
        ("selected", selected),
        ("best", best_singles(pool, losses, len(selected))),
        *(("random", subset) for subset in random_subsets(pool, selected, SUBSETS, seed)),
        ("all", tuple(range(len(pool)))),
    ]
    if spent:  # it is unknown where the run's log of attempts was lost
        subsets.append(("longest", best_singles(pool, losses, 1)))
    numbers: dict[str, int] = {}
    for kind, indices in subsets:
        number = numbers[kind] = numbers.get(kind, -1) + 1
        yield SubsetJob(
            kind=kind,
            number=number,
            pool=pool,
            indices=indices,
            run_seed=run["seed"],
            warm_up=None if kind in ("all", "longest") else warm_up,
            seconds=spent if kind == "longest" else None,
            **keys,
            **work.common,
        )


def _candidate(row: Mapping[Any, Any]) -> Candidate:
    return Candidate(**{axis.name: axis.kind(row[axis.name]) for axis in AXES})
