"""The tables of the page: records and statistics to rows of text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nas.campaign.records import Records
from nas.reports import validation_statistics as validated
from nas.reports.rows import each
from nas.reports.statistics import Statistics
from nas.reports.words import duration, number, percent
from nas.search_spaces import AXES
from nas.search_spaces.candidates import written


@dataclass(frozen=True)
class Table:
    """A table as the page prints it, text only.

    Examples
    --------
    >>> from nas.reports import example
    >>> table = trials(example.records().trials)
    >>> table.title, len(table.columns), table.marked
    ('All trials', 8, frozenset({1}))
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()  # rows that stand out
    wordy: tuple[int, ...] = ()  # the columns that hold sentences


MOST_TRIALS = 200  # rows of a page that somebody reads


def trials(table: pd.DataFrame) -> Table:
    """Every trial, the recommended one marked; of more than `MOST_TRIALS` those that stand out.

    Examples
    --------
    >>> from nas.reports import example
    >>> [row[:2] for row in trials(example.records().trials).rows]
    [('0', 'on the front'), ('1', 'recommended'), ('2', 'completed'), ('3', 'failed')]
    """
    title = "All trials"
    if len(table) > MOST_TRIALS:
        title = f"The {MOST_TRIALS} best of {len(table):,} trials"
        stands = table[["recommended", "alternative", "on_front"]].any(axis=1)
        order = table.assign(stands=~stands).sort_values(["stands", "held_out_loss"], kind="stable")
        table = table.loc[order.index[:MOST_TRIALS].sort_values()]
    rows = tuple(
        (
            whole(t.trial),
            _standing(t),
            whole(t.m),
            number(t.p),
            number(t.threshold),
            number(t.held_out_loss),
            count(t.parameters),
            number(t.relative_l2),
        )
        for t in each(table)
    )
    marked = frozenset(i for i, yes in enumerate(table["recommended"]) if yes)
    columns = ("trial", "standing", "m", "p", "threshold", "held-out loss", "parameters")
    return Table(title, (*columns, "relative L2"), rows, marked)


def _standing(trial: Any) -> str:
    if trial.recommended:
        return "recommended"
    if trial.alternative:
        return "small alternative"
    return "on the front" if trial.on_front else str(trial.status)


def survivors(table: pd.DataFrame) -> Table:
    """The experts of one mixture.

    Examples
    --------
    >>> from nas.reports import example
    >>> [row[:3] for row in survivors(example.report().best.survivors).rows]
    [('#2 sine 2×16', '337', '59 %'), ('#0 sine 1×8', '33', '41 %')]
    """
    rows = tuple(
        (
            f"#{e.candidate} {written(e)}",
            count(e.parameters),
            percent(e.importance),
            number(e.individual_loss),
            whole(e.refusals),
            text(e.reason),
        )
        for e in each(table)
    )
    columns = ("expert", "parameters", "importance", "individual loss", "refusals", "last refusal")
    return Table("The subset", columns, rows, wordy=(5,))


KINDS = {
    "selected": "selected",
    "random": "random",
    "best": "best single networks",
    "all": "whole pool",
    "longest": "best single network, as long as the search",
}


def subsets(records: Records) -> Table:
    """Every subset that was trained beside a run, the best first; the selected ones marked.

    Examples
    --------
    >>> from nas.reports import example
    >>> table = subsets(example.records())
    >>> table.rows[0][1:3], table.marked
    (('selected', 'sine 1×8, sine 2×16'), frozenset({0}))
    """
    table = records.subsets.sort_values(["run", validated.unit(records)])
    rows = tuple(
        (
            t.run,
            KINDS.get(t.kind, t.kind),
            t.members if t.size < 6 else f"{whole(t.size)} experts",
            count(t.parameters),
            number(t.held_out_loss),
            number(t.relative_l2),
            "–" if pd.isna(t.seconds) else duration(t.seconds),
            t.status if not t.reason else f"{t.status}: {t.reason}",
        )
        for t in each(table)
    )
    marked = frozenset(i for i, kind in enumerate(table["kind"]) if kind == "selected")
    columns = ("run", "subset", "members", "parameters", "held-out loss", "relative L2", "time")
    return Table("Subsets trained from scratch", (*columns, "status"), rows, marked, wordy=(7,))


def singles(records: Records) -> Table:
    """Every single network, the best first; medians over the repetitions.

    Examples
    --------
    >>> from nas.reports import example
    >>> [row[0] for row in singles(example.records()).rows]
    ['sine 2×16', 'sine 1×8', 'tanh 2×16', 'tanh 1×8']
    """
    table = (
        records.singles.groupby([axis.name for axis in AXES])
        .median(numeric_only=True)
        .reset_index()
    )
    rows = tuple(
        (
            written(s),
            count(s.parameters),
            number(s.individual_loss),
            number(s.held_out_loss),
            number(s.relative_l2),
            duration(s.seconds),
        )
        for s in each(table.sort_values(validated.unit(records)))
    )
    columns = ("network", "parameters", "individual loss", "held-out loss", "relative L2", "time")
    return Table("Single networks", columns, rows)


def levels(statistics: Statistics) -> Iterator[Table]:
    """Per axis one table with survival and importance of each level.

    Examples
    --------
    >>> from nas.reports import example
    >>> first = next(levels(example.report().statistics))
    >>> first.title, first.rows[0]
    ('By activation', ('sine', '6 of 6', '100 %', '61 % to 100 %', '2', '–'))
    """
    keys = ["axis", "level"]
    shares = statistics.importance[[*keys, "relative", "low", "high"]]
    table = statistics.rates.merge(shares, on=keys, how="left", suffixes=("", "_share"))
    cut = bool(table["cut"].any())
    for axis, rows in table.groupby("axis", sort=False):
        first = (str(axis), "survived", *("cut before the gate",) * cut)
        columns = (*first, "rate", "95 % interval", "importance", "its interval")
        yield Table(
            f"By {axis}",
            columns,
            tuple(
                (
                    r.level,
                    f"{r.survived} of {r.experts}",
                    *((whole(r.cut),) * cut),
                    percent(r.rate),
                    f"{percent(r.low)} to {percent(r.high)}",
                    number(r.relative),
                    "–"
                    if pd.isna(r.low_share)
                    else f"{number(r.low_share)} to {number(r.high_share)}",
                )
                for r in each(rows)
            ),
        )


def count(value: float) -> str:
    """A number of things with thousands set apart; a dash for none.

    Examples
    --------
    >>> count(12345.0), count(float("nan"))
    ('12,345', '–')
    """
    return "–" if pd.isna(value) else f"{value:,.0f}"


def whole(value: float) -> str:
    """An integer, which a column with gaps holds as a float; a dash for none.

    Examples
    --------
    >>> whole(3.0), whole(float("nan"))
    ('3', '–')
    """
    return "–" if pd.isna(value) else f"{value:.0f}"


def text(value: str) -> str:
    """A text, or a dash where there is none.

    Examples
    --------
    >>> text("out of memory"), text("")
    ('out of memory', '–')
    """
    return "–" if pd.isna(value) or not value else value
