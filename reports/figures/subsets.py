"""The selected subset beside random ones, that of the best single networks, and the pool."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.style import HIGHLIGHT, INK, QUIET, logarithmic
from nas.reports.validation_statistics import error, unit, validated
from nas.reports.words import number, plural

SECTION = "validation"
ORDER = 1
WIDTH = 4.8
UNITS = {"relative_l2": "relative L2 error", "held_out_loss": "held-out loss"}

# What stands beside the selected subset: label, colour, marker, size.
SHOWN: Mapping[str, tuple[str, str, str, float]] = {
    "random": ("random subsets", QUIET, "o", 5),
    "all": ("whole pool, never pruned", "#56B4E9", "s", 8),
    "best": ("subset of the best single networks", "#009E73", "D", 8),
    "longest": ("best single network, as long as the search", "#E69F00", "^", 8),
    "selected": ("selected subset, from scratch", HIGHLIGHT, "o", 10),
}


@dataclass(frozen=True)
class Subsets:
    """Errors by run and kind, and what the errors are.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())
    >>> data.axis, [round(end, 3) for end in data.span]
    ('relative L2 error', [0.021, 0.1])
    """

    runs: tuple[str, ...]
    errors: dict[str, tuple[tuple[int, float], ...]]  # kind -> (index of the run, error)
    axis: str

    @property
    def span(self) -> tuple[float, float]:
        values = [value for points in self.errors.values() for _, value in points]
        return min(values), max(values)

    @property
    def height(self) -> float:
        return 2.4 + 0.5 * len(self.runs)


def summarise(report: Report) -> Subsets:
    """All subsets that were trained to the end, beside the validated runs.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())  # without the random subset that failed
    >>> {kind: len(points) for kind, points in data.errors.items()}
    {'random': 2, 'all': 1, 'best': 1, 'longest': 1, 'selected': 1}
    """
    records = report.records
    done = records.subsets[records.subsets["run"].isin(validated(records))]
    done = done.assign(error=error(records, done))
    done = done[(done["error"] > 0) & np.isfinite(done["error"])]
    runs = tuple(sorted(done["run"].unique()))
    errors = {
        kind: tuple((runs.index(row.run), float(row.error)) for row in each(rows))
        for kind in SHOWN
        if len(rows := done[done["kind"] == kind])
    }
    return Subsets(runs, errors, UNITS[unit(records)])


def draw(data: Subsets, figure: Figure) -> None:
    """A line for each run, a mark for each subset.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['0001-0']
    """
    ax = figure.subplots()
    for kind, points in data.errors.items():
        label, colour, marker, size = SHOWN[kind]
        edge = "none" if kind == "random" else INK
        ax.plot(
            [value for _, value in points],
            [index for index, _ in points],
            linestyle="none",
            marker=marker,
            markersize=size,
            color=colour,
            markeredgecolor=edge,
            alpha=0.6 if kind == "random" else 1,
            label=label,
        )
    ax.set_xscale("log")
    logarithmic(ax.xaxis, data.span)
    ax.set_yticks(range(len(data.runs)), data.runs)
    ax.set_ylim(len(data.runs) - 0.4, -0.6)
    ax.set_xlabel(data.axis)
    ax.set_ylabel("run")
    figure.legend(loc="outside upper center", ncols=1)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Errors of subsets trained from scratch beside 1 run: random subsets, median 0.0724; ...
    """
    data = summarise(report)
    if not data.runs:
        return []
    return [
        Picture(
            "subsets",
            "The selected subset beside others",
            f"Errors of subsets trained from scratch beside {plural(len(data.runs), 'run')}: "
            f"{'; '.join(_spoken(data))}.",
            "Each mark is a subset trained from scratch without a penalty on experts. Left is "
            "better"
            + (": a good choice lies left of most grey dots." if "random" in data.errors else "."),
            (WIDTH, data.height),
            partial(draw, data),
        )
    ]


def _spoken(data: Subsets) -> Iterator[str]:
    for kind, points in data.errors.items():
        values = pd.Series([value for _, value in points])
        yield f"{SHOWN[kind][0]}, median {number(float(values.median()))}"
