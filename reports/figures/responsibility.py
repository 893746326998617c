"""Who is responsible where: at each point, the expert with the largest weight."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from nas.reports import solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import HUED, expert_colours, ink_on
from nas.reports.words import percent

SECTION = "subset"
ORDER = 3
_LEAST = 0.01  # share of the domain below which a region is too small to number


@dataclass(frozen=True)
class Responsibility:
    """``winner`` (Y, X): index in ``where.experts`` of the largest weight, NaN outside."""

    where: SolutionMap
    winner: solution_map.Array
    share: dict[int, float]  # candidate -> share of the domain where it leads


def summarise(report: Report) -> Responsibility | None:
    """The largest weight at each point; None for a single expert, who leads everywhere."""
    data = report.map
    if data is None or len(data.experts) < 2:
        return None
    weights = np.stack([data.values[f"weight.{c}"] for c in data.experts])
    inside = np.isfinite(weights).all(axis=0)
    winner = np.where(inside, np.where(inside, weights, 0.0).argmax(axis=0), np.nan)
    known = max(int(inside.sum()), 1)
    share = {c: float((winner == i).sum() / known) for i, c in enumerate(data.experts)}
    return Responsibility(data, winner, share)


def draw(data: Responsibility, figure: Figure) -> None:
    """Regions in the hues of the experts' levels, numbered, so that hues need not tell all."""
    figure.set_layout_engine("compressed")  # panels of fixed shape
    ax = figure.subplots()
    where = data.where
    colours = expert_colours([(c, where.hued[c]) for c in where.experts])
    palette = ListedColormap([colours[c] for c in where.experts])
    last = len(where.experts) - 0.5
    solution_map.image(ax, where, data.winner, palette, -0.5, last, "largest weight")
    left, right, bottom, top = where.extent
    for index, candidate in enumerate(where.experts):
        if data.share[candidate] >= _LEAST:
            across, up = _middle(data.winner == index)
            ax.text(
                left + across * (right - left),
                bottom + up * (top - bottom),
                f"#{candidate}",
                ha="center",
                va="center",
                color=ink_on(colours[candidate]),
            )
    leading = [c for c in where.experts if data.share[c] > 0]
    handles = [
        Patch(color=colours[c], label=f"{where.names[c]} · {percent(data.share[c])}")
        for c in leading
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=1)


def pictures(report: Report) -> list[Picture]:
    data = summarise(report)
    if data is None:
        return []
    leading = [c for c in data.where.experts if data.share[c] > 0]
    spoken = "; ".join(f"{data.where.names[c]} on {percent(data.share[c])}" for c in leading)
    return [
        Picture(
            "responsibility",
            "Responsibility",
            f"Which expert has the largest weight where, by share of the domain: {spoken}.",
            "Each region belongs to the expert with the largest weight there; percentages are "
            f"shares of the domain. Hues are {HUED.plural}. An expert that leads nowhere can "
            "still matter: see its weights.",
            (3.6, 1.5 + 2.5 * data.where.ratio + 0.2 * len(leading)),
            partial(draw, data),
        )
    ]


def _middle(region: NDArray[np.bool_]) -> tuple[float, float]:
    """The point of ``region`` (Y, X) furthest from its edge, as shares of width and height."""
    depth = distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1]
    up, across = np.unravel_index(int(np.argmax(depth)), region.shape)
    return (float(across) + 0.5) / region.shape[1], (float(up) + 0.5) / region.shape[0]
