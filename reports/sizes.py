"""Sizes over the domain on a logarithmic scale: of an error, or of the residual.

Shapes: Y rows, X columns of a plane; X points of a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nas.reports import panels, solution_map
from nas.reports.solution_map import Array, Slice
from nas.reports.style import ERROR_COLOURS, HIGHLIGHT, logarithmic

SPAN = 1e3  # from the least size that is told apart to the greatest


@dataclass(frozen=True)
class Sizes:
    """What is shown on each slice; ``values`` are as the slices are, and not below 0.

    Examples
    --------
    >>> from nas.reports import example
    >>> where = example.solution()
    >>> sizes = Sizes(where.slices, tuple(where.errors("u")), "|u − reference|")
    >>> round(sizes.largest, 6), sizes.inches
    (0.01, (3.6, 2.0))
    """

    slices: tuple[Slice, ...]
    values: tuple[Array, ...]
    name: str

    @property
    def largest(self) -> float:
        """The greatest value anywhere."""
        return solution_map.largest(self.values)

    @property
    def columns(self) -> int:
        """Of panels."""
        return 1 if len(self.slices) == 1 else panels.COLUMNS

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height of the figure."""
        if self.slices[0].is_line:
            return panels.LINE
        rows = panels.heights(self.slices, self.columns)
        if len(rows) == 1 and self.columns == 1:
            return 3.6, 0.95 + 2.1 * rows[0]
        return 4.9, panels.inches(self.slices, self.columns, 1.9)


def draw(data: Sizes, figure: Figure) -> None:
    """A panel for each slice on one scale; near a corner a size may be a hundred times as large.

    Examples
    --------
    >>> from nas.reports import example
    >>> where = example.solution()
    >>> figure = Figure()
    >>> draw(Sizes(where.slices, tuple(where.errors("u")), "|u − reference|"), figure)
    >>> figure.axes[0].get_title()
    '|u − reference|'
    """
    high = data.largest or 1.0  # all are zero
    low = high / SPAN
    shown_from = [np.where(np.isfinite(v), np.maximum(v, low), np.nan) for v in data.values]
    if data.slices[0].is_line:
        _curve(data, figure, shown_from[0], (low, high))
    else:
        _planes(data, figure, shown_from, (low, high))


def _curve(data: Sizes, figure: Figure, values: Array, ends: tuple[float, float]) -> None:
    (one,) = data.slices
    ax = panels.curves(figure, one, data.name)
    ax.set_yscale("log")
    ax.plot(one.across, values, color=HIGHLIGHT)
    ax.set_ylim(ends[0], ends[1] * 1.5)
    logarithmic(ax.yaxis, (ends[0], ends[1] * 1.5))


def _planes(
    data: Sizes, figure: Figure, values: Sequence[Array], ends: tuple[float, float]
) -> None:
    ratios = panels.heights(data.slices, data.columns)
    axes = panels.panels(figure, len(data.slices), data.columns, ratios)
    for ax, one, shown_from in zip(axes, data.slices, values, strict=True):
        title = panels.held(one) or data.name
        shown = panels.image(ax, one, shown_from, ERROR_COLOURS, *ends, title, LogNorm)
    single = len(axes) == 1
    place = {"location": "right"} if single else {"location": "bottom", "shrink": 0.7}
    bar = figure.colorbar(shown, ax=axes, label="" if single else data.name, **place)
    logarithmic(bar.ax.yaxis if single else bar.ax.xaxis, ends)
