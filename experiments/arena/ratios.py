"""From rows to ratios of errors: pure functions of numbers."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from experiments.arena.entrants import SEEDS
from experiments.arena.plan import EACH, FIXED, winners
from experiments.arena.table import Row

CLIPPED = 0.01  # a smaller ratio counts as this in means: one easy win decides nothing

Medians = Mapping[str, Mapping[str, float]]  # column -> problem -> error


def medians(rows: Sequence[Row], budget: float) -> dict[str, dict[str, float]]:
    """The median over the seeds of each column's error on each problem, winners included."""
    errors: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row.budget == budget and row.seed in SEEDS:
            errors.setdefault((row.column, row.problem), []).append(row.error)
    found: dict[str, dict[str, float]] = {}
    for (column, problem), values in errors.items():
        found.setdefault(column, {})[problem] = median(values)
    for group, by_problem in winners(rows).items():
        here = {p: found[c][p] for p, c in by_problem.items() if p in found.get(c, {})}
        if here:
            found[group] = here
    return found


def complete(rows: Iterable[Row], budget: float) -> set[tuple[str, str]]:
    """The columns and problems that have all seeds; winners go by their column's own name."""
    seeds: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        if row.budget == budget:
            seeds.setdefault((row.column, row.problem), set()).add(row.seed)
    return {key for key, found in seeds.items() if found >= set(SEEDS)}


def column_of(name: str, problem: str, chosen: Mapping[str, Mapping[str, str]]) -> str | None:
    """The measured column behind ``name``; of a group of winners that of the problem.

    >>> column_of("halving", "wave", {}), column_of("best_each", "wave", {"best_each": {}})
    ('halving', None)
    """
    return chosen[name].get(problem) if name in (FIXED, EACH) else name


def ratio(error: float, other: float) -> float:
    """One over the other; of two that have no answer neither is better.

    >>> ratio(1e-3, 1e-2), ratio(math.inf, math.inf), ratio(1e-3, math.inf)
    (0.1, 1.0, 0.0)
    """
    return 1.0 if error == other else error / other if other else math.inf


def geometric(ratios: Sequence[float]) -> float:
    """Their geometric mean, each at least `CLIPPED`.

    >>> round(geometric([1e-6, 1.0]), 6), round(geometric([4.0, 0.25]), 6)
    (0.1, 1.0)
    """
    return math.exp(sum(math.log(max(one, CLIPPED)) for one in ratios) / len(ratios))


Statistic = Callable[[Sequence[float]], float]
STATISTICS: dict[str, Statistic] = {"geometric mean": geometric, "median": median, "worst": max}
