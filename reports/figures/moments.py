"""The solution of a problem in one dimension of space at some times."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from nas.campaign.slices import is_time
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import Array, SolutionMap
from nas.reports.style import INK, ramp
from nas.reports.words import listed

SECTION = "solution"
ORDER = 4
_TIMES = 5


@dataclass(frozen=True)
class Moments:
    """Curves over space (X,): the prediction at each time and, where known, the reference.

    Examples
    --------
    >>> from nas.reports import example
    >>> (data,) = summarise(example.report("space-time"))
    >>> data.field, data.space, data.times
    ('u', 'x', (0.0, 0.5, 1.0))
    """

    field: str
    space: str
    time: str
    times: tuple[float, ...]
    across: Array
    predicted: tuple[Array, ...]
    reference: tuple[Array, ...] | None


def summarise(report: Report) -> list[Moments]:
    """Each field at times from the first to the last; nothing where a plane has no time.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report())
    []
    """
    data = report.map
    if data is None or len(data.slices) > 1 or data.main.is_line or not is_time(data.main.axes[0]):
        return []
    return [_of(data, field) for field in data.fields]


def draw(data: Moments, figure: Figure) -> None:
    """Early curves light, late ones dark; the reference dashed.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report("space-time"))[0], figure)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['t = 0', 't = 0.5', 't = 1', 'reference']
    """
    ax = figure.subplots()
    colours = ramp(len(data.times))
    for moment, values, colour in zip(data.times, data.predicted, colours, strict=True):
        ax.plot(data.across, values, color=colour, lw=2, label=f"{data.time} = {moment:.3g}")
    for values in data.reference or ():
        (line,) = ax.plot(data.across, values, color=INK, lw=1, ls=(0, (4, 3)))
    if data.reference:
        line.set_label("reference")
    ax.set_xlabel(data.space)
    ax.set_ylabel(data.field)
    ax.set_xlim(data.across[0], data.across[-1])
    ax.locator_params(axis="x", nbins=5)
    figure.legend(loc="outside lower center", ncols=3)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report("space-time"))[0].alt)
    Predicted u over x at t = 0, 0.5 and 1.
    """
    return [
        Picture(
            f"moments_{data.field}",
            f"{data.field} at some times",
            f"Predicted {data.field} over {data.space} at {data.time} = "
            f"{listed([f'{moment:.3g}' for moment in data.times])}.",
            "Light to dark: early to late."
            + (" Dashed: the reference at the same times." if data.reference else ""),
            (4.4, 3.3),
            partial(draw, data),
        )
        for data in summarise(report)
    ]


def _of(data: SolutionMap, field: str) -> Moments:
    plane = data.main
    time, space = plane.axes
    values = plane.values[field]
    count = values.shape[1]
    indices = sorted({round(i) for i in np.linspace(0, count - 1, min(_TIMES, count))})
    times = np.linspace(*plane.ends[0], count)[indices]
    truth = plane.values.get(f"{field}.reference")
    return Moments(
        field,
        space,
        time,
        tuple(map(float, times)),
        np.linspace(*plane.ends[1], len(values)),
        tuple(values[:, i] for i in indices),
        None if truth is None else tuple(truth[:, i] for i in indices),
    )
