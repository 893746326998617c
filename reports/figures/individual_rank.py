"""Which single networks learn best alone: rank of the individual loss, per level."""

from collections.abc import Iterator
from functools import partial

from nas.campaign.records import Records
from nas.reports import levels
from nas.reports.figures import Picture
from nas.reports.rows import each
from nas.reports.survival import FACTORS, individual_rank
from nas.reports.words import plural

SECTION = "single"
ORDER = 1
WIDTH = 4.0
draw = levels.draw


def summarise(records: Records) -> Iterator[levels.Levels]:
    """Mean rank of the individual loss, for each factor that was seen."""
    table = individual_rank(records.experts, records.runs)
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
            f"Individual loss by {data.factor}",
            f"Mean rank of the individual loss by {data.factor}, 0 best and 1 worst: {data.spoken()}.",
            "Dot: the mean rank of an expert's individual loss among the experts of its run, "
            "measured after the warm-up, before the gate chose. Left is better. Bar: 95 % "
            "interval over runs (Student's t).",
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(records)
    ]
