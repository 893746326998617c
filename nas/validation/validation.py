"""Baseline and validation of a campaign, in its folder: resumable, in worker processes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nas.campaign import layout, on_workers, records
from nas.campaign.config import Campaign
from nas.campaign.folder import CampaignFolder, opened
from nas.campaign.parquet import Row
from nas.campaign.run_settings import seed_of
from nas.errors import UserError
from nas.problems import Problem
from nas.runner.batch import run_all
from nas.runner.overview import Watch
from nas.search_spaces import AXES, Candidate
from nas.validation import of_race
from nas.validation.choice import Subset, best_singles, random_subsets
from nas.validation.single_job import SinglesJob
from nas.validation.subset_job import Kind, SubsetJob
from nas.validation.warm_up_job import RunName, WarmUpJob

SUBSETS = 20  # random ones beside each run


def baseline(
    campaign: Campaign,
    folder: Path,
    problem: Problem | None = None,
    watch: Watch = lambda state: None,
) -> list[Row]:
    """Train every candidate of the campaign's space by itself, once for each of its seeds.

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
    with opened(campaign, folder, problem) as home:
        return _singles(home, range(campaign.seeds), watch)


def validate(
    folder: Path,
    run: str | None = None,
    problem: Problem | None = None,
    watch: Watch = lambda state: None,
    workers: str | None = None,
) -> records.Records:
    """Train what a choice has to be measured against; return the records with it.

    For every completed run of the recommended trial, or for one ``run``: the selected subset again
    from scratch, `SUBSETS` random subsets of its size, and the subset of the best single networks,
    all three from one new warm-up of the pool; the whole pool never pruned, and the best single
    network for as long as the search took; and, by `baseline`, every candidate by itself. Within a
    budget other choices have as much time (see `nas.validation.of_race`), and nothing else is
    trained. What is done is kept; the same call goes on.

    Parameters
    ----------
    workers
        Others than the campaign's own: a number, or the address of a Dask cluster.

    Raises
    ------
    UserError
        If ``folder`` is no campaign with a recommended trial, the run did not complete, or it was
        not trained (random waves, within a budget).
    Interrupted
        On Ctrl-C, after the jobs under way have been saved.
    """
    folder = Path(folder)
    known = records.read(folder)
    runs = _runs(known, run)
    trials = [row["run"] for row in runs if row["stage"] != "race"]
    if trials and not known.race.empty:
        raise UserError(
            f"{folder}: expected a contestant of a race, got {trials[0]}, a trial within a budget, "
            "whose experts learn no more; name a run such as race-0-0"
        )
    campaign = on_workers.on(Campaign.from_resolved(known.campaign["configuration"]), workers)
    with opened(campaign, folder, problem) as home:
        repetitions = sorted({row["repetition"] for row in runs})
        singles = _singles(home, repetitions, watch) if known.race.empty else []
        _subsets(home, known, runs, singles, watch)
    return records.read(folder)


def _singles(home: CampaignFolder, repetitions: Sequence[int], watch: Watch) -> list[Row]:
    """Do what is left of the baseline, and gather the table."""
    planned = [SinglesJob(home, repetition) for repetition in repetitions]
    try:
        run_all(planned, home.path, home.resources, watch)
    finally:  # after an interrupt, too, the report shows what is done
        rows = _gathered(home.path, "singles", "baseline/*")
    return rows


def _subsets(
    home: CampaignFolder,
    known: records.Records,
    runs: list[Row],
    singles: list[Row],
    watch: Watch,
) -> None:
    """Do what is left of the subsets beside ``runs``, and gather the table."""
    planned = [job for run in runs for job in _beside(home, known, run, singles)]
    left = [job.warm_up for job in planned if job.warm_up is not None and not job.finished]
    warm_ups = {warm_up.folder: warm_up for warm_up in left}
    resources = home.resources
    run_all(list(warm_ups.values()), home.path, resources, watch)
    try:
        run_all(planned, home.path, resources, watch)
    finally:  # after an interrupt, too, the report shows what is done
        _gathered(home.path, "subsets", "validation/*/*")


def _gathered(folder: Path, name: str, jobs: str) -> list[Row]:
    """The rows of all jobs that have ended, written as one table."""
    paths = sorted(folder.glob(str(layout.table_file(Path(jobs), name))))
    rows = [row for path in paths for row in records.read_rows(path, name)]
    records.write_table(layout.gathered_file(folder, name), name, rows)
    return rows


def _runs(known: records.Records, name: str | None) -> list[Row]:
    """The runs to validate, as rows of the table ``runs``."""
    rows = records.rows(known.folder, "runs")
    completed = [row for row in rows if row["status"] == "completed"]
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
    home: CampaignFolder, known: records.Records, run: Row, singles: list[Row]
) -> Iterator[SubsetJob]:
    """The subsets to train beside ``run``; those of the best by its own repetition alone.

    Their members are then the same whatever other repetitions have been trained.
    """
    experts = known.experts[known.experts.run == run["run"]].sort_values("candidate")
    if run["stage"] == "race":
        members = [_candidate(row) for row in experts.to_dict("records")]
        yield from of_race.beside(home, run, members, SUBSETS)
        return
    pool = tuple(_candidate(row) for row in experts.to_dict("records"))
    spent = float(known.attempts[known.attempts.run == run["run"]].seconds.sum())
    beside = RunName(run["run"], run["trial"], run["repetition"])
    warm_up = WarmUpJob(home, beside, pool)
    seed = seed_of(home.campaign.seed, run["trial"], run["repetition"])
    numbers: dict[str, int] = {}
    for kind, indices in _subsets_of(pool, _selected(experts), _losses(singles, run), seed):
        if kind == "longest" and not spent:
            continue  # it is unknown where the run's log of attempts was lost
        number = numbers[kind] = numbers.get(kind, -1) + 1
        yield SubsetJob(
            home,
            beside,
            kind,
            number,
            pool,
            indices,
            run_seed=run["seed"],
            warm_up=None if kind in ("all", "longest") else warm_up,
            seconds=spent if kind == "longest" else None,
        )


def _subsets_of(
    pool: tuple[Candidate, ...], selected: Subset, losses: Mapping[Candidate, float], seed: int
) -> Iterator[tuple[Kind, Subset]]:
    """The members of all subsets, each with its kind."""
    yield "selected", selected
    yield "best", best_singles(pool, losses, len(selected))
    for subset in random_subsets(pool, selected, SUBSETS, seed):
        yield "random", subset
    yield "all", tuple(range(len(pool)))
    yield "longest", best_singles(pool, losses, 1)


def _selected(experts: pd.DataFrame) -> Subset:
    """The indices of the survivors among the experts of a run, in the order of its pool."""
    outcomes = enumerate(experts["outcome"])
    return tuple(index for index, outcome in outcomes if outcome == "survived")


def _losses(singles: list[Row], run: Row) -> dict[Candidate, float]:
    """The held-out loss of each candidate by itself, in the repetition of ``run``."""
    mine = [row for row in singles if row["repetition"] == run["repetition"]]
    return {_candidate(row): row["held_out_loss"] for row in mine}


def _candidate(row: Mapping[Any, Any]) -> Candidate:
    return Candidate(**{axis.name: axis.kind(row[axis.name]) for axis in AXES})
