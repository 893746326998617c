"""Loss, held-out loss and the number of experts alive against the step."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.style import HIGHLIGHT, INK, QUIET, logarithmic

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
    phases: tuple[tuple[str, float, float], ...]  # name, from step, to its last step


def summarise(report: Report) -> Learning | None:
    """Curves of the runs; losses that a logarithm cannot show become gaps.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).phases[:2]
    (('warm-up', 0.0, 50.0), ('gate', 50.0, 100.0))
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
    others = history[history["run"] != run]
    return Learning(run, mine, _some(others), _bands(mine))


def _some(others: pd.DataFrame) -> pd.DataFrame:
    """The curves of at most `MOST_OTHERS` runs, every so many-th."""
    runs = others["run"].unique()
    step = -(-len(runs) // MOST_OTHERS)
    return others[others["run"].isin(runs[::step])] if step > 1 else others


def _alike(report: Report) -> pd.Series:
    """The runs of the kind of the one shown in full: trials, or contestants of a race."""
    runs = report.records.runs
    kind = "selection" if report.best is None else report.best.run["stage"]
    alike: pd.Series = runs.loc[runs["stage"] == kind, "run"]
    return alike


def _bands(mine: pd.DataFrame) -> tuple[tuple[str, float, float], ...]:
    """Each phase from the end of the one before, which is its last record, to its own."""
    last = mine[mine["phase"] != mine["phase"].shift(-1)]
    ends = [float(step) for step in last["step"]]
    starts = [float(step) for step in mine["step"].iloc[:1]] + ends[:-1]
    return tuple(zip(last["phase"].astype(str), starts, ends, strict=True))


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
    _others(upper, data.others, "held_out_loss")
    _others(lower, data.others, "experts")
    mine = data.mine
    if len(mine):
        _mine(upper, lower, mine)
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
    first, last = float(shown["step"].min()), float(shown["step"].max())
    lower.set_xlim(first, max(last, first + 1))
    _phases(upper, lower, data.phases)
    figure.legend(*upper.get_legend_handles_labels(), loc="outside lower center", ncols=3)


def _mine(upper: Axes, lower: Axes, mine: pd.DataFrame) -> None:
    known = mine.dropna(subset=["held_out_loss"])
    upper.plot(mine["step"], mine["loss"], color=INK, linewidth=0.8, alpha=0.7, label="loss")
    upper.plot(
        known["step"], known["held_out_loss"], color=HIGHLIGHT, linewidth=2, label="held-out loss"
    )
    lower.step(mine["step"], mine["experts"], where="post", color=HIGHLIGHT, linewidth=2)


def _others(ax: Axes, others: pd.DataFrame, column: str) -> None:
    known = others.dropna(subset=[column])
    if known.empty:
        return
    sns.lineplot(
        data=known, x="step", y=column, units="run", estimator=None, color=QUIET, alpha=0.35,
        linewidth=0.8, drawstyle="steps-post" if column == "experts" else "default", ax=ax,
    )  # fmt: skip
    ax.lines[0].set_label("other runs")


def _phases(upper: Axes, lower: Axes, phases: tuple[tuple[str, float, float], ...]) -> None:
    """Bands behind the curves; a name above its band, in the lowest line that has room."""
    left, right = lower.get_xlim()
    ends: list[float] = []  # how far each line of names is taken
    for index, (name, start, end) in enumerate(phases):
        for ax in (upper, lower):
            ax.axvspan(start, end, color=_BANDS[index % 2], zorder=0)
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
    phases = ", ".join(f"{name} to step {end:.0f}" for name, _, end in data.phases)
    whose = f"run {data.run}" if data.run else "the runs, none of which was completed"
    return [
        Picture(
            "learning_curves",
            "Learning curves",
            f"Physics loss and number of experts alive against the step, of {whose}. {phases}.",
            "Black: loss on the points of the step. Red: loss on points never trained on. Grey: "
            f"held-out losses of {_others_in_words(report, data)}. Shaded: the phases. Below: each "
            "fall is a drop.",
            SIZE,
            partial(draw, data),
        )
    ]


def _others_in_words(report: Report, data: Learning) -> str:
    there, drawn = len(_alike(report)) - (data.run is not None), data.others["run"].nunique()
    return "the other runs" if drawn >= there else f"{drawn} of the {there:,} other runs"
