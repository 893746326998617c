"""Loss, held-out loss and the number of experts alive against the step."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nas.campaign.records import Records
from reports.figures import Picture
from reports.recommended import find
from reports.style import HIGHLIGHT, INK, QUIET, logarithmic

SECTION = "learning"
ORDER = 1
SIZE = (5.6, 5.4)
_BANDS = ("#F4F4F4", "#E4E9F0")


@dataclass(frozen=True)
class Learning:
    """The run shown in full, its phases, and the other runs for comparison.

    ``mine`` and ``others`` hold the columns run, step, loss, held_out_loss, experts.
    """

    run: str | None
    mine: pd.DataFrame
    others: pd.DataFrame
    phases: tuple[tuple[str, float, float], ...]  # name, from step, to step


def summarise(records: Records) -> Learning | None:
    """Curves of all runs; losses that a logarithm cannot show become gaps."""
    columns = ["run", "phase", "step", "loss", "held_out_loss", "experts"]
    history = records.history[columns].sort_values(["run", "step"], kind="stable")
    if history.empty:
        return None
    for name in ("loss", "held_out_loss"):
        shown = np.isfinite(history[name]) & (history[name] > 0)
        history[name] = history[name].where(shown)
    best = find(records)
    run = None if best is None else best.name
    mine = history[history["run"] == run]
    starts = mine[mine["phase"] != mine["phase"].shift()]
    ends = [*starts["step"].iloc[1:], mine["step"].max()]
    phases = zip(starts["phase"].astype(str), map(float, starts["step"]), ends, strict=False)
    others = history[history["run"] != run]
    return Learning(run, mine, others, tuple((n, a, float(b)) for n, a, b in phases))


def draw(data: Learning, figure: Figure) -> None:
    """Losses above, experts alive below, on one axis of steps."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    for ax, column in ((upper, "held_out_loss"), (lower, "experts")):
        _others(ax, data.others, column)
    shown = data.mine if data.run is not None else data.others
    known = data.mine.dropna(subset=["held_out_loss"])
    upper.plot(
        data.mine["step"], data.mine["loss"], color=INK, linewidth=0.8, alpha=0.6, label="loss"
    )
    upper.plot(
        known["step"], known["held_out_loss"], color=HIGHLIGHT, linewidth=2, label="held-out loss"
    )
    lower.step(data.mine["step"], data.mine["experts"], where="post", color=HIGHLIGHT, linewidth=2)
    losses = pd.concat([data.mine["loss"], data.mine["held_out_loss"]]).dropna()
    losses = losses if len(losses) else data.others["held_out_loss"].dropna()
    if len(losses):
        upper.set_yscale("log")
        logarithmic(upper.yaxis, float(np.log10(losses.max() / losses.min())))
    upper.set_ylabel("physics loss")
    lower.set_ylabel("experts alive")
    lower.set_xlabel("step, over all phases")
    lower.set_ylim(
        0,
        1.1
        * max(
            1,
            data.mine["experts"].max() if len(data.mine) else 1,
            data.others["experts"].max() if len(data.others) else 1,
        ),
    )
    lower.set_xlim(left=float(shown["step"].min()), right=float(shown["step"].max()) or 1.0)
    _phases(upper, lower, data.phases)
    if upper.get_legend_handles_labels()[0]:
        figure.legend(*upper.get_legend_handles_labels(), loc="outside lower center", ncols=3)


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
    """Bands behind the curves; a name above its band, on two lines by turns."""
    for place, (name, start, end) in enumerate(phases):
        for ax in (upper, lower):
            ax.axvspan(start, end, color=_BANDS[place % 2], zorder=0)
            ax.grid(visible=False, axis="x")
        upper.annotate(
            name, ((start + end) / 2, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, 4 + 12 * (place % 2)), textcoords="offset points", ha="center", fontsize=9,
        )  # fmt: skip


def pictures(records: Records) -> list[Picture]:
    data = summarise(records)
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
            "held-out losses of the other runs. Shaded: the phases. Below: each fall is a drop.",
            SIZE,
            partial(draw, data),
        )
    ]
