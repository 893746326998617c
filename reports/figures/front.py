"""The Pareto front of held-out loss and surviving parameters, and what is recommended of it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nas.reports import chosen
from nas.reports.figures import Picture
from nas.reports.plot_marks import tell
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.style import HIGHLIGHT, INK, QUIET, logarithmic
from nas.reports.words import number, plural

SECTION = "front"
ORDER = 1
SIZE = (4.9, 4.0)
_MOST_SHAPES = 2000  # marks of a picture that can be drawn as such
# Where a label may stand beside its mark, in points and by which of its ends; the first with room.
_PLACES = ((8, 6, "left"), (-8, 6, "right"), (0, 10, "center"), (0, -17, "center"))
_LETTER, _HIGH = 6.6, 15.0  # points: the width of a letter, the height of a line
_MARKERS = {"dominated": "o", "on the front": "s", "small alternative": "D", "recommended": "*"}
_COLOURS = dict(zip(_MARKERS, (QUIET, "#0072B2", "#009E73", HIGHLIGHT), strict=True))
_SIZES = dict(zip(_MARKERS, (40, 55, 80, 260), strict=True))


@dataclass(frozen=True)
class Front:
    """One row per finite trial or contestant: label, parameters, held_out_loss, standing.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).trials["standing"].to_list()
    ['on the front', 'recommended', 'dominated']
    """

    trials: pd.DataFrame
    things: str = "trial"


def summarise(report: Report) -> Front | None:
    """The trials with a finite held-out loss; None where there is none.

    Examples
    --------
    >>> from nas.reports import example
    >>> front = summarise(example.report()).trials  # without the trial that failed
    >>> front[["label", "parameters"]].values.tolist()
    [['0', 420.0], ['1', 500.0], ['2', 640.0]]
    """
    trials = chosen.among(report.records.trials)
    loss = trials["held_out_loss"]
    trials = trials[np.isfinite(loss) & (loss > 0) & (trials["parameters"] > 0)]
    if trials.empty:
        return None
    standing = np.select(
        [trials["recommended"], trials["alternative"], trials["on_front"]],
        ["recommended", "small alternative", "on the front"],
        "dominated",
    )
    known = trials.assign(standing=standing, label=[_name(trial) for trial in each(trials)])
    known = known.sort_values(["parameters", "trial"]).reset_index(drop=True)
    shown = known[["label", "parameters", "held_out_loss", "standing"]]
    return Front(shown, chosen.things(trials))


def _name(trial: Any) -> str:
    """The number of a trial, or what a contestant's run is called."""
    return str(trial.best_run if trial.stage == "race" else trial.trial)


def draw(data: Front, figure: Figure) -> None:
    """Both axes logarithmic; the front is a staircase, since nothing in between was tried.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> [text.get_text() for text in figure.axes[0].texts]  # the numbers of the trials on it
    ['1', '0']
    """
    ax = figure.subplots()
    best = data.trials[data.trials["standing"] != "dominated"]
    ax.step(best["parameters"], best["held_out_loss"], where="post", color=QUIET, linewidth=1)
    sns.scatterplot(
        data=data.trials,
        x="parameters",
        y="held_out_loss",
        style="standing",
        hue="standing",
        size="standing",
        markers=_MARKERS,
        palette=_COLOURS,
        sizes=_SIZES,
        edgecolor=INK,
        linewidth=0.6,
        ax=ax,
        zorder=3,
        rasterized=len(data.trials) > _MOST_SHAPES,
    )
    told = [f"{data.things} {row.label}, {row.standing}" for row in each(data.trials)]
    tell(ax.collections[0], told)
    ax.set(xscale="log", yscale="log")
    ax.margins(0.12)
    logarithmic(ax.xaxis, ax.get_xlim())
    logarithmic(ax.yaxis, ax.get_ylim())
    ax.set_xlabel("surviving parameters, gate included")
    ax.set_ylabel("held-out physics loss")
    handles, names = ax.get_legend_handles_labels()
    for legend in filter(None, [ax.get_legend()]):
        legend.remove()  # it stands in the plot; the figure's stands below
    figure.legend(handles, names, loc="outside lower center", ncols=3 if len(names) < 4 else 2)
    _label(figure, ax, best)


def _label(figure: Figure, ax: Axes, best: pd.DataFrame) -> None:
    """Name the marks, the recommended one first, where there is room for it within the axes."""
    figure.draw_without_rendering()  # the layout decides where the axes are
    points = 72 / figure.dpi * ax.transData.transform(best[["parameters", "held_out_loss"]])
    ends = 72 / figure.dpi * ax.bbox.get_points()
    taken = [np.array([at - 5, at + 5]) for at in points]  # the marks, then labels: two corners
    order = np.argsort(best["standing"].to_numpy() != "recommended", kind="stable")
    for index in order:
        row, at = best.iloc[index], points[index]
        others = [box for i, box in enumerate(taken) if i != index]
        for across, up, align in _PLACES:
            wide = _LETTER * len(row["label"])
            left = at[0] + across - {"left": 0.0, "center": wide / 2, "right": wide}[align]
            box = np.array([[left, at[1] + up], [left + wide, at[1] + up + _HIGH]])
            within = (ends[0] <= box[0]).all() and (box[1] <= ends[1]).all()
            if within and not any((box[0] < b[1]).all() and (b[0] < box[1]).all() for b in others):
                _write(ax, row, (across, up), align)
                taken.append(box)
                break


def _write(ax: Axes, row: pd.Series, beside: tuple[int, int], align: str) -> None:
    ax.annotate(
        row["label"],
        (float(row["parameters"]), float(row["held_out_loss"])),
        xytext=beside,
        textcoords="offset points",
        ha=align,
        bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5},
    )


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Held-out loss against surviving parameters of 3 trials, 2 on the front. Recommended: ...
    """
    data = summarise(report)
    if data is None:
        return []
    spoken = "".join(
        f" {name.capitalize()}: {data.things} {row.label}, {row.parameters:,.0f} parameters, "
        f"held-out loss {number(row.held_out_loss)}."
        for name in ("recommended", "small alternative")
        for row in each(data.trials[data.trials["standing"] == name])
    )
    on_front = int((data.trials["standing"] != "dominated").sum())
    return [
        Picture(
            "front",
            "Loss against size",
            "Held-out loss against surviving parameters of "
            f"{plural(len(data.trials), data.things)}, {on_front} on the front.{spoken}",
            _reading(data),
            SIZE,
            partial(draw, data),
        )
    ]


def _reading(data: Front) -> str:
    """Of the marks that are there, and no others."""
    standings = set(data.trials["standing"])
    said = f"Each mark is a {data.things}; lower and further left is better."
    if "dominated" in standings:
        said += " No other is better in both than one on the front."
    if "recommended" in standings:
        said += " Star: the recommended one."
    if "small alternative" in standings:
        said += (
            " Diamond: the small alternative, the knee of the front, where a still smaller network "
            "starts to cost much accuracy."
        )
    return f"{said} Labels name the {data.things}s."
