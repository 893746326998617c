"""The figures of the arena: what a search is to reach, over the zoo and over both halves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from experiments.arena import hindsight
from experiments.arena.entrants import HALVES, LONG, SEEDS, SHORT
from experiments.arena.plan import EACH, FIXED, winners
from experiments.arena.ratios import STATISTICS, column_of, complete, medians, ratio
from experiments.arena.table import Row
from experiments.harness.figures import Findings

SEARCH = "search"
LOST, SOLVED = 1e-1, 1e-2  # errors: the search ends above, some candidate under


@dataclass(frozen=True)
class Compared:
    """A row of the table "What to reach": the search's error over another's.

    >>> Compared("tanh_3x20", "tanh 3×20", LONG, "worst", 1.0).figure
    'error over tanh 3×20, 300 s, worst'
    """

    column: str
    title: str
    budget: int
    statistic: str
    target: float | None = None

    @property
    def figure(self) -> str:
        """Its name."""
        return f"error over {self.title}, {self.budget} s, {self.statistic}"


FIXED_TITLE, EACH_TITLE = "the best fixed candidate", "each problem's best candidate"
RATIOS = (
    Compared("tanh_3x20", "tanh 3×20", LONG, "geometric mean", 0.05),
    Compared("tanh_3x20", "tanh 3×20", LONG, "median", 0.1),
    Compared("tanh_3x20", "tanh 3×20", LONG, "worst", 1.0),
    Compared("tanh_3x20", "tanh 3×20", SHORT, "geometric mean", 0.2),
    Compared("tanh_3x20", "tanh 3×20", SHORT, "worst"),
    Compared(FIXED, FIXED_TITLE, LONG, "geometric mean", 0.8),
    Compared(EACH, EACH_TITLE, LONG, "geometric mean", 1.5),
    Compared(EACH, EACH_TITLE, LONG, "worst", 4.0),
    Compared("halving", "successive halving", LONG, "geometric mean", 0.9),
    Compared("halving", "successive halving", SHORT, "geometric mean"),
    Compared("deepxde", "DeepXDE", LONG, "geometric mean"),
    Compared("deepxde", "DeepXDE", LONG, "worst", 0.1),
)
LOST_TITLE = f"problems where the search ends above {LOST:g} and some candidate is under {SOLVED:g}"
SPENT_TITLE = f"time spent on networks that are not exported, {LONG} s, median"
MOST_SPENT = 0.3


def findings(rows: Sequence[Row]) -> list[Findings]:
    """A case for the whole zoo, and one for each half of it."""
    return [_of_half(name, problems, rows) for name, problems in HALVES.items()]


def _of_half(name: str, problems: Sequence[str], rows: Sequence[Row]) -> Findings:
    found = Findings(name, effort=_seeds(rows))
    for one in RATIOS:
        _compare(found, one, problems, rows)
    _count_lost(found, problems, rows)
    _share_spent(found, problems, rows)
    found.date = " to ".join(dict.fromkeys(_ends([row.date for row in rows])))
    found.machine = "; ".join(sorted({row.machine for row in rows}))
    return found


def _seeds(rows: Sequence[Row]) -> str:
    """How many the search has been measured with, in words."""
    there = {row.seed for row in rows if row.column == SEARCH} & set(SEEDS)
    whole = f"{len(SEEDS)} seeds"
    return whole if len(there) == len(SEEDS) else f"{len(there)} of {whole}"


def _compare(found: Findings, one: Compared, problems: Sequence[str], rows: Sequence[Row]) -> None:
    """Over the problems that both have; the target is for all of them, with all seeds."""
    errors = medians(rows, one.budget)
    mine, others = errors.get(SEARCH, {}), errors.get(one.column, {})
    both = [problem for problem in problems if problem in mine and problem in others]
    if not both:
        found.skipped.append(one.figure)
        return
    value = STATISTICS[one.statistic]([ratio(mine[p], others[p]) for p in both])
    whole = [problem for problem in both if _is_complete(one, problem, rows)]
    is_whole = len(whole) == len(problems)
    if not is_whole:
        count = f"{len(whole)} of {len(problems)} problems have all seeds"
        found.note(f"No verdict yet: {one.figure}, since {count}.")
    found.add(one.figure, value, target=one.target if is_whole else None)


def _is_complete(one: Compared, problem: str, rows: Sequence[Row]) -> bool:
    there = complete(rows, one.budget)
    other = column_of(one.column, problem, winners(rows))
    return {(SEARCH, problem), (other, problem)} <= there


def _count_lost(found: Findings, problems: Sequence[str], rows: Sequence[Row]) -> None:
    """Over all candidates that were tried, for however long; judged once all of them were."""
    mine = medians(rows, LONG).get(SEARCH, {})
    best: dict[str, float] = {}
    for row in rows:
        if row.column in hindsight.SLUGS:
            best[row.problem] = min(row.error, best.get(row.problem, math.inf))
    both = [problem for problem in problems if problem in mine and problem in best]
    if not both:
        found.skipped.append(LOST_TITLE)
        return
    lost = [problem for problem in both if mine[problem] > LOST and best[problem] < SOLVED]
    tried, there = {(row.column, row.problem) for row in rows}, complete(rows, LONG)
    whole = all(
        (SEARCH, problem) in there and all((slug, problem) in tried for slug in hindsight.SLUGS)
        for problem in problems
    )
    if not whole:
        found.note(f"No verdict yet: {LOST_TITLE}, since not all were tried.")
    found.add(LOST_TITLE, len(lost), target=0.0 if whole else None)
    if lost:
        found.note(f"Lost: {', '.join(lost)}.")


def _share_spent(found: Findings, problems: Sequence[str], rows: Sequence[Row]) -> None:
    shares = {
        (row.problem, row.seed): row.not_exported
        for row in rows
        if row.column == SEARCH and row.budget == LONG and row.problem in problems
    }
    known = [share for share in shares.values() if share is not None]
    if not known:
        found.skipped.append(SPENT_TITLE)
        return
    whole = len(known) == len(problems) * len(SEEDS)
    found.add(SPENT_TITLE, median(known), target=MOST_SPENT if whole else None)


def _ends(dates: Sequence[str]) -> list[str]:
    return [min(dates), max(dates)] if dates else []
