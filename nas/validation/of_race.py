"""What stands beside a contestant of a race: other choices from its pool, with as much time."""

import math
from collections.abc import Iterator, Sequence

from nas.campaign import layout, records
from nas.campaign.folder import CampaignFolder
from nas.campaign.parquet import Row
from nas.campaign.pool_job import PoolJob
from nas.campaign.run_settings import seed_of
from nas.campaign.schedule import seconds_of
from nas.errors import UserError
from nas.runner.budget import time_taken
from nas.search_spaces import Candidate
from nas.search_spaces.candidates import ALL
from nas.validation.choice import Subset, best_singles, random_subsets
from nas.validation.subset_job import Kind, SubsetJob
from nas.validation.warm_up_job import SUBSET_SEEDS, RunName


def beside(
    home: CampaignFolder, run: Row, members: Sequence[Candidate], count: int
) -> Iterator[SubsetJob]:
    """The networks to train beside the contestant ``run``.

    What it was is trained again, and beside it ``count`` random choices of as many networks from
    those that learn all of their layers, and the choice of those that the pool had taught best: all
    from scratch, from other initial weights than it had, for the seconds that the contestant learnt
    on in its race. The best network of the pool has the seconds of the whole search.

    Parameters
    ----------
    members
        The contestant's.

    Raises
    ------
    UserError
        If the contestant was not trained in its race.
    """
    repetition = run["repetition"]
    source = PoolJob(home, repetition, seconds=0.0)
    losses = source.losses()
    trained = [index for index, one in enumerate(source.pool) if one.learns == ALL]
    pool = tuple(source.pool[index] for index in trained)
    if not set(members) <= set(pool):
        raise _refused(home, run, "whose random waves were solved for: none is of the same kind")
    spent = seconds_of(home.path, run["run"])
    if not spent:
        raise _refused(home, run, "which had no time in its race")
    selected = _places(pool, members)
    learnt: dict[Candidate, float] = {}
    for index in trained:
        learnt[source.pool[index]] = min(losses[index], learnt.get(source.pool[index], math.inf))
    seed = seed_of(home.campaign.seed, run["trial"], repetition, SUBSET_SEEDS)
    chosen: list[tuple[Kind, Subset, float]] = [
        ("selected", selected, spent),
        ("best", best_singles(pool, learnt, len(selected)), spent),
    ]
    chosen += [("random", one, spent) for one in random_subsets(pool, selected, count, seed)]
    chosen.append(("longest", best_singles(pool, learnt, 1), _whole(home, repetition)))
    name = RunName(run["run"], run["trial"], repetition)
    for number, (kind, indices, seconds) in enumerate(chosen):
        position = number - 2 if kind == "random" else 0
        yield SubsetJob(home, name, kind, position, pool, indices, run_seed=seed, seconds=seconds)


def _places(pool: Sequence[Candidate], members: Sequence[Candidate]) -> Subset:
    """Where the members stand in a pool, which may have a candidate twice."""
    free, found = list(range(len(pool))), []
    for member in members:
        place = next(index for index in free if pool[index] == member)
        free.remove(place)
        found.append(place)
    return tuple(sorted(found))


def _refused(home: CampaignFolder, run: Row, why: str) -> UserError:
    contestants = records.read(home.path).race
    others = contestants[(contestants["run"] != run["run"]) & (contestants["iterations"] > 0)]
    advice = (
        f"name another run with --run, such as {others['run'].iloc[0]}"
        if len(others)
        else "there is none in this campaign, and so nothing to compare its choice with"
    )
    return UserError(
        f"{home.path}: expected a contestant that was trained in its race, got {run['run']}, "
        f"{why}; {advice}"
    )


def _whole(home: CampaignFolder, repetition: int) -> float:
    """Seconds of the search: of a repetition's pool, trials and race."""
    trials = (home.path / layout.RUNS).glob(f"[0-9]*-{repetition}")
    of_jobs = (layout.pool_folder(home.path, repetition), *trials)
    return sum(map(time_taken, (*of_jobs, layout.race_folder(home.path, repetition))))
