"""Successive halving on single networks: the obvious search without a gate.

Candidates are a grid of activations, depths, widths and scales. All warm up together in the first
round; in each of the next, which are as long, those that are left have equal shares of the time for
their fine-tuning, and the half with the larger held-out losses leaves. The winner has the rest.

Source: Jamieson & Talwalkar 2016, AISTATS (successive halving).
"""

from experiments.arena.columns import single
from experiments.arena.looks import Looks
from experiments.arena.training import Tuning, ranked, settings, train, warmed
from nas.problems import Problem
from nas.search_spaces import SearchSpace
from nas.training.physics_loss import HeldOutLoss
from nas.training.warm_up import WarmUp

SPACE = SearchSpace.grid(
    activations=["tanh", "sine", "swish"], depths=[2, 3], widths=[16, 32], scales=[1, 3, 10]
)
facts = single.facts
USES = ("experiments.arena.columns.halving", "nas.search_spaces.space", *single.USES)


def lacking() -> str:
    """See `experiments.arena.columns`."""
    return ""


def run(problem: Problem, seconds: float, seed: int, looks: Looks) -> None:
    """See `experiments.arena.columns`."""
    found = settings(problem, SPACE.candidates, seed)
    sizes = halves(len(SPACE))
    warm_up = WarmUp(problem, found.mixture(problem), found.sampler, found.warm_up)
    pool = warmed(warm_up, seconds / len(sizes), looks)
    losses = HeldOutLoss(problem, found.sampler, pool.centre).individual(pool)
    left = [pool.alive[one] for one in ranked(losses)[: sizes[1]]]
    contestants = [Tuning(problem, pool, found, index) for index in left]
    contestants[0].look(looks)
    for position, size in enumerate(sizes[1:-1], start=1):
        share = (seconds - looks.seconds) / (len(sizes) - position)
        _round(contestants, looks.seconds + share, looks)
        following = sizes[position + 1]
        best = ranked([one.loss for one in contestants])[:following]
        contestants = [contestants[one] for one in best]
        assert len(contestants) == following < size
    (winner,) = contestants
    winner.until(seconds, looks)
    candidate = SPACE.candidates[winner.index]
    looks.tell(winner=str(candidate))
    if looks.seconds < seconds:  # it has stalled
        train(problem, candidate, seconds, seed, looks, first=1)


def halves(count: int) -> list[int]:
    """How many are left in each round.

    >>> halves(36)
    [36, 18, 9, 5, 3, 2, 1]
    """
    sizes = [count]
    while sizes[-1] > 1:
        sizes.append((sizes[-1] + 1) // 2)
    return sizes


def _round(contestants: list[Tuning], end: float, looks: Looks) -> None:
    """Each has an equal share of what is left until ``end``; one iteration at least."""
    for done, one in enumerate(contestants):
        share = (end - looks.seconds) / (len(contestants) - done)
        one.until(looks.seconds + share, looks)
