"""Share of experts that survived, per level of each axis, with Wilson intervals."""

from collections.abc import Iterator
from functools import partial

from nas.reports import interval_plot
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.rows import each

SECTION = "survival"
ORDER = 1
WIDTH = 4.0
draw = interval_plot.draw


def summarise(report: Report) -> Iterator[interval_plot.Levels]:
    """Survival rates for each axis that was seen.

    Examples
    --------
    >>> from nas.reports import example
    >>> first = next(summarise(example.report()))
    >>> first.levels, first.value, first.notes
    (('sine', 'tanh'), (1.0, 0.0), ('6 of 6', '0 of 6'))
    """
    known, table = report.statistics.completed, report.statistics.rates
    overall = float((known["outcome"] == "survived").mean()) if len(known) else None
    for axis in report.statistics.axes:
        rows = table[table["axis"] == axis.name]
        notes = [f"{row.survived} of {row.experts}" for row in each(rows)]
        if notes:
            measured = "share that survived"
            yield interval_plot.of(table, axis, "rate", notes, measured, (-0.03, 1.03), overall)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[1].alt)  # doctest: +ELLIPSIS
    Share of experts that survived, by depth: 1: 0.5 (0.188 to 0.812); 2: ...
    """
    return [
        Picture(
            f"survival_rates_{data.axis.name}",
            f"Survival by {data.axis.name}",
            f"Share of experts that survived, by {data.axis.name}: {data.spoken()}.",
            data.reading(
                "the share of experts of this level that survived, in completed runs",
                "95 % Wilson interval; where bars overlap, no claim is made",
                "Dashed: the share over all levels.",
            ),
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(report)
    ]
