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
    """``winner`` (Y, X): index in ``where.experts`` of the largest weight, NaN outside.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())
    >>> data.where.experts, data.winner[0].tolist()  # indices among these, from left to right
    ((2, 0), [0.0, 0.0, 0.0, 1.0, 1.0])
    """

    where: SolutionMap
    winner: solution_map.Array
    share: dict[int, float]  # candidate -> share of the domain where it leads


def summarise(report: Report) -> Responsibility | None:
    """The largest weight at each point; None for a single expert, who leads everywhere.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).share
    {2: 0.6, 0: 0.4}
    """
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
    """Regions in the hues of the experts' levels, numbered, so that hues need not tell all.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['#2', '#0']
    """
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
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Which expert has the largest weight where, ...: #2 sine 2×16 on 60 %; #0 sine 1×8 on 40 %.
    """
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
