"""Loss, held-out loss and the number of experts alive against the step."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nas.reports import learning
from nas.reports.figures import Picture
from nas.reports.learning import Kept, Phase
from nas.reports.plot_marks import tell
from nas.reports.report import Report
from nas.reports.style import HIGHLIGHT, INK, QUIET, logarithmic
from nas.reports.words import number, plural

SECTION = "learning"
ORDER = 1
SIZE = (4.9, 5.2)
MOST_OTHERS = 200  # runs drawn beside the one shown in full: more are a grey area
_LETTER = 0.023  # width of a letter, as a share of the axis
_BANDS = ("#F4F4F4", "#E4E9F0")


@dataclass(frozen=True)
class Learning:
    """The run shown in full, its phases, and the other runs for comparison.

    ``mine`` and ``others`` hold the columns run, step, loss, held_out_loss, experts.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())
    >>> data.run, data.others["run"].unique().tolist()
    ('0001-0', ['0000-0', '0002-0', '0003-0'])
    """

    run: str | None
    mine: pd.DataFrame
    others: pd.DataFrame
    phases: tuple[Phase, ...]
    drops: tuple[float, ...] = ()  # steps
    kept: Kept | None = None
    jumps: tuple[str, ...] = ()  # where the curve jumps, and why
    things: str = "run"  # what ``run`` and the others are: runs, or contestants


def summarise(report: Report) -> Learning | None:
    """Curves of the runs; losses that a logarithm cannot show become gaps.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())
    >>> data.drops, data.kept.step
    ((180.0, 220.0), 400.0)
    """
    columns = ["run", "phase", "step", "loss", "held_out_loss", "experts"]
    history = report.records.history[columns].sort_values(["run", "step"], kind="stable")
    history = history[history["run"].isin(_alike(report))]
    if history.empty:
        return None
    for name in ("loss", "held_out_loss"):
        shown = np.isfinite(history[name]) & (history[name] > 0)
        history[name] = history[name].where(shown)
    run = None if report.best is None else report.best.name
    mine = history[history["run"] == run]
    others = _some(history[history["run"] != run])
    things = "contestant" if _kind(report) == "race" else "run"
    if report.best is None or mine.empty:
        return Learning(run, mine, others, (), things=things)
    experts = report.records.experts
    kept = learning.kept(mine, report.best.run)
    mine = learning.with_beginning(mine, kept)
    return Learning(
        run,
        mine,
        others,
        learning.phases(mine),
        learning.drops(mine, experts[experts["run"] == run]),
        kept,
        tuple(learning.jumps(mine)),
        things,
    )


def _some(others: pd.DataFrame) -> pd.DataFrame:
    """The curves of at most `MOST_OTHERS` runs, every so many-th."""
    runs = others["run"].unique()
    step = -(-len(runs) // MOST_OTHERS)
    return others[others["run"].isin(runs[::step])] if step > 1 else others


def _alike(report: Report) -> pd.Series:
    """The runs of the kind of the one shown in full: trials, or contestants of a race."""
    runs = report.records.runs
    alike: pd.Series = runs.loc[runs["stage"] == _kind(report), "run"]
    return alike


def _kind(report: Report) -> str:
    return "selection" if report.best is None else str(report.best.run["stage"])


def draw(data: Learning, figure: Figure) -> None:
    """Losses above, experts alive below, on one axis of steps.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['physics loss', 'experts alive']
    """
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    _others(upper, data, "held_out_loss")
    _others(lower, data, "experts")
    mine = data.mine
    if len(mine):
        _mine(upper, lower, data)
    shown = mine if len(mine) else data.others
    losses = pd.concat([shown["loss"], shown["held_out_loss"]]).dropna()
    if len(losses):
        upper.set_yscale("log")
        logarithmic(upper.yaxis, upper.get_ylim())
    upper.set_ylabel("physics loss")
    lower.set_ylabel("experts alive")
    lower.set_xlabel("step, over all phases")
    most = max(frame["experts"].max() for frame in (mine, data.others) if len(frame))
    lower.set_ylim(0, 1.1 * max(1, most))
    lower.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    lower.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    last = max(frame["step"].max() for frame in (mine, data.others) if len(frame))
    lower.set_xlim(0, max(1, last))
    _phases(upper, lower, data.phases)
    figure.legend(*upper.get_legend_handles_labels(), loc="outside lower center", ncols=3)


def _mine(upper: Axes, lower: Axes, data: Learning) -> None:
    mine = data.mine
    known = mine.dropna(subset=["held_out_loss"])
    thin: Any = {"color": INK, "linewidth": 0.8, "alpha": 0.7, "label": "loss"}
    thick: Any = {"color": HIGHLIGHT, "linewidth": 2, "label": "held-out loss"}
    for look, rows, column in ((thin, mine, "loss"), (thick, known, "held_out_loss")):
        rows = rows.dropna(subset=[column])
        upper.plot(rows["step"], rows[column], marker=_marker(rows), clip_on=False, **look)
    if data.kept is not None:
        ring: Any = {"markersize": 9, "markeredgewidth": 1.8, "clip_on": False, "zorder": 5}
        upper.plot(
            data.kept.step,
            data.kept.loss,
            "o",
            color=INK,
            markerfacecolor="none",
            label="kept",
            linestyle="none",
            **ring,
        )
    steps, counts = learning.alive(mine, data.drops)
    lower.step(steps, counts, where="post", color=HIGHLIGHT, linewidth=2, marker=_marker(mine))
    lower.plot(
        steps[1:-1],
        counts[1:-1],
        "v",
        color=HIGHLIGHT,
        markeredgecolor=INK,
        markersize=5,
        label="drop",
    )


def _others(ax: Axes, data: Learning, column: str) -> None:
    known = data.others.dropna(subset=[column])
    if known.empty:
        return
    sns.lineplot(
        data=known, x="step", y=column, units="run", estimator=None, color=QUIET, alpha=0.35,
        linewidth=0.8, drawstyle="steps-post" if column == "experts" else "default", ax=ax,
    )  # fmt: skip
    ax.lines[0].set_label(f"other {data.things}s")
    for line, (run, rows) in zip(ax.lines, known.groupby("run", sort=False), strict=True):
        tell(line, [f"{data.things} {run}"])
        if marker := _marker(rows):
            line.set(marker=marker, alpha=0.7)


def _marker(rows: pd.DataFrame) -> str:
    """A dot where there is one record, of which no line can be drawn."""
    return "." if len(rows) == 1 else ""


def _phases(upper: Axes, lower: Axes, phases: tuple[Phase, ...]) -> None:
    """Bands behind the curves; a name above its band, in the lowest line that has room."""
    left, right = lower.get_xlim()
    ends: list[float] = []  # how far each line of names is taken
    for index, phase in enumerate(phases):
        name, start, end = phase.name, phase.start, phase.end
        for ax in (upper, lower):
            tell(ax.axvspan(start, end, color=_BANDS[index % 2], zorder=0), [name])
            ax.grid(visible=False, axis="x")
        middle, half = (start + end) / 2, len(name) * _LETTER * (right - left) / 2
        line = next((i for i, taken in enumerate(ends) if taken < middle - half), len(ends))
        ends[line : line + 1] = [middle + half]
        upper.annotate(
            name,
            (middle, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4 + 12 * line),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Physics loss and number of experts alive against the step, of run 0001-0. warm-up to ...
    """
    data = summarise(report)
    if data is None:
        return []
    phases = ", ".join(f"{one.name} to step {one.end:.0f}" for one in data.phases)
    whose = f"run {data.run}" if data.run else "the runs, none of which was completed"
    return [
        Picture(
            "learning_curves",
            "Learning curves",
            f"Physics loss and number of experts alive against the step, of {whose}. {phases}.",
            _reading(report, data),
            SIZE,
            partial(draw, data),
        )
    ]


def _reading(report: Report, data: Learning) -> str:
    """Of the marks that are there, and no others."""
    said = []
    if len(data.mine):
        said.append("Black: loss on the points of the step. Red: loss on points never trained on.")
    said += _of_kept(report, data)
    if data.others["held_out_loss"].notna().any():
        said.append(f"Grey: held-out losses of {_others_in_words(report, data)}.")
    if data.phases:
        said.append("Shaded: the phases.")
    said += [f"A jump at the start of the {one}." for one in data.jumps]
    if data.drops:
        said.append("Below: each triangle is one drop, at the step at which it happened.")
    return " ".join(said)


def _of_kept(report: Report, data: Learning) -> list[str]:
    """Where the ring is, or why there is none."""
    if data.kept is None:
        if report.best is None or data.mine.empty or not learning.is_corrected(report.best.run):
            return []
        return [
            f"The state that was kept ({number(report.best.run['held_out_loss'])}) is on no "
            "curve: it was corrected, and training went on without the correction."
        ]
    step, loss, before = data.kept.step, number(data.kept.loss), data.kept.before
    from_before = f" is that from before the {before}," if before else ","
    more = float(data.mine["step"].iloc[-1]) - step
    later = f"; {plural(round(more), 'step')} more brought nothing better" if more > 0 else ""
    return [f"Ring: the state that was kept{from_before} step {step:.0f} ({loss}){later}."]


def _others_in_words(report: Report, data: Learning) -> str:
    """How many of the others have a curve, and why not all of them."""
    there = len(_alike(report)) - (data.run is not None)
    history = report.records.history.dropna(subset=["held_out_loss"])
    measured = set(history["run"]) & set(_alike(report)) - {data.run}
    drawn = data.others.dropna(subset=["held_out_loss"])["run"].nunique()
    without = there - len(measured)
    if drawn == there:
        return f"the other {data.things}s" if there > 1 else f"the other {data.things}"
    told = f"{drawn:,} of the {there:,} other {data.things}s"
    return f"{told}; of {without:,} nothing was measured on the way" if without else told
