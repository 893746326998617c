"""What the numbers say, in sentences that claim no more than the numbers carry."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from nas.reports import claims as claimed
from nas.reports.claims import LEAST_RUNS, Claim, apart, claims, significance
from nas.reports.rows import each
from nas.search_spaces import AXES, Axis
from nas.search_spaces.candidates import written


def number(value: float) -> str:
    """Three digits, as a scientist writes them; a dash for none.

    Examples
    --------
    >>> number(0.01234), number(1.234e-5), number(45.2), number(math.nan)
    ('0.0123', '1.23e-5', '45.2', '–')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0 or 1e-2 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def plural(count: int, thing: str) -> str:
    """A count of things.

    Examples
    --------
    >>> plural(1, "run"), plural(2, "run")
    ('1 run', '2 runs')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def percent(value: float) -> str:
    """A share in percent; a dash for none.

    Examples
    --------
    >>> percent(0.256), percent(0.001)
    ('26 %', '<1 %')
    """
    if not math.isfinite(value):
        return "–"
    return "<1 %" if 0 < value < 0.005 else f"{100 * value:.0f} %"


def duration(seconds: float) -> str:
    """Seconds as a person says them.

    Examples
    --------
    >>> duration(42), duration(200), duration(7500)
    ('42 s', '3 min 20 s', '2 h 05 min')
    """
    if not math.isfinite(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def pattern(axes: Iterable[Axis]) -> str:
    """How the names of candidates are to be read.

    Examples
    --------
    >>> pattern(AXES[:3])
    'activation depth × width'
    """
    return " ".join("".join(f"{a.before} {a.name}" for a in axes).replace("×", " × ").split())


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["activation", "depth", "width"])
    'activation, depth and width'
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def subset(survivors: pd.DataFrame) -> str:
    """The experts of a mixture with their importance.

    Examples
    --------
    >>> subset(pd.DataFrame({"activation": ["sine"], "depth": 2, "width": 64, "importance": 0.61}))
    'sine 2×64 (61 %)'
    """
    parts = []
    for row in each(survivors):
        share = f" ({percent(row.importance)})" if math.isfinite(row.importance) else ""
        parts.append(written(row) + share)
    return ", ".join(parts)


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


def _others(tried: pd.Series) -> str:
    """Of those that were cut before the gate was asked, and so not dropped by it."""
    if not tried["cut"]:
        return ""
    dropped = tried["experts"] - tried["survived"] - tried["cut"]
    return f"; {tried['cut']} were cut before the gate was asked, and it dropped {dropped}"


def importances(table: pd.DataFrame, runs: int) -> str:
    """Which levels hold more or less than their equal share, where the interval says so.

    Examples
    --------
    >>> from nas.reports import example
    >>> importances(example.report().statistics.importance, runs=3)[:51]
    'Importance: depth 1 holds 0.82 equal shares (0.77 t'
    """
    if runs < LEAST_RUNS or table.empty:
        return "Too few completed runs for a statement on importance."
    parted = table[(table["low"] > 1) | (table["high"] < 1)]
    if parted.empty:
        return "No level's mean importance can be distinguished from the equal share."
    parts = [
        f"{row.axis} {row.level} holds {number(row.relative)} equal shares "
        f"({number(row.low)} to {number(row.high)})"
        for row in each(parted)
    ]
    return (
        f"Importance: {'; '.join(parts)}. With {len(table)} levels compared, about one in "
        "twenty such intervals misses the equal share by mere chance."
    )


def agreement(table: pd.DataFrame) -> str:
    """How far the order of survival follows the experts' individual losses.

    Examples
    --------
    >>> print(agreement(pd.DataFrame({"tau": [0.5, 0.7]})))  # doctest: +ELLIPSIS
    The gate ... order of survival is 0.60 in the median of 2 runs (from 0.50 to 0.70); 1 ...
    """
    apart = (
        "The gate selects a subset, the individual loss ranks single networks: these are two "
        "different questions. "
    )
    if table.empty:
        return apart + "No completed run allows a comparison of the two orders."
    tau = table["tau"]
    spread = "" if len(tau) == 1 else f" (from {tau.min():.2f} to {tau.max():.2f})"
    over = "only run" if len(tau) == 1 else f"median of {len(tau)} runs"
    return apart + (
        f"Kendall's τ between individual loss and order of survival is {tau.median():.2f} in the "
        f"{over}{spread}; 1 would mean that the "
        "worst single networks were dropped first, 0 that the two have nothing to do with each "
        "other."
    )


def best_single(table: pd.DataFrame) -> str:
    """The best single networks, as far as the search can tell.

    Examples
    --------
    >>> table = pd.DataFrame({"activation": ["sine"], "depth": 2, "width": 8, "rank": 0.1})
    >>> best_single(table)[-16:]
    'sine 2×8 (0.10).'
    """
    if table.empty:
        return ""
    named = [f"{written(row)} ({row.rank:.2f})" for row in each(table.head(3))]
    axes = listed([axis.name for axis in AXES if axis.name in table])
    return (
        "Best single networks, as far as the search can tell (by the individual loss, shrunk "
        f"towards the main effects of {axes}; mean rank in a run, 0 the best): {', '.join(named)}."
    )


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
