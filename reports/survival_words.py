"""What survives, in sentences that claim no more than the numbers carry."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from nas.reports import claims as claimed
from nas.reports.claims import LEAST_RUNS, Claim, apart, claims, significance
from nas.reports.rows import each
from nas.reports.words import number, plural


def survival(rates: pd.DataFrame, chance: Mapping[str, float], runs: int) -> list[str]:
    """What can and cannot be said on which levels survive, by the rule of `nas.reports.claims`.

    Examples
    --------
    >>> from nas.reports import example
    >>> found = example.report().statistics
    >>> survival(found.rates, found.chance, runs=3)[2]
    'Depth: no claim. All 95 % intervals overlap (permutation within runs: p = 1).'
    """
    if rates.empty:
        return ["No run was completed, so nothing can be said on what survives."]
    tried = rates[rates["axis"] == rates["axis"].iloc[0]][["experts", "survived", "cut"]].sum()
    if tried["survived"] == tried["experts"]:
        return ["No expert was dropped in any completed run: nothing can be said on selection."]
    if tried["survived"] == 0:
        return ["No expert survived in any completed run: nothing can be said on selection."]
    said = [
        f"{tried['survived']} of {tried['experts']} experts survived in "
        f"{plural(runs, 'completed run')}{_others(tried)}."
    ]
    if runs < LEAST_RUNS:
        said.append(
            f"Fewer than {LEAST_RUNS} runs cannot show what is due to the architecture and what "
            "to the seed, so no level is said to survive more often than another."
        )
        return said
    return said + [_axis(axis, rates, chance) for axis in chance]


def claimable(rates: pd.DataFrame, runs: int) -> bool:
    """Whether there is enough for a claim on what survives, whatever it would be.

    Examples
    --------
    >>> from nas.reports import example
    >>> rates = example.report().statistics.rates
    >>> claimable(rates, runs=3), claimable(rates, runs=2), claimable(rates[:0], runs=0)
    (True, False, False)
    """
    return runs >= LEAST_RUNS and 0 < int(rates["survived"].sum()) < int(rates["experts"].sum())


def _others(tried: pd.Series) -> str:
    """Of those that were cut before the gate was asked, and so not dropped by it."""
    if not tried["cut"]:
        return ""
    dropped = tried["experts"] - tried["survived"] - tried["cut"]
    return f"; {tried['cut']} were cut before the gate was asked, and it dropped {dropped}"


def importances(table: pd.DataFrame, runs: int) -> list[str]:
    """Which levels hold more or less than their equal share, where the interval says so.

    Examples
    --------
    >>> from nas.reports import example
    >>> importances(example.report().statistics.importance, runs=3)[0]
    'Importance by depth, in equal shares: 1 holds 0.82 (0.77 to 0.87), 2 holds 1.18 \
(1.13 to 1.23).'
    """
    if runs < LEAST_RUNS or table.empty:
        return ["Too few completed runs for a statement on importance."]
    parted = table[(table["low"] > 1) | (table["high"] < 1)]
    if parted.empty:
        return ["No level's mean importance can be distinguished from the equal share."]
    said = []
    for axis, rows in parted.groupby("axis", sort=False):
        parts = [
            f"{row.level} holds {number(row.relative)} ({number(row.low)} to {number(row.high)})"
            for row in each(rows)
        ]
        said.append(f"Importance by {axis}, in equal shares: {', '.join(parts)}.")
    return [
        *said,
        f"Of such intervals one in twenty misses the equal share by mere chance; {len(table)} "
        "levels are compared.",
    ]


def _axis(axis: str, rates: pd.DataFrame, chance: Mapping[str, float]) -> str:
    rows = rates[rates["axis"] == axis]
    name = axis.capitalize()
    if len(rows) < 2:
        return f"{name}: only one level was tried, so there is nothing to compare."
    odds = f"permutation within runs: p {_odds(chance[axis])}"
    parted = apart(axis, rates)
    if not parted:
        return f"{name}: no claim. All 95 % intervals overlap ({odds})."
    if not chance[axis] < significance(len(chance)):
        return (
            f"{name}: no claim. Some intervals do not overlap, but experts of one run compete "
            f"({odds})."
        )
    return f"{name}: {'; '.join(_spoken(parted, rows))} ({odds})."


def _odds(chance: float) -> str:
    return "< 0.001" if chance < 1e-3 else f"= {chance:.2g}"


def _spoken(parted: list[Claim], rows: pd.DataFrame) -> Iterator[str]:
    """Per level: those that survive less often than it."""
    seen = {row.level: f"{row.level} ({_of(row)})" for row in each(rows)}
    for better, those in itertools.groupby(parted, lambda claim: claim.better):
        worse = ", ".join(seen[claim.worse] for claim in those)
        yield f"{seen[better]} survives more often than {worse}"


def _of(row: Any) -> str:
    return f"{row.survived} of {row.experts}"


def counted(rate: Any) -> str:
    """A row of `survival.survival_rates` in words.

    Examples
    --------
    >>> rates = pd.DataFrame({"axis": ["depth"], "level": "2", "survived": 8, "experts": 10,
    ...                       "low": 0.49, "high": 0.94})
    >>> counted(next(each(rates)))
    'depth 2: 8 of 10 survive (49% to 94%)'
    """
    return (
        f"{rate.axis} {rate.level}: {rate.survived} of {rate.experts} survive "
        f"({rate.low:.0%} to {rate.high:.0%})"
    )


def article(rates: pd.DataFrame, chance: Mapping[str, float], runs: int) -> list[str]:
    """Whether what Bischof and Kraus (2022) saw is seen here: sine over tanh, wide over narrow.

    Judged by the same rule as `survival`; a claim is considered only where its two levels were
    tried.

    Examples
    --------
    >>> from nas.reports import example
    >>> article(example.report().statistics.rates, {"activation": 0.01}, runs=3)[0]
    'activation sine over tanh: confirmed here (6 of 6 against 0 of 6)'
    """
    said, known = [], claims(rates, chance, runs)
    for claim in claimed.article(rates):
        rows = rates[rates["axis"] == claim.axis].set_index("level")
        better, worse = rows.loc[claim.better], rows.loc[claim.worse]
        if claim in known:
            judged = "confirmed here"
        elif claim.opposite in known:
            judged = "contradicted here"
        else:
            judged = "undecided here"
        said.append(f"{claim}: {judged} ({_of(better)} against {_of(worse)})")
    return said
