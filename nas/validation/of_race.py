"""What stands beside a contestant of a race: other choices from its pool, with as much time."""

from collections.abc import Iterator, Sequence

from nas.campaign import layout, schedule
from nas.campaign.folder import CampaignFolder
from nas.campaign.parquet import Row
from nas.campaign.pool_job import PoolJob
from nas.campaign.run_settings import seed_of
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
        If the contestant was not trained, but solved for in random waves.
    """
    repetition = run["repetition"]
    source = PoolJob(home, repetition, seconds=0.0)
    learnt = {one: loss for one, loss in _last(source) if one.learns == ALL}
    if not set(members) <= learnt.keys():
        raise UserError(
            f"{home.path}: expected a run of trained networks, got {run['run']}, whose random "
            "waves were solved for: no other choice was as good, and none would be of the same "
            "kind; name another run with --run"
        )
    pool = tuple(learnt)
    selected = tuple(sorted(pool.index(one) for one in members))
    seed = seed_of(home.campaign.seed, run["trial"], repetition, SUBSET_SEEDS)
    spent = seconds_of(home, run)
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


def seconds_of(home: CampaignFolder, run: Row) -> float:
    """Seconds of its race in which the contestant ``run`` learnt on."""
    name = str(run["run"]).split("-")[-1]
    part = schedule.read_part(layout.race_folder(home.path, run["repetition"]))
    taken = {} if part is None else part.taken
    return sum(seconds for stage, seconds in taken.items() if stage.endswith(f": {name}"))


def _last(source: PoolJob) -> list[tuple[Candidate, float]]:
    """The candidates of a pool with the losses that they had in the end."""
    losses = source.losses()
    return [(one, losses[index]) for index, one in enumerate(source.pool)]


def _whole(home: CampaignFolder, repetition: int) -> float:
    """Seconds of the search: of a repetition's pool, trials and race."""
    trials = (home.path / layout.RUNS).glob(f"[0-9]*-{repetition}")
    of_jobs = (layout.pool_folder(home.path, repetition), *trials)
    return sum(map(time_taken, (*of_jobs, layout.race_folder(home.path, repetition))))
