"""Kaplan–Meier curves: the share of experts still alive at each step, per level."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from nas.campaign.records import Records
from nas.reports.figures import Picture
from nas.reports.style import level_colours
from nas.reports.survival import FACTORS, kaplan_meier
from nas.reports.words import percent

SECTION = "survival"
ORDER = 2
SIZE = (4.0, 3.5)
_DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Curves:
    """Of one factor: per level the columns step, alive, low, high of `kaplan_meier`."""

    factor: str
    curves: dict[str, pd.DataFrame]


def summarise(records: Records) -> Iterator[Curves]:
    """The curves of each factor that was seen."""
    table = kaplan_meier(records.experts)
    for factor in FACTORS:
        rows = table[table["factor"] == factor]
        if len(rows):
            yield Curves(
                factor, {str(level): curve for level, curve in rows.groupby("level", sort=False)}
            )


def draw(data: Curves, figure: Figure) -> None:
    """Steps with bands; line styles differ too, for those who do not see the colours."""
    ax = figure.subplots()
    colours = level_colours(data.factor, list(data.curves))
    for index, (level, curve) in enumerate(data.curves.items()):
        ax.fill_between(
            curve["step"], curve["low"], curve["high"], step="post", alpha=0.1, color=colours[level]
        )
        ax.step(
            curve["step"],
            curve["alive"],
            where="post",
            linewidth=2,
            linestyle=_DASHES[index % len(_DASHES)],
            color=colours[level],
            label=level,
        )
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlim(left=0)
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel("step of the search")
    ax.set_ylabel("share still alive")
    figure.legend(loc="outside lower center", ncols=3, handlelength=2.5)


def pictures(records: Records) -> list[Picture]:
    return [
        Picture(
            f"kaplan_meier_{data.factor}",
            f"Kaplan–Meier by {data.factor}",
            f"Share of experts still alive against the step, by {data.factor}. At the last step: "
            + "; ".join(f"{k} {percent(c['alive'].iloc[-1])}" for k, c in data.curves.items())
            + ".",
            "Each fall of a line is a drop. Bands: 95 % pointwise intervals. Experts of runs "
            "that ended early count for as long as they lasted; where a band is wide, few were "
            "left to judge by.",
            SIZE,
            partial(draw, data),
        )
        for data in summarise(records)
    ]
