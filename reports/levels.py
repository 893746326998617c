"""Experts by the levels of the axes in play: what the statistics have in common.

Every table is tidy: one row per level of an axis, the columns ``axis`` and ``level`` first.
"""

from collections.abc import Iterator

import pandas as pd

from nas.reports import intervals
from nas.search_spaces import AXES, Axis
from nas.search_spaces.candidates import in_play


def axes(experts: pd.DataFrame) -> tuple[Axis, ...]:
    """The axes in play: those without a default, or with a level other than it.

    Examples
    --------
    >>> [axis.name for axis in axes(pd.DataFrame({"activation": ["tanh"], "depth": 2, "width": 8}))]
    ['activation', 'depth', 'width']
    """
    return in_play({axis.name: experts[axis.name] for axis in AXES if axis.name in experts})


def completed(experts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The experts of completed runs whose outcome is known (dropped, survived or cut).

    Examples
    --------
    >>> from nas.reports.example import records
    >>> len(records().experts), len(completed(records().experts, records().runs))
    (16, 12)
    """
    done = runs.loc[runs["status"] == "completed", "run"]
    known = experts["outcome"].isin(["dropped", "survived", "cut"])
    return experts[experts["run"].isin(done) & known]


def by_level(
    experts: pd.DataFrame, varied: tuple[Axis, ...]
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Axis, level (as text) and the level's experts; numbers in their own order.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> found = records().experts
    >>> [(level, len(group)) for axis, level, group in by_level(found, axes(found)[:1])]
    [('sine', 8), ('tanh', 8)]
    """
    for axis in varied:
        for level, group in experts.groupby(axis.name, sort=True):
            yield axis.name, axis.text(level), group


def means_over_runs(experts: pd.DataFrame, varied: tuple[Axis, ...], name: str) -> pd.DataFrame:
    """Mean of ``value`` per level, and Student's interval over the means of the runs.

    Columns: axis, level, experts, runs, ``name`` for the mean, low, high.

    Examples
    --------
    >>> from nas.reports.example import records
    >>> valued = records().experts.assign(value=1.0)
    >>> means_over_runs(valued, axes(valued), "mean")["mean"].unique().tolist()
    [1.0]
    """
    rows = []
    known = experts[experts["value"].notna()]
    for axis, level, group in by_level(known, varied):
        means = group.groupby("run", sort=True)["value"].mean().to_numpy(dtype=float)
        low, high = intervals.student(means)
        rows.append((axis, level, len(group), len(means), means.mean(), low, high))
    names = ["axis", "level", "experts", "runs", name, "low", "high"]
    return pd.DataFrame(rows, columns=names)
