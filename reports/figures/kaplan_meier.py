"""Kaplan–Meier curves: the share of experts still alive at each step, per level."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.style import level_colours
from nas.reports.words import percent
from nas.search_spaces import Axis

SECTION = "survival"
ORDER = 2
SIZE = (4.0, 3.5)
_DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Curves:
    """For one axis: per level the columns step, alive, low, high of `kaplan_meier`.

    Examples
    --------
    >>> from nas.reports import example
    >>> first = next(summarise(example.report()))
    >>> first.axis.name, list(first.curves)
    ('activation', ['sine', 'tanh'])
    """

    axis: Axis
    curves: dict[str, pd.DataFrame]


def summarise(report: Report) -> Iterator[Curves]:
    """The curves for each axis that was seen.

    Examples
    --------
    >>> from nas.reports import example
    >>> tanh = next(summarise(example.report())).curves["tanh"]
    >>> tanh["step"].to_list(), tanh["alive"].round(2).to_list()
    ([0, 180, 200, 220, 240, 250], [1.0, 0.83, 0.67, 0.33, 0.17, 0.0])
    """
    table = report.statistics.curves
    for axis in report.statistics.axes:
        rows = table[table["axis"] == axis.name]
        if len(rows):
            yield Curves(
                axis, {str(level): curve for level, curve in rows.groupby("level", sort=False)}
            )


def draw(data: Curves, figure: Figure) -> None:
    """Steps with bands; line styles differ too, for those who do not see the colours.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(next(summarise(example.report())), figure)
    >>> [line.get_label() for line in figure.axes[0].lines]
    ['sine', 'tanh']
    """
    ax = figure.subplots()
    colours = level_colours(data.axis, list(data.curves))
    for index, (level, curve) in enumerate(data.curves.items()):
        ax.fill_between(
            curve["step"], curve["low"], curve["high"], step="post", alpha=0.1, color=colours[level]
        )
        ax.step(
            curve["step"],
            curve["alive"],
            where="post",
            linewidth=2,
            linestyle=_DASHES[index % len(_DASHES)],
            color=colours[level],
            label=level,
        )
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlim(left=0)
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel("step of the search")
    ax.set_ylabel("share still alive")
    figure.legend(loc="outside lower center", ncols=3, handlelength=2.5)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Share of experts ... by activation. At the last step: sine 100 %; tanh 0 %.
    """
    return [
        Picture(
            f"kaplan_meier_{data.axis.name}",
            f"Kaplan–Meier by {data.axis.name}",
            f"Share of experts still alive against the step, by {data.axis.name}. "
            "At the last step: "
            + "; ".join(f"{k} {percent(c['alive'].iloc[-1])}" for k, c in data.curves.items())
            + ".",
            "Each fall of a line is a drop. Bands: 95 % pointwise intervals. Experts of runs "
            "that ended early count for as long as they lasted; where a band is wide, few were "
            "left to judge by.",
            SIZE,
            partial(draw, data),
        )
        for data in summarise(report)
    ]
