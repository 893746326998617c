"""Mean final importance per level of each axis, against the equal share."""

from collections.abc import Iterator
from functools import partial

from nas.reports import interval_plot
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.rows import each
from nas.reports.words import plural

SECTION = "survival"
ORDER = 3
WIDTH = 4.0
draw = interval_plot.draw


def summarise(report: Report) -> Iterator[interval_plot.Levels]:
    """Mean relative importance for each axis that was seen.

    Examples
    --------
    >>> from nas.reports import example
    >>> [data.spoken() for data in summarise(example.report())][:2]
    ['sine: 2; tanh: 0', '1: 0.82 (0.77 to 0.87); 2: 1.18 (1.13 to 1.23)']
    """
    table = report.statistics.importance
    for axis in report.statistics.axes:
        rows = table[table["axis"] == axis.name]
        notes = [f"{row.experts} in {plural(row.runs, 'run')}" for row in each(rows)]
        if notes:
            yield interval_plot.of(table, axis, "relative", notes, "equal shares", neutral=1.0)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> [picture.name for picture in pictures(example.report())]
    ['importance_activation', 'importance_depth', 'importance_width']
    """
    return [
        Picture(
            f"importance_{data.axis.name}",
            f"Final importance by {data.axis.name}",
            f"Mean final importance by {data.axis.name}, in equal shares: {data.spoken()}.",
            data.reading(
                "the smoothed mean weight at the end of the selection, before the fine-tuning, in "
                "shares of 1 / (experts in the pool), so that pools of different sizes compare; an "
                "expert that was dropped counts as 0",
                "95 % interval over runs (Student's t)",
                "Dashed: the equal share.",
            ),
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(report)
    ]
