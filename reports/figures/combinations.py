"""Survivors per combination of levels: where in the space the subsets come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from nas.reports.figures import Picture
from nas.reports.plot_marks import tell
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.style import HUED, WEIGHT_COLOURS
from nas.reports.words import pattern
from nas.search_spaces import Axis
from nas.search_spaces.candidates import written

SECTION = "survival"
ORDER = 4
_MOST_ROWS = 24  # with more, axes that have a default are left out, the last first


@dataclass(frozen=True)
class Combinations:
    """Columns: the levels of the axis that has hues; rows: combinations of all other levels.

    Rates are NaN where no expert was tried.

    Examples
    --------
    >>> from nas.reports import example
    >>> table = summarise(example.report())
    >>> table.label.to_dict()
    {'sine': {'1×8': '3/3', '2×16': '3/3'}, 'tanh': {'1×8': '0/3', '2×16': '0/3'}}
    >>> table.rows, table.left_out
    ('depth × width', ())
    """

    rate: pd.DataFrame
    label: pd.DataFrame  # "2/5"
    rows: str  # what they are
    left_out: tuple[Axis, ...]  # the counts are over all levels of these


def summarise(report: Report) -> Combinations | None:
    """Counts in completed runs; None where a table would have one row or one column.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).rate.loc["2×16"].to_dict()
    {'sine': 1.0, 'tanh': 0.0}
    """
    known = report.statistics.completed
    others = [axis for axis in report.statistics.axes if axis is not HUED]
    left_out: list[Axis] = []
    while _rows(known, others) > _MOST_ROWS and others[-1].default is not None:
        left_out.insert(0, others.pop())
    if _rows(known, others) < 2 or known[HUED.name].nunique() < 2:
        return None
    names = [axis.name for axis in others]
    alive = known.assign(alive=known["outcome"] == "survived")
    cells = alive.groupby([*names, HUED.name])["alive"].agg(["sum", "count"])
    cells["rate"] = cells["sum"] / cells["count"]
    cells["label"] = cells["sum"].astype(str) + "/" + cells["count"].astype(str)
    rate = cells["rate"].unstack()
    label = cells["label"].unstack().fillna("")
    rows = [written(row) for row in each(rate.index.to_frame(index=False))]
    rate.index = label.index = pd.Index(rows, name="others")
    return Combinations(rate, label, pattern(others), tuple(left_out))


def _rows(known: pd.DataFrame, axes: Sequence[Axis]) -> int:
    return len(known[[axis.name for axis in axes]].drop_duplicates())


def draw(data: Combinations, figure: Figure) -> None:
    """A heat map with the counts written in, since a rate of few says little.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> sorted(text.get_text() for text in figure.axes[0].texts)
    ['0/3', '0/3', '3/3', '3/3']
    """
    ax = figure.subplots()
    sns.heatmap(
        data.rate,
        annot=np.asarray(data.label),
        fmt="",
        vmin=0,
        vmax=1,
        cmap=WEIGHT_COLOURS,
        linewidths=1,
        cbar_kws={"label": "share that survived"},
        ax=ax,
    )
    tell(ax.collections[0], [f"survived: {label}" for label in np.asarray(data.label).flat])
    ax.grid(visible=False)  # it would show through the blank cells
    ax.set_xlabel(HUED.name)
    ax.set_ylabel(data.rows)
    ax.tick_params(axis="y", rotation=0, length=0)
    ax.tick_params(axis="x", rotation=30, length=0)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Survivors of tried experts by activation and depth × width. Highest shares: sine 1×8 3/3; ...
    """
    data = summarise(report)
    if data is None:
        return []
    cells = [
        (rate, f"{name} {others} {label}")
        for name in data.rate.columns
        for others, rate, label in zip(
            data.rate.index, data.rate[name], data.label[name], strict=True
        )
        if label
    ]
    best = sorted(cells, key=lambda cell: -cell[0])[:3]
    spoken = "; ".join(text for _, text in best)
    return [
        Picture(
            "combinations",
            "Survivors by architecture",
            f"Survivors of tried experts by {HUED.name} and {data.rows}. Highest shares: {spoken}.",
            "Each cell: survivors / tried, in completed runs. Blank: never tried. A cell with "
            "few tries says little, whatever its colour."
            + "".join(f" Counted over all {axis.plural}." for axis in data.left_out),
            (max(4.0, 1.6 + 0.7 * data.rate.shape[1]), 1.4 + 0.34 * data.rate.shape[0]),
            partial(draw, data),
        )
    ]
