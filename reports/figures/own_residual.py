"""Which single networks learn best alone: rank of the own residual, per level."""

from collections.abc import Iterator
from functools import partial

from nas.campaign.records import Records
from reports import levels
from reports.figures import Picture
from reports.rows import each
from reports.survival import FACTORS, own_residual
from reports.words import plural

SECTION = "single"
ORDER = 1
WIDTH = 4.0
draw = levels.draw


def summarise(records: Records) -> Iterator[levels.Levels]:
    """Mean rank of the own residual, for each factor that was seen."""
    table = own_residual(records.experts, records.runs)
    for factor in FACTORS:
        rows = table[table["factor"] == factor]
        notes = [f"{row.experts} in {plural(row.runs, 'run')}" for row in each(rows)]
        if notes:
            axis = "rank in its run (0 best, 1 worst)"
            yield levels.of(table, factor, "rank", notes, axis, (-0.03, 1.03), 0.5)


def pictures(records: Records) -> list[Picture]:
    return [
        Picture(
            f"own_residual_{data.factor}",
            f"Own residual by {data.factor}",
            f"Mean rank of the own residual by {data.factor}, 0 best and 1 worst: {data.spoken()}.",
            "Dot: the mean rank of an expert's own residual among the experts of its run, "
            "measured after the warm-up, before the gate chose. Left is better. Bar: 95 % "
            "interval over runs (Student's t).",
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(records)
    ]
