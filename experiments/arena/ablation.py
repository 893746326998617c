"""What each part of the search is worth: its error without that part, over its error with all."""

from collections.abc import Sequence

from experiments.arena.columns import ABLATIONS, NOTHING
from experiments.arena.entrants import SEEDS, SHORT
from experiments.arena.ratios import CLIPPED, geometric, ratio
from experiments.arena.table import Row

CLEAR = 2.0  # a smaller factor is the luck of a seed


def table(rows: Sequence[Row]) -> str:
    """A line for each part that was left out; nothing where none has been measured.

    Both have the shorter budget and the first seed, and were measured together.

    Examples
    --------
    >>> table([])
    ''
    """
    whole = _errors(rows, f"without_{NOTHING}")
    lines = []
    for part, title in ABLATIONS.items():
        if part == NOTHING:
            continue
        without = _errors(rows, f"without_{part}")
        both = [problem for problem in whole if problem in without]
        if not both:
            continue
        found = [ratio(without[problem], whole[problem]) for problem in both]
        worse, better = sum(r > CLEAR for r in found), sum(r < 1 / CLEAR for r in found)
        cells = (title, f"{mean(found):.2f}", str(worse), str(better), str(len(both)))
        lines.append(f"| {' | '.join(cells)} |")
    head = f"| | error over the default's | more than {CLEAR:g} times worse | better | problems |"
    return "\n".join([head, "|---|---:|---:|---:|---:|", *lines]) if lines else ""


def mean(ratios: Sequence[float]) -> float:
    """The geometric mean; beyond a factor of a hundred, either way, all count alike.

    >>> round(mean([1e9, 1.0]), 6), round(mean([1e-9, 1.0]), 6)
    (10.0, 0.1)
    """
    return geometric([min(one, 1 / CLIPPED) for one in ratios])


def _errors(rows: Sequence[Row], column: str) -> dict[str, float]:
    """By problem."""
    return {
        row.problem: row.error
        for row in rows
        if (row.column, row.budget, row.seed) == (column, SHORT, SEEDS[0])
    }
