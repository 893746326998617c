"""The picture: how many times better than its target each figure is."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from experiments.benchmarks.figures import Figure
from experiments.benchmarks.table import cells
from nas.files import whole
from nas.reports import style

MET, MISSED = "#0072B2", "#D55E00"
WIDTH, ROW = 9.5, 0.32  # inches
MOST = 20.0  # times better; a pause too short to be seen would be at infinity


def bars(figures: Sequence[Figure]) -> list[tuple[Figure, float]]:
    """The figures with a target, and how many times better than it each is, `MOST` at most."""
    found = [(figure, figure.times_better) for figure in figures]
    return [(figure, min(times, MOST)) for figure, times in found if times is not None]


def draw(figures: Sequence[Figure], axes: Axes) -> None:
    """One line a figure, from its target to what was measured, on a logarithmic axis."""
    rows = bars(figures)
    top = max([2.0, *(times for _, times in rows)])
    bottom = min([0.5, *(times for _, times in rows)])
    for index, (figure, times) in enumerate(rows):
        colour = MET if times >= 1 else MISSED
        axes.plot([1, times], [index, index], color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot(times, index, "o", color=colour, markersize=8)
        _, _, measured, target, _ = cells(figure)
        _beside(axes, index, measured, target, style.INK)
    _beside(axes, -1, "measured", "target", style.QUIET)
    axes.axvline(1, color=style.INK, linewidth=1.2)
    for text, aligned in (("missed  ", "right"), ("  met", "left")):
        axes.text(1, -1, text, ha=aligned, va="center_baseline", color=style.QUIET, fontsize=9)
    axes.set_xscale("log")
    axes.set_xlim(bottom / 1.25, top * 1.25)
    axes.set_ylim(len(rows) - 0.4, -1.4)
    axes.set_yticks(range(len(rows)), [f"{f.case}: {f.figure}" for f, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.set_xlabel("times better than the target")


def _beside(axes: Axes, index: int, measured: str, target: str, colour: str) -> None:
    """Two columns to the right of the axes, at row ``index``."""
    for x, text in ((1.18, measured), (1.34, target)):
        axes.annotate(
            text,
            (x, index),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center_baseline",
            color=colour,
            fontsize=9,
        )


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Write the picture; its format is the path's ending."""
    rows = max(len(bars(figures)), 1)
    with mpl.rc_context(style.RC):
        canvas = Canvas(figsize=(WIDTH, ROW * (rows + 1) + 0.8))
        draw(figures, canvas.subplots())
        with whole(path) as temporary:
            ending = path.suffix.lstrip(".")
            # Without a date, the same figures give the same file.
            metadata = {"Date": None} if ending == "svg" else None
            canvas.savefig(
                temporary, format=ending, metadata=metadata, dpi=150, bbox_inches="tight"
            )
