"""Which of the ten named candidates is best, when all have been tried: on all problems, on each."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from experiments.arena.entrants import HINDSIGHT_SEEDS, NAMED, PROBLEMS, SHORT, slug
from experiments.arena.table import Row

WORST = 10.0  # an error that counts no more than this: nothing was learnt
SLUGS = tuple(slug(candidate) for candidate in NAMED)

Errors = Mapping[str, Mapping[str, float]]  # problem -> candidate -> error


def errors(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """The geometric mean over the seeds, where there are all of these."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        if row.budget == SHORT and row.seed in HINDSIGHT_SEEDS and row.column in SLUGS:
            found.setdefault((row.problem, row.column), {})[row.seed] = row.error
    by_problem: dict[str, dict[str, float]] = {}
    for (problem, column), by_seed in found.items():
        if len(by_seed) == len(HINDSIGHT_SEEDS):
            by_problem.setdefault(problem, {})[column] = mean(list(by_seed.values()))
    return by_problem


def best_each(found: Errors, among: Collection[str] = SLUGS) -> dict[str, str]:
    """Each problem's best candidate, for problems on which all have been tried.

    >>> found = {"wave": {"a": 0.1, "b": 0.2}, "heat": {"b": 0.1}}
    >>> best_each(found, among=["a", "b"])
    {'wave': 'a'}
    """
    complete = {problem: by for problem, by in found.items() if by.keys() >= set(among)}
    return {problem: min(among, key=by.__getitem__) for problem, by in complete.items()}


def best_fixed(
    found: Errors, among: Collection[str] = SLUGS, problems: Collection[str] = PROBLEMS
) -> str | None:
    """The candidate with the least geometric mean over all problems; None before all are tried.

    >>> best_fixed({"wave": {"a": 0.1, "b": 0.2}, "heat": {"a": 0.9, "b": 0.2}}, "ab",
    ...            ["wave", "heat"])
    'b'
    """
    if not set(problems) <= best_each(found, among).keys():
        return None
    return min(among, key=lambda name: mean([found[problem][name] for problem in problems]))


def mean(values: Sequence[float]) -> float:
    """The geometric mean, in which no error counts more than `WORST`.

    >>> round(mean([1e-2, 1e-4]), 6), round(mean([math.inf, 0.1]), 6)
    (0.001, 1.0)
    """
    return math.exp(sum(math.log(min(max(one, 1e-300), WORST)) for one in values) / len(values))
