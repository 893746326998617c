"""Which teams stand beside the selected one: pure functions of candidates and numbers."""

import random
from collections.abc import Mapping, Sequence

from search_spaces import Candidate

Team = tuple[Candidate, ...]

TRIES = 100  # draws for each team that is asked for: in small pools most have been drawn before


def random_teams(pool: Sequence[Candidate], selected: Team, count: int, seed: int) -> list[Team]:
    """Different teams of the size of ``selected``, drawn evenly from ``pool``; it is none of them.

    Fewer than ``count`` where there are hardly more. The order within a team is that of the pool.
    """
    size, known = len(selected), {tuple(sorted(selected))}
    source = random.Random(f"teams of {size}, seed {seed}")
    teams: list[Team] = []
    for _ in range(TRIES * count):
        if len(teams) == count:
            break
        order = sorted(range(len(pool)), key=lambda _: source.random())
        team = tuple(pool[place] for place in sorted(order[:size]))
        if tuple(sorted(team)) not in known:
            known.add(tuple(sorted(team)))
            teams.append(team)
    return teams


def best_singles(pool: Sequence[Candidate], losses: Mapping[Candidate, float], size: int) -> Team:
    """The ``size`` candidates of ``pool`` with the least ``losses``, in the order of the pool.

    Initial weights follow the place, so that equal teams are equal in all.
    """
    ranked = sorted(range(len(pool)), key=lambda place: (losses[pool[place]], pool[place]))
    return tuple(pool[place] for place in sorted(ranked[:size]))
