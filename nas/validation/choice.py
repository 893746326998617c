"""Which teams stand beside the selected one: pure functions of candidates and numbers."""

import random
from collections.abc import Mapping, Sequence

from search_spaces import Candidate

Team = tuple[int, ...]  # the members' places in the pool, in order

TRIES = 100  # draws for each team that is asked for: in small pools most have been drawn before


def random_teams(pool: Sequence[Candidate], selected: Team, count: int, seed: int) -> list[Team]:
    """Different teams of the size of ``selected``, drawn evenly from ``pool``; it is none of them.

    Teams of equal candidates are one. Fewer than ``count`` where there are hardly more.
    """

    def kinds(team: Team) -> tuple[Candidate, ...]:
        return tuple(sorted(pool[place] for place in team))

    size, known = len(selected), {kinds(selected)}
    source = random.Random(f"teams of {size}, seed {seed}")
    teams: list[Team] = []
    for _ in range(TRIES * count):
        if len(teams) == count:
            break
        order = sorted(range(len(pool)), key=lambda _: source.random())
        team = tuple(sorted(order[:size]))
        if kinds(team) not in known:
            known.add(kinds(team))
            teams.append(team)
    return teams


def best_singles(pool: Sequence[Candidate], losses: Mapping[Candidate, float], size: int) -> Team:
    """The ``size`` candidates of ``pool`` with the least ``losses``."""
    ranked = sorted(range(len(pool)), key=lambda place: (losses[pool[place]], pool[place]))
    return tuple(sorted(ranked[:size]))
