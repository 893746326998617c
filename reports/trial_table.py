"""The trials as a table to compute with: a row for each, under names that need no other table."""

import pandas as pd

from nas.campaign.records import Records
from nas.reports.rows import each
from nas.search_spaces.candidates import written

_LAST = ["error_estimate", "m", "p", "threshold", "seconds", "on_front", "recommended"]


def of(records: Records) -> pd.DataFrame:
    """A row for each trial, by its number; within a budget contestants of the race are rows too.

    Numbers are medians over a trial's completed runs, ``experts`` are the survivors of the best of
    them, ``run``, and ``seconds`` are those of all attempts. A problem of several fields has a
    column ``relative_l2.<field>`` for each, an inverse one ``found.<name>``.

    Examples
    --------
    >>> from nas.reports import example
    >>> table = of(example.records())
    >>> print(*table.loc[1, ["run", "experts", "held_out_loss", "found.k"]], sep="; ")
    0001-0; sine 1×8, sine 2×16; 0.0004; 1.02
    >>> table.columns[:6].to_list()
    ['stage', 'status', 'run', 'experts', 'parameters', 'held_out_loss']
    """
    done = records.runs.loc[records.runs["status"] == "completed", "run"]
    table = records.trials.rename(columns={"best_run": "run"}).set_index("trial")
    table["experts"] = table["run"].map(_survivors(records.experts))
    table["error_estimate"] = records.runs.groupby("trial")["error_estimate"].median()
    table["seconds"] = records.attempts.groupby("trial")["seconds"].sum()
    added: list[pd.DataFrame | pd.Series] = [_medians(records.fields, done, "field", "relative_l2")]
    if len(added[0].columns) < 2:
        added = []  # it is the column relative_l2
    added.append(_medians(records.estimates(done), done, "name", "value").add_prefix("found."))
    more = [name for columns in added for name in columns]
    first = ["stage", "status", "run", "experts", "parameters", "held_out_loss", "relative_l2"]
    return table.join(added)[[*first, *more, *_LAST]]


def _survivors(experts: pd.DataFrame) -> dict[str, str]:
    """The names of each run's survivors."""
    names: dict[str, list[str]] = {}
    for expert in each(experts[experts["outcome"] == "survived"]):
        names.setdefault(expert.run, []).append(written(expert))
    return {run: ", ".join(those) for run, those in names.items()}


def _medians(table: pd.DataFrame, done: pd.Series, name: str, value: str) -> pd.DataFrame:
    """Trials by names."""
    known = table[table["run"].isin(done)].astype({value: float})
    wide: pd.DataFrame = known.groupby(["trial", name], sort=False)[value].median().unstack(name)
    return wide.add_prefix("relative_l2.") if name == "field" else wide
