"""The picture: error against wall time, one panel a problem and one line a method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from experiments.training import settings
from experiments.training.runs import Run, Runs, of
from nas import problems
from nas.files import whole
from nas.reports import style

Array = NDArray[np.float64]

WIDTH, HEIGHT = 3.9, 3.7  # inches of a panel
GRID = 120  # times at which medians are taken
WORST = 2.0  # error; there is nothing to see above

# Okabe and Ito's colours (2008), in the order of drawing: ours is on top.
COLOURS: Mapping[str, str] = {
    settings.DEEPXDE: "#D55E00",
    settings.ONE: "#CC79A7",
    "Adam warm-up": "#E69F00",
    settings.POOL: "#0072B2",
}


@dataclass(frozen=True)
class Line:
    """A method's errors on one problem.

    Parameters
    ----------
    seconds, median
        Times (T,), and the median (T,) over the seeds of the error known by then.
    seeds
        The curve of each seed: seconds and errors.
    """

    seconds: Array
    median: Array
    seeds: Sequence[tuple[Array, Array]]


def lines(runs: Runs, problem: str) -> dict[str, Line]:
    """The lines of a panel, in the order of drawing."""
    return {method: line(found) for method in COLOURS if (found := of(runs, problem, method))}


def line(runs: Sequence[Run]) -> Line:
    """The seeds of one method: what ends early keeps its last error."""
    seeds = [
        (
            np.array([point.seconds for point in run.curve]),
            np.array([point.error for point in run.curve]),
        )
        for run in runs
    ]
    begin = max(float(seconds[0]) for seconds, _ in seeds)
    end = max(float(seconds[-1]) for seconds, _ in seeds)
    grid = np.linspace(begin, end, GRID)
    known = [errors[np.searchsorted(seconds, grid, side="right") - 1] for seconds, errors in seeds]
    return Line(grid, np.median(known, axis=0), seeds)


def draw(panel: Mapping[str, Line], problem: str, axes: Axes) -> None:
    """One panel: the median thick, the seeds thin."""
    low = settings.TARGETS[problem]
    axes.axhline(low, color=style.QUIET, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        "target",
        (0, low),  # where no curve is as low yet
        xycoords=("axes fraction", "data"),
        xytext=(4, -3),
        textcoords="offset points",
        va="top",
        color=style.QUIET,
        fontsize=8,
    )
    for method, one in panel.items():
        colour = COLOURS[method]
        ours = method == settings.POOL
        for seconds, errors in one.seeds if len(one.seeds) > 1 else ():
            axes.plot(seconds, _shown(errors), color=colour, linewidth=0.7, alpha=0.35)
        axes.plot(
            one.seconds,
            _shown(one.median),
            color=colour,
            linewidth=2.6 if ours else 1.8,
            label=method,
            solid_joinstyle="round",
        )
        low = min([low, *one.median, *(errors.min() for _, errors in one.seeds)])
    axes.set_yscale("log")
    axes.set_ylim(low / 2, WORST)
    axes.set_xlim(0, settings.BUDGETS[problem])
    axes.set_title(problems.load(problem).title)
    axes.set_xlabel("wall time [s]")
    style.logarithmic(axes.yaxis, (low / 2, WORST))


def write(path: Path, runs: Runs) -> None:
    """Write the picture; its format is the path's ending."""
    panels = {problem: panel for problem in settings.BUDGETS if (panel := lines(runs, problem))}
    with mpl.rc_context(style.RC):
        canvas = Canvas(figsize=(WIDTH * max(len(panels), 1), HEIGHT))
        row = canvas.subplots(1, max(len(panels), 1), squeeze=False)[0]
        for axes, (problem, panel) in zip(row, panels.items(), strict=False):
            draw(panel, problem, axes)
        row[0].set_ylabel("relative L2 error")
        named = {
            label: handle
            for axes in row
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        order = [method for method in reversed(list(COLOURS)) if method in named]
        if order:
            canvas.legend(
                [named[method] for method in order],
                order,
                loc="outside upper center",
                ncols=len(order),
            )
        with whole(path) as temporary:
            ending = path.suffix.lstrip(".")
            # Without a date, the same runs give the same file.
            metadata = {"Date": None} if ending == "svg" else None
            canvas.savefig(temporary, format=ending, metadata=metadata, dpi=150)


def _shown(errors: Array) -> Array:
    """Errors that a logarithmic axis can show; others are a gap."""
    shown: Array = np.where(np.isfinite(errors), errors, np.nan)
    return shown
