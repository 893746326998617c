"""Which subsets are compared with the selected one: pure functions of candidates and numbers."""

import random
from collections.abc import Mapping, Sequence

from nas.search_spaces import Candidate

Subset = tuple[int, ...]  # the members' indices in the pool, in order

TRIES = 100  # draws for each subset that is asked for: in small pools most have been drawn before


def random_subsets(
    pool: Sequence[Candidate], selected: Subset, count: int, seed: int
) -> list[Subset]:
    """Different subsets of the size of ``selected``, drawn evenly from ``pool``.

    None of them is ``selected``, and subsets of equal candidates are one. There are fewer than
    ``count`` where the pool hardly has more.

    Examples
    --------
    >>> pool = [Candidate("tanh", 2, width) for width in (8, 16, 32)]
    >>> sorted(random_subsets(pool, selected=(0, 2), count=5, seed=0))
    [(0, 1), (1, 2)]
    """

    def kinds(subset: Subset) -> tuple[Candidate, ...]:
        return tuple(sorted(pool[index] for index in subset))

    size, known = len(selected), {kinds(selected)}
    source = random.Random(f"subsets of {size}, seed {seed}")
    subsets: list[Subset] = []
    for _ in range(TRIES * count):
        if len(subsets) == count:
            break
        order = sorted(range(len(pool)), key=lambda _: source.random())
        subset = tuple(sorted(order[:size]))
        if kinds(subset) not in known:
            known.add(kinds(subset))
            subsets.append(subset)
    return subsets


def best_singles(pool: Sequence[Candidate], losses: Mapping[Candidate, float], size: int) -> Subset:
    """The ``size`` candidates of ``pool`` with the least ``losses``.

    Examples
    --------
    >>> pool = [Candidate("tanh", 2, width) for width in (8, 16, 32)]
    >>> best_singles(pool, dict(zip(pool, (0.3, 0.1, 0.2))), size=2)
    (1, 2)
    """
    ranked = sorted(range(len(pool)), key=lambda index: (losses[pool[index]], pool[index]))
    return tuple(sorted(ranked[:size]))
