"""The selected team beside random teams, the team of the best single networks and the pool."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nas.campaign.records import Records
from reports.figures import Picture
from reports.rows import each
from reports.style import HIGHLIGHT, INK, QUIET, logarithmic
from reports.trust import error, unit, validated
from reports.words import number, plural

SECTION = "trust"
ORDER = 1
WIDTH = 4.8
AXES = {"relative_l2": "relative L2 error", "held_out_loss": "held-out loss"}

# What stands beside the selected team: label, colour, marker, size.
SHOWN: Mapping[str, tuple[str, str, str, float]] = {
    "random": ("random teams", QUIET, "o", 5),
    "all": ("whole pool, never pruned", "#56B4E9", "s", 8),
    "best": ("team of the best single networks", "#009E73", "D", 8),
    "longest": ("best single network, as long as the search", "#E69F00", "^", 8),
    "selected": ("selected team, from scratch", HIGHLIGHT, "o", 10),
}


@dataclass(frozen=True)
class Teams:
    """Errors by run and kind, and what the errors are."""

    runs: tuple[str, ...]
    errors: dict[str, tuple[tuple[int, float], ...]]  # kind -> (place of the run, error)
    axis: str

    @property
    def span(self) -> tuple[float, float]:
        values = [value for points in self.errors.values() for _, value in points]
        return min(values), max(values)

    @property
    def height(self) -> float:
        return 2.4 + 0.5 * len(self.runs)


def summarise(records: Records) -> Teams:
    """All teams that were trained to the end, beside the validated runs."""
    done = records.teams[records.teams["run"].isin(validated(records))]
    done = done.assign(error=error(records, done))
    done = done[(done["error"] > 0) & np.isfinite(done["error"])]
    runs = tuple(sorted(done["run"].unique()))
    errors = {
        kind: tuple((runs.index(row.run), float(row.error)) for row in each(rows))
        for kind in SHOWN
        if len(rows := done[done["kind"] == kind])
    }
    return Teams(runs, errors, AXES[unit(records)])


def draw(data: Teams, figure: Figure) -> None:
    """A line for each run, a mark for each team."""
    ax = figure.subplots()
    for kind, points in data.errors.items():
        label, colour, marker, size = SHOWN[kind]
        edge = "none" if kind == "random" else INK
        ax.plot(
            [value for _, value in points],
            [place for place, _ in points],
            linestyle="none",
            marker=marker,
            markersize=size,
            color=colour,
            markeredgecolor=edge,
            alpha=0.6 if kind == "random" else 1,
            label=label,
        )
    ax.set_xscale("log")
    logarithmic(ax.xaxis, data.span)
    ax.set_yticks(range(len(data.runs)), data.runs)
    ax.set_ylim(len(data.runs) - 0.4, -0.6)
    ax.set_xlabel(data.axis)
    ax.set_ylabel("run")
    figure.legend(loc="outside upper center", ncols=1)


def pictures(records: Records) -> list[Picture]:
    data = summarise(records)
    if not data.runs:
        return []
    return [
        Picture(
            "teams",
            "The selected team beside others",
            f"Errors of teams trained from scratch beside {plural(len(data.runs), 'run')}: "
            f"{'; '.join(_spoken(data))}.",
            "Each dot is a team trained from scratch without a price on experts. Left is better: a "
            "good choice lies left of most grey dots.",
            (WIDTH, data.height),
            partial(draw, data),
        )
    ]


def _spoken(data: Teams) -> Iterator[str]:
    for kind, points in data.errors.items():
        values = pd.Series([value for _, value in points])
        yield f"{SHOWN[kind][0]}, median {number(float(values.median()))}"
