"""The path of each unknown coefficient over the steps, to its estimate."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.style import HIGHLIGHT, INK, QUIET
from nas.reports.unknowns import Unknown

NOISE, INTERVAL = "± by noise", "interval over seeds"
SECTION = "unknowns"
ORDER = 1


@dataclass(frozen=True)
class Paths:
    """``mine`` and ``others``: columns run, step, name, value; ``estimates`` are where mine ends.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())
    >>> [one.name for one in data.estimates], data.mine["value"].to_list()
    (['k'], [0.5, 0.9, 1.02])
    """

    run: str
    estimates: tuple[Unknown, ...]
    mine: pd.DataFrame
    others: pd.DataFrame


def summarise(report: Report) -> Paths | None:
    """The paths of the run shown in full, and of the other completed runs.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).others["run"].unique().tolist()
    ['0000-0', '0002-0']
    """
    if report.best is None or not report.unknowns:
        return None
    columns = ["run", "step", "name", "value"]
    table = report.records.unknowns.sort_values(["run", "step"], kind="stable")
    done = table[table["run"].isin(report.statistics.unknowns["run"])][columns]
    mine = done["run"] == report.best.name
    return Paths(report.best.name, report.unknowns, done[mine], done[~mine])


def draw(data: Paths, figure: Figure) -> None:
    """A panel for each coefficient.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> figure.axes[0].get_ylabel(), [text.get_text() for text in figure.legends[0].get_texts()]
    ('k', ['run 0001-0', 'other runs', 'truth'])
    """
    axes = figure.subplots(len(data.estimates), 1, squeeze=False, sharex=True)[:, 0]
    for ax, one in zip(axes, data.estimates, strict=True):
        _path(ax, data, one)
    axes[-1].set_xlabel("step")
    axes[-1].locator_params(axis="x", nbins=5)
    named: dict[str, Artist] = {}
    for ax in axes:
        found, labels = ax.get_legend_handles_labels()
        named |= dict(zip(labels, found, strict=True))
    order = [f"run {data.run}", "other runs", NOISE, INTERVAL, "truth"]
    shown = [label for label in order if label in named]
    handles = [named[label] for label in shown]
    figure.legend(handles, shown, loc="outside lower center", ncols=2)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Path of each unknown coefficient over the steps: k = 1.02; the truth is 1.
    """
    data = summarise(report)
    if data is None:
        return []
    return [
        Picture(
            "unknowns",
            "Unknown coefficients",
            "Path of each unknown coefficient over the steps: "
            + " ".join(one.sentence for one in data.estimates),
            _reading(data),
            (4.6, 1.0 + 1.9 * len(data.estimates)),
            partial(draw, data),
        )
    ]


def _reading(data: Paths) -> str:
    grey = "; grey: the other completed runs" if len(data.others) else ""
    bars = {
        "The bar at the end is the standard error by the noise of the observations. ": "noise",
        "The thin bar is the interval over seeds, which may reach beyond the panel. ": "low",
    }
    told = [
        words
        for words, of in bars.items()
        if any(np.isfinite(getattr(one, of)) for one in data.estimates)
    ]
    return (
        f"Red: run {data.run}, which is shown in full{grey}. "
        + "".join(told)
        + "A path that has not levelled off is no estimate yet."
    )


def _path(ax: Axes, data: Paths, one: Unknown) -> None:
    label = "other runs"
    for _, path in data.others[data.others["name"] == one.name].groupby("run"):
        ax.plot(path["step"], path["value"], color=QUIET, lw=0.9, alpha=0.7, label=label)
    mine = data.mine[data.mine["name"] == one.name]
    # What was solved at once, and never trained, is a point.
    mark = "o" if len(mine) == 1 else ""
    ax.plot(mine["step"], mine["value"], mark, color=HIGHLIGHT, lw=2, label=f"run {data.run}")
    end = mine["step"].max()
    if np.isfinite(one.noise):
        _bar(ax, end, one.value - one.noise, one.value + one.noise, NOISE, lw=2.5)
    if np.isfinite(one.truth):
        ax.axhline(one.truth, color=INK, lw=1, ls=(0, (4, 3)), label="truth")
    if np.isfinite(one.low):
        # Of two seeds it may be as wide as anything: the panel is that of the paths.
        seen = ax.get_ylim()
        _bar(ax, end, one.low, one.high, INTERVAL, lw=1.0)
        ax.set_ylim(seen)
    ax.set_ylabel(one.name)


def _bar(ax: Axes, x: float, low: float, high: float, label: str, lw: float) -> None:
    ax.errorbar(
        x, (low + high) / 2, yerr=(high - low) / 2, color=HIGHLIGHT, capsize=4, lw=lw, ls="none",
        label=label,
    )  # fmt: skip
