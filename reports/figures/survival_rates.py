"""Share of experts that survived, per activation, depth and width, with Wilson intervals."""

from collections.abc import Iterator
from functools import partial

from nas.campaign.records import Records
from nas.reports import levels
from nas.reports.figures import Picture
from nas.reports.rows import each
from nas.reports.survival import FACTORS, completed, survival_rates

SECTION = "survival"
ORDER = 1
WIDTH = 4.0
draw = levels.draw


def summarise(records: Records) -> Iterator[levels.Levels]:
    """Survival rates of each factor that was seen."""
    known = completed(records.experts, records.runs)
    table = survival_rates(records.experts, records.runs)
    overall = float((known["outcome"] == "survived").mean()) if len(known) else None
    for factor in FACTORS:
        rows = table[table["factor"] == factor]
        notes = [f"{row.survived} of {row.experts}" for row in each(rows)]
        if notes:
            axis = "share that survived"
            yield levels.of(table, factor, "rate", notes, axis, (-0.03, 1.03), overall)


def pictures(records: Records) -> list[Picture]:
    return [
        Picture(
            f"survival_rates_{data.factor}",
            f"Survival by {data.factor}",
            f"Share of experts that survived, by {data.factor}: {data.spoken()}.",
            "Dot: the share of experts of this level that survived, in completed runs. Bar: "
            "95 % Wilson interval. Dashed: the share over all levels. Where bars overlap, "
            "no claim is made.",
            (WIDTH, data.height),
            partial(draw, data),
        )
        for data in summarise(records)
    ]
