"""The toolkit's own search with a budget, all else by default; an ablation overrides settings."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from experiments.arena.looks import Looks
from nas.campaign import campaign, config, layout, schedule
from nas.campaign.race_record import RaceRecord
from nas.campaign.records import Records
from nas.campaign.stages import Stages
from nas.errors import UserError
from nas.problems import Problem
from nas.search_spaces.candidates import OUTPUT
from nas.training.pool import waves

# What decides. What reads, writes, keeps and assesses does not, and defaults are `facts`.
_CAMPAIGN = (
    "budgeted",
    "contestants",
    "front",
    "gate_job",
    "pool_job",
    "race_job",
    "recommendation",
    "run_settings",
    "scheduler",
    "stages",
    "tuner",
)
_TRAINING = (
    "collocation",
    "fine_tuning",
    "gauss_newton",
    "least_squares",
    "meter",
    "phase",
    "physics_loss",
    "pool",
    "race",
    "resampling",
    "residuals",
    "selection",
    "training_run",
    "training_settings",
    "unknowns",
    "warm_up",
)
USES = (
    "experiments.arena.columns.search",
    "nas.calculus",
    "nas.mixture",
    "nas.networks",
    "nas.problems",
    "nas.search_spaces.broad",
    "nas.search_spaces.candidates",
    "nas.search_spaces.space",
    *(f"nas.campaign.{name}" for name in _CAMPAIGN),
    *(f"nas.training.{name}" for name in _TRAINING),
)


def lacking() -> str:
    """See `experiments.arena.columns`."""
    known = "budget" in config.Campaign.model_fields
    return "" if known else "the search takes no budget: there is no such key in a campaign"


def facts() -> str:
    """See `experiments.arena.columns`: what a campaign is by default."""
    return config.build(problem="burgers", budget="60 s").model_dump_json(
        exclude={"parallel", "seeds"}
    )


def run(
    problem: Problem,
    seconds: float,
    seed: int,
    looks: Looks,
    settings: Mapping[str, Any] = MappingProxyType({}),
    stages: Stages = Stages(),
) -> None:
    """See `experiments.arena.columns`.

    Parameters
    ----------
    settings
        Keys of a campaign that are changed.
    stages
        What its stages work with.

    Raises
    ------
    UserError
        If the search takes no budget, or has found nothing.
    """
    if lacking():
        raise UserError(lacking())
    looks.seconds  # noqa: B018 - the clock begins
    chosen = {
        "problem": problem.name,
        "budget": f"{seconds:g} s",
        "seed": seed,
        "parallel": {"workers": 1, "engine": "serial"},  # all work is this process's
        **settings,
    }
    with TemporaryDirectory() as name, _by_the_clock_of(looks):
        folder = Path(name) / "campaign"
        found = campaign.search(config.build(**chosen), folder, stages=stages)
        best = recommended(found)
        looks.add(best["held_out_loss"], best["relative_l2"], coefficients(found, best["run"]))
        looks.tell(
            exported=best["run"],
            not_exported=on_others(found, best["run"]) / looks.seconds,
        )


def on_others(found: Records, run: str) -> float:
    """Seconds in which others learnt than the networks of a contestant of the first race."""
    pool, race = (
        schedule.read_part(place(found.folder, 0))
        for place in (layout.pool_folder, layout.race_folder)
    )
    assert pool is not None, "the pool has ended"
    assert race is not None, "the race has ended"
    own = schedule.seconds_of(found.folder, run)
    if set(found.experts[found.experts["run"] == run]["learns"]) == {OUTPUT}:
        own += pool.taken.get(waves.STAGE, 0.0)
    trials = float(found.attempts["seconds"].sum())
    return sum(pool.taken.values()) + trials + sum(race.taken.values()) - own


@contextmanager
def _by_the_clock_of(looks: Looks) -> Iterator[None]:
    """Let a budget, which is of wall time, be one of this process's CPU time.

    What is found out about networks when all has been learnt costs nothing here: no other column
    tells it.
    """
    write = RaceRecord.write

    def written(*arguments: Any) -> Any:
        with looks.paused():
            return write(*arguments)

    with (
        patch.object(time, "monotonic", time.process_time),
        patch.object(RaceRecord, "write", written),
    ):
        yield


def recommended(found: Records) -> dict[str, Any]:
    """The row of the run that the search recommends.

    Raises
    ------
    UserError
        If there is none.
    """
    trials = found.trials[found.trials["recommended"]]
    runs = found.runs[found.runs["run"].isin(trials["best_run"])]
    if runs.empty:
        raise UserError("the search recommends nothing: no run was completed")
    (row, *_) = runs.to_dict("records")
    return {str(name): value for name, value in row.items()}


def coefficients(found: Records, run: str) -> float | None:
    """The largest relative error of a run's unknown coefficients; None where there are none."""
    last = found.estimates([run])
    errors = [
        abs(float(row["value"]) / float(row["truth"]) - 1)
        for row in last.to_dict("records")
        if row["truth"] == row["truth"]
    ]
    return max(errors, default=None)
