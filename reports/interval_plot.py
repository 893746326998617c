"""What the figures per level share: one dot with its interval for each level of an axis."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nas.reports.style import INK, QUIET, level_colours
from nas.reports.words import number
from nas.search_spaces import Axis


@dataclass(frozen=True)
class Levels:
    """Estimates for one axis, one per level, with intervals (NaN where there is none).

    Examples
    --------
    >>> from nas.reports import example
    >>> from nas.reports.figures import importance
    >>> _, by_depth, _ = importance.summarise(example.report())
    >>> by_depth.levels, by_depth.notes, by_depth.neutral
    (('1', '2'), ('6 in 3 runs', '6 in 3 runs'), 1.0)
    >>> by_depth.spoken()
    '1: 0.82 (0.77 to 0.87); 2: 1.18 (1.13 to 1.23)'
    """

    axis: Axis
    levels: tuple[str, ...]
    notes: tuple[str, ...]  # under each level's name: how many it rests on
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    measured: str  # what the values are
    span: tuple[float, float] | None  # of the values, where it is known
    neutral: float | None  # where a level without effect would stand
    most: int  # levels of the axis that has most: figures side by side are equally high

    @property
    def height(self) -> float:
        return 1.0 + 0.44 * self.most

    def reading(self, dot: str, bar: str, neutral: str = "") -> str:
        """How to read the marks that there are: dots, bars, and the dashed line."""
        bars = bool(np.isfinite([*self.low, *self.high]).any())
        return " ".join(filter(None, [f"Dot: {dot}.", f"Bar: {bar}." if bars else "", neutral]))

    def spoken(self) -> str:
        """The values in words, for the alternative text."""
        return "; ".join(
            f"{level}: {number(value)}"
            + ("" if np.isnan(low) else f" ({number(low)} to {number(high)})")
            for level, value, low, high in zip(
                self.levels, self.value, self.low, self.high, strict=True
            )
        )


def of(
    table: pd.DataFrame,
    axis: Axis,
    column: str,
    notes: list[str],
    measured: str,
    span: tuple[float, float] | None = None,
    neutral: float | None = None,
) -> Levels:
    """`Levels` of ``table``'s rows of ``axis``, with ``column`` as the value.

    Examples
    --------
    >>> from nas.search_spaces import AXES
    >>> table = pd.DataFrame({"axis": "depth", "level": ["2", "3"], "rate": [0.9, 0.2],
    ...                       "low": [0.8, 0.1], "high": [0.95, 0.4]})
    >>> of(table, AXES[1], "rate", ["9 of 10", "2 of 10"], "share that survived").value
    (0.9, 0.2)
    """
    rows = table[table["axis"] == axis.name]
    value, low, high = (tuple(map(float, rows[name])) for name in (column, "low", "high"))
    most = int(table.groupby("axis")["level"].size().max())
    levels = tuple(rows["level"])
    return Levels(axis, levels, tuple(notes), value, low, high, measured, span, neutral, most)


def draw(data: Levels, figure: Figure) -> None:
    """Horizontal dots with intervals, the first level on top.

    Examples
    --------
    >>> from nas.reports import example
    >>> from nas.reports.figures import importance
    >>> figure = Figure()
    >>> draw(next(importance.summarise(example.report())), figure)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['sine\\n6 in 3 runs', 'tanh\\n6 in 3 runs']
    """
    ax = figure.subplots()
    colours = level_colours(data.axis, data.levels)
    if data.neutral is not None:
        ax.axvline(data.neutral, color=QUIET, linewidth=1, linestyle="--", zorder=1)
    for index, level in enumerate(data.levels):
        low, high, value = data.low[index], data.high[index], data.value[index]
        if np.isfinite(low) and np.isfinite(high):
            ax.plot([low, high], [index, index], color=colours[level], linewidth=3, alpha=0.55)
        ax.plot(value, index, "o", color=colours[level], markersize=8, markeredgecolor=INK)
    labels = [f"{name}\n{note}" for name, note in zip(data.levels, data.notes, strict=True)]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.set_xlim(*(data.span or _room(data)))
    ax.set_xlabel(data.measured)
    ax.set_ylabel(data.axis.name)


def _room(data: Levels) -> tuple[float, float]:
    """From zero to the greatest end that is drawn, with room for a whole dot at both."""
    ends = np.array([*data.value, *data.high, data.neutral or 0.0])
    most = float(ends[np.isfinite(ends)].max()) or 1.0
    return -0.03 * most, 1.03 * most
