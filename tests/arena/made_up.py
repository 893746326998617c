"""Rows as if all had been measured: errors that are chosen by hand."""

from collections.abc import Callable

from experiments.arena import hindsight
from experiments.arena.columns import ABLATIONS
from experiments.arena.entrants import BUDGETS, HINDSIGHT_SEEDS, LONG, PROBLEMS, SEEDS, SHORT
from experiments.arena.table import Row

COLUMNS = ("search", "tanh_3x20", "halving", "deepxde")


def row(
    problem: str, column: str, budget: float, seed: int, error: float, spent: float | None = None
) -> Row:
    """A row of which only this is of interest."""
    return Row(
        problem, column, budget, seed, error, None, error**2, budget, spent, "0", "m", "2026-01-02"
    )


def rows(error: Callable[[str, str, float, int], float]) -> list[Row]:
    """Every cell that there is, with ``error(problem, column, budget, seed)``.

    In hindsight sine 3×20 is best on Burgers' equation, and swish 3×20 elsewhere.
    """
    found = [
        row(problem, column, budget, seed, error(problem, column, budget, seed), 0.2)
        for problem in PROBLEMS
        for column in COLUMNS
        for budget in BUDGETS
        for seed in SEEDS
    ]
    found += [
        row(problem, f"without_{part}", SHORT, SEEDS[0], 4e-4)
        for problem in PROBLEMS
        for part in ABLATIONS
    ]
    for problem in PROBLEMS:
        best = "sine_3x20" if problem == "burgers" else "swish_3x20"
        for name in hindsight.SLUGS:
            found += [
                row(problem, name, SHORT, seed, 1e-3 if name == best else 5e-2)
                for seed in HINDSIGHT_SEEDS
            ]
        for name in {best, "swish_3x20"}:
            found += [
                row(problem, name, LONG, seed, 2e-4 if name == best else 8e-4) for seed in SEEDS
            ]
    return found
