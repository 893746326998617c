"""Which single networks learn best: rank of the individual loss, per level."""

from collections.abc import Iterator
from functools import partial

from nas.reports import interval_plot
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.words import plural

SECTION = "single"
ORDER = 1
WIDTH = 4.0
draw = interval_plot.draw


def summarise(report: Report) -> Iterator[interval_plot.Levels]:
    """Mean rank of the individual loss, for each axis that was seen.

    Examples
    --------
    >>> from nas.reports import example
    >>> [data.spoken() for data in summarise(example.report())]
    ['sine: 0.167; tanh: 0.833', '1: 0.667; 2: 0.333', '8: 0.667; 16: 0.333']
    """
    table = report.statistics.individual_rank
    for axis in report.statistics.axes:
        rows = table[table["axis"] == axis.name]
        notes = [f"{row.experts} in {plural(row.runs, 'run')}" for row in each(rows)]
        if notes:
            measured = "rank in its run (0 best, 1 worst)"
            yield interval_plot.of(table, axis, "rank", notes, measured, (-0.03, 1.03), 0.5)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Mean rank of the individual loss by activation, 0 best and 1 worst: sine: 0.167; tanh: 0.833.
    """
    return [
        Picture(
            f"individual_rank_{data.axis.name}",
            f"Individual loss by {data.axis.name}",
            f"Mean rank of the individual loss by {data.axis.name}, 0 best and 1 worst: "
            f"{data.spoken()}.",
            data.reading(
                "the mean rank of an expert's individual loss among the experts of its run, "
                "measured after the warm-up, before the gate chose; left is better",
                "95 % interval over runs (Student's t)",
                "Dashed: the middle.",
            ),
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(report)
    ]
