"""Survivors per activation and shape: where in the space the subsets come from."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from nas.campaign.records import Records
from nas.reports.figures import Picture
from nas.reports.style import WEIGHT_COLOURS
from nas.reports.survival import completed

SECTION = "survival"
ORDER = 4


@dataclass(frozen=True)
class Combinations:
    """Rows: depth × width; columns: activations. NaN rates where no expert was tried."""

    rate: pd.DataFrame
    label: pd.DataFrame  # "2/5"


def summarise(records: Records) -> Combinations | None:
    """Counts in completed runs; None where a table would have one row or one column."""
    known = completed(records.experts, records.runs)
    if (
        known[["depth", "width"]].drop_duplicates().shape[0] < 2
        or known["activation"].nunique() < 2
    ):
        return None
    alive = known.assign(alive=known["outcome"] == "survived")
    cells = alive.groupby(["depth", "width", "activation"])["alive"].agg(["sum", "count"])
    cells["rate"] = cells["sum"] / cells["count"]
    cells["label"] = cells["sum"].astype(str) + "/" + cells["count"].astype(str)
    rate = cells["rate"].unstack()
    label = cells["label"].unstack().fillna("")
    rate.index = label.index = pd.Index([f"{d}×{w}" for d, w in rate.index], name="shape")
    return Combinations(rate, label)


def draw(data: Combinations, figure: Figure) -> None:
    """A heat map with the counts written in, since a rate of few says little."""
    ax = figure.subplots()
    sns.heatmap(
        data.rate,
        annot=np.asarray(data.label),
        fmt="",
        vmin=0,
        vmax=1,
        cmap=WEIGHT_COLOURS,
        linewidths=1,
        cbar_kws={"label": "share that survived"},
        ax=ax,
    )
    ax.grid(visible=False)  # it would show through the blank cells
    ax.set_xlabel("activation")
    ax.set_ylabel("depth × width")
    ax.tick_params(axis="y", rotation=0, length=0)
    ax.tick_params(axis="x", rotation=30, length=0)


def pictures(records: Records) -> list[Picture]:
    data = summarise(records)
    if data is None:
        return []
    cells = [
        (rate, f"{name} {shape} {label}")
        for name in data.rate.columns
        for shape, rate, label in zip(
            data.rate.index, data.rate[name], data.label[name], strict=True
        )
        if label
    ]
    best = sorted(cells, key=lambda cell: -cell[0])[:3]
    spoken = "; ".join(text for _, text in best)
    return [
        Picture(
            "combinations",
            "Survivors by architecture",
            f"Survivors of tried experts by activation and shape. Highest shares: {spoken}.",
            "Each cell: survivors / tried, in completed runs. Blank: never tried. A cell with "
            "few tries says little, whatever its colour.",
            (max(4.0, 1.6 + 0.7 * data.rate.shape[1]), 1.4 + 0.34 * data.rate.shape[0]),
            partial(draw, data),
        )
    ]
