"""Mean final importance per activation, depth and width, against the equal share."""

from collections.abc import Iterator
from functools import partial

from nas.campaign.records import Records
from nas.reports import levels
from nas.reports.figures import Picture
from nas.reports.rows import each
from nas.reports.survival import FACTORS, importance
from nas.reports.words import plural

SECTION = "survival"
ORDER = 3
WIDTH = 4.0
draw = levels.draw


def summarise(records: Records) -> Iterator[levels.Levels]:
    """Mean relative importance of each factor that was seen."""
    table = importance(records.experts, records.runs)
    for factor in FACTORS:
        rows = table[table["factor"] == factor]
        notes = [f"{row.experts} in {plural(row.runs, 'run')}" for row in each(rows)]
        if notes:
            yield levels.of(table, factor, "relative", notes, "equal shares", neutral=1.0)


def pictures(records: Records) -> list[Picture]:
    return [
        Picture(
            f"importance_{data.factor}",
            f"Final importance by {data.factor}",
            f"Mean final importance by {data.factor}, in equal shares: {data.spoken()}.",
            "Dot: the smoothed mean weight at the end of the selection, before the fine-tuning, in "
            "shares of 1 / (experts in the pool), so that pools of different sizes "
            "compare; who was dropped counts as 0. Dashed: the equal share. "
            "Bar: 95 % interval over runs (Student's t).",
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(records)
    ]
