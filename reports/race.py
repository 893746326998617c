"""The race of a search within a budget: who took part, who left when, who won."""

from typing import Any

import pandas as pd

from nas.campaign.records import Records
from nas.reports.rows import each
from nas.reports.tables import Table, whole
from nas.reports.words import number, plural

GOOD = 1e-4  # an estimated error, relative L2


def table(records: Records) -> Table | None:
    """Every contestant, those that went furthest first in each race; None without a race.

    Examples
    --------
    >>> from nas.reports import raced
    >>> table(raced.records()).rows[0]  # doctest: +NORMALIZE_WHITESPACE
    ('race-0-1', 'single', 'sine 2×16', '80', '3.00e-4', 'won', 'recommended')
    >>> from nas.reports import example
    >>> table(example.records()) is None
    True
    """
    if records.race.empty:
        return None
    standing = dict(
        zip(records.trials["best_run"], map(_standing, each(records.trials)), strict=True)
    )
    rows = records.race.assign(stayed=records.race["left_in"].fillna(float("inf")))
    order = ["repetition", "won", "stayed", "held_out_loss"]
    rows = rows.sort_values(order, ascending=[True, False, False, True], kind="stable")
    cells = tuple(
        (
            r.run,
            r.origin,
            r.members,
            whole(r.iterations),
            number(r.held_out_loss),
            _left(r) if is_run(records) else "–",
            standing.get(r.run, "–"),
        )
        for r in each(rows)
    )
    marked = frozenset(i for i, row in enumerate(cells) if row[-1] == "recommended")
    columns = ("contestant", "from", "networks", "iterations", "held-out loss", "left", "standing")
    return Table("The race", columns, cells, marked, wordy=(2,))


def is_needless(records: Records) -> bool:
    """Whether what is recommended is so good, by its estimated error, that a race is worth little.

    Examples
    --------
    >>> from nas.reports import raced
    >>> is_needless(raced.records())
    False
    """
    chosen = records.trials[records.trials["recommended"]]
    best = records.runs[records.runs["run"].isin(chosen["best_run"])]
    return bool((best["error_estimate"] < GOOD).any())


def among(records: Records) -> str:
    """Of whom one is recommended: teams that gates chose, and single networks; empty without.

    Examples
    --------
    >>> from nas.reports import raced
    >>> among(raced.records())
    '1 team that a gate chose and 2 single networks in 1 race'
    """
    race = records.race
    if race.empty:
        return ""
    teams = int(race["members"].str.contains(", ").sum())
    chosen = "1 team that a gate chose" if teams == 1 else f"{teams} teams that gates chose"
    singles = plural(len(race) - teams, "single network")
    races = f"in {plural(race['repetition'].nunique(), 'race')}"
    where = races if is_run(records) else "without a race"
    return f"{f'{chosen} and ' if teams else ''}{singles} {where}"


def is_solved(records: Records) -> bool:
    """Whether random waves were solved for and nothing else: no network learnt, no gate was asked.

    Examples
    --------
    >>> from nas.reports import raced
    >>> is_solved(raced.records())
    False
    """
    asked = records.runs["stage"] == "selection"
    return not records.race.empty and not is_run(records) and not asked.any()


def is_run(records: Records) -> bool:
    """Whether anybody learnt on in a race, rather than that the budget was over before.

    Examples
    --------
    >>> from nas.reports import raced
    >>> is_run(raced.records())
    True
    """
    return not records.race.empty and bool(records.race["iterations"].any())


def told(records: Records) -> str:
    """What became of the contestants: their cuts are the race's, and no drops of a gate.

    Examples
    --------
    >>> from nas.reports import raced
    >>> told(raced.records())
    'Of 3 contestants 1 had no place in the first heat, 1 was cut after a heat, and 1 stayed.'
    """
    race = records.race
    if race.empty:
        return ""
    if not is_run(records):
        return "Nobody learnt on in the race: the budget was over before, or there was no need."
    left = race["left_in"]
    without, cut = int((left == 0).sum()), int((left > 0).sum())
    return (
        f"Of {plural(len(race), 'contestant')} {without} had no place in the first heat, "
        f"{cut} {'was' if cut == 1 else 'were'} cut after a heat, and {int(left.isna().sum())} "
        "stayed."
    )


def _left(row: Any) -> str:
    """The heat after which a contestant left, or that it won."""
    if pd.isna(row.left_in):
        left = ""
    else:
        left = f"after heat {whole(row.left_in)}" if row.left_in else "before heat 1"
    return " · ".join(filter(None, [left, "won" if row.won else ""])) or "stayed"


def _standing(trial: Any) -> str:
    if trial.recommended:
        return "recommended"
    if trial.alternative:
        return "small alternative"
    return "on the front" if trial.on_front else "–"
