"""Where the recommended mixture is wrong, if a reference is known."""

from functools import partial

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nas.reports import solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import ERROR_COLOURS, logarithmic
from nas.reports.words import number

SECTION = "subset"
ORDER = 2
SPAN = 1e3  # from the least error that is told apart to the greatest


def summarise(report: Report) -> tuple[SolutionMap, dict[str, solution_map.Array]] | None:
    """Per field the absolute error (Y, X).

    Examples
    --------
    >>> from nas.reports import example
    >>> _, errors = summarise(example.report())
    >>> errors["u"].shape, round(float(errors["u"].max()), 6)
    ((3, 5), 0.01)
    """
    data = report.map
    if data is None or not data.has_reference:
        return None
    values = data.values
    return data, {f: np.abs(values[f] - values[f"{f}.reference"]) for f in data.fields}


def draw(data: tuple[SolutionMap, dict[str, solution_map.Array]], figure: Figure) -> None:
    """One row per field, logarithmic: near a corner the error may be a hundred times as large.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> figure.axes[0].get_title()
    '|u − reference|'
    """
    where, errors = data
    figure.set_layout_engine("compressed")  # panels of fixed shape
    axes = figure.subplots(len(errors), 1, squeeze=False)[:, 0]
    for ax, (field, error) in zip(axes, errors.items(), strict=True):
        _, high = solution_map.limits(error)
        title = f"|{field} − reference|"
        low = high / SPAN
        shown_from = np.maximum(error, low)  # keeps NaN, outside the domain
        shown = solution_map.image(ax, where, shown_from, ERROR_COLOURS, low, high, title, LogNorm)
        bar = figure.colorbar(shown, ax=ax, label="absolute error")
        logarithmic(bar.ax.yaxis, (low, high))


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Absolute error against the reference: u up to 0.01.
    """
    data = summarise(report)
    if data is None:
        return []
    where, errors = data
    spoken = "; ".join(f"{f} up to {number(solution_map.limits(e)[1])}" for f, e in errors.items())
    return [
        Picture(
            "error",
            "Error",
            f"Absolute error against the reference: {spoken}.",
            "Bright: where the prediction is furthest from the reference; dark: a thousandth of "
            "that or less. The reference is "
            "for display only: no decision of the search used it.",
            (3.6, (0.85 + 2.1 * where.ratio) * len(errors) + 0.1),
            partial(draw, data),
        )
    ]
