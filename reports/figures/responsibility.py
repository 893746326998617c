"""Who is responsible where: at each point, the expert with the largest weight."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from nas.reports import panels
from nas.reports.figures import Picture
from nas.reports.plot_marks import tell
from nas.reports.report import Report
from nas.reports.solution_map import Array, Slice, SolutionMap
from nas.reports.style import HUED, expert_colours, ink_on
from nas.reports.words import percent

SECTION = "subset"
ORDER = 5
_LEAST = 0.01  # share of the domain below which a region is too small to number


@dataclass(frozen=True)
class Responsibility:
    """``winner`` (Y, X) of each slice: index in ``where.experts`` of the largest weight, else NaN.

    Examples
    --------
    >>> from nas.reports import example
    >>> data = summarise(example.report())
    >>> data.where.experts, data.winner[0][0].tolist()  # indices among these, from left to right
    ((2, 0), [0.0, 0.0, 0.0, 1.0, 1.0])
    """

    where: SolutionMap
    winner: tuple[Array, ...]
    share: dict[int, float]  # candidate -> share of what is shown where it leads


def summarise(report: Report) -> Responsibility | None:
    """The largest weight at each point; None for a single expert, who leads everywhere.

    Of a line the weights themselves are curves, of which one sees the highest: None too.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).share
    {2: 0.6, 0: 0.4}
    """
    data = report.map
    if data is None or len(data.experts) < 2 or data.main.is_line:
        return None
    winner = tuple(_leading(one, data.experts) for one in data.slices)
    all_of_them = np.concatenate([index[np.isfinite(index)] for index in winner])
    known = max(len(all_of_them), 1)
    share = {c: float((all_of_them == i).sum() / known) for i, c in enumerate(data.experts)}
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
    slices, columns = data.where.slices, _columns(data)
    axes = panels.panels(figure, len(slices), columns, panels.heights(slices, columns))
    found = expert_colours([(c, data.where.hued[c]) for c in data.where.experts])
    colours = {c: found[c] for c in data.where.experts}
    for ax, one, winner in zip(axes, slices, data.winner, strict=True):
        _regions(ax, one, winner, colours)
    handles = [
        Patch(color=colours[c], label=f"{data.where.names[c]} · {percent(data.share[c])}")
        for c in data.where.experts
        if data.share[c] > 0
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
    shown = "domain" if len(data.where.slices) == 1 else "planes shown"
    return [
        Picture(
            "responsibility",
            "Responsibility",
            f"Which expert has the largest weight where, by share of the {shown}: {spoken}.",
            "Each region belongs to the expert with the largest weight there; percentages are "
            f"shares of the {shown}. Hues are {HUED.plural}. An expert that leads nowhere can "
            "still matter: see its weights.",
            _inches(data, len(leading)),
            partial(draw, data),
        )
    ]


def _leading(one: Slice, experts: tuple[int, ...]) -> Array:
    weights = np.stack([one.values[f"weight.{c}"] for c in experts])
    inside = np.isfinite(weights).all(axis=0)
    return np.where(inside, np.where(inside, weights, 0.0).argmax(axis=0), np.nan)


def _regions(ax: Axes, one: Slice, winner: Array, colours: dict[int, str]) -> None:
    palette, last = ListedColormap(list(colours.values())), len(colours) - 0.5
    title = panels.held(one) or "largest weight"
    shown = panels.image(ax, one, winner, palette, -0.5, last, title)
    names = [f"#{candidate}" for candidate in colours]
    tell(shown, [names[int(i)] if np.isfinite(i) else "" for i in winner.flat])
    (left, right), (bottom, top) = one.ends
    for index, (candidate, colour) in enumerate(colours.items()):
        region = winner == index
        if region.sum() >= _LEAST * np.isfinite(winner).sum() > 0:
            across, up = _middle(region)
            ax.text(
                left + across * (right - left),
                bottom + up * (top - bottom),
                f"#{candidate}",
                ha="center",
                va="center",
                color=ink_on(colour),
            )


def _columns(data: Responsibility) -> int:
    return 1 if len(data.where.slices) == 1 else panels.COLUMNS


def _inches(data: Responsibility, leading: int) -> tuple[float, float]:
    rows = panels.heights(data.where.slices, _columns(data))
    if _columns(data) == 1:
        return 3.6, 1.5 + 2.5 * rows[0] + 0.2 * leading
    return 4.9, panels.inches(data.where.slices, panels.COLUMNS, 1.9) - 0.4 + 0.2 * leading


def _middle(region: NDArray[np.bool_]) -> tuple[float, float]:
    """The point of ``region`` (Y, X) furthest from its edge, as shares of width and height."""
    depth = distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1]
    up, across = np.unravel_index(int(np.argmax(depth)), region.shape)
    return (float(across) + 0.5) / region.shape[1], (float(up) + 0.5) / region.shape[0]
