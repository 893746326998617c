"""Panels of a map: planes as images, lines as curves, several of them on one figure.

Shapes: Y rows, X columns of a plane; X points of a line.
"""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from nas.reports.solution_map import Array, Slice, SolutionMap
from nas.reports.style import NOTHING, expert_colours

COLUMNS = 2  # of panels: more have letters too small for a small screen
LINE = (4.4, 2.9)  # inches of a figure with one panel of curves
LETTERS = 22  # of a title that fit above a panel
_PAD = 1 / 24  # inches around panels, as matplotlib has it
_BETWEEN = 0.14  # inches more from a row's labels to the titles below
_MIDDLE = (0.4, 1.6)  # sides between which one unit is as long in both directions


def image(
    ax: Axes,
    one: Slice,
    values: Array,
    colours: str | Colormap,
    low: float,
    high: float,
    title: str,
    scale: type[Normalize] = Normalize,
) -> AxesImage:
    """Show ``values`` (Y, X) from ``low`` to ``high``; points outside the domain are hatched.

    Examples
    --------
    >>> from nas.reports import example
    >>> one, ax = example.solution().main, Figure().subplots()
    >>> shown = image(ax, one, one.values["u"], "viridis", -1.0, 1.0, "u")
    >>> shown.get_array().shape, ax.get_title()
    ((3, 5), 'u')
    """
    least, most = _MIDDLE
    (left, right), (bottom, top) = one.ends
    # Behind the image, and unlike any colour of it: where there is no value.
    ax.patch.set(facecolor="white", edgecolor=NOTHING, hatch="////", linewidth=0)
    shown = ax.imshow(
        np.ma.masked_invalid(values),
        cmap=colours,
        norm=scale(low, high),
        extent=(left, right, bottom, top),
        origin="lower",
        aspect="equal" if one.spatial and least <= one.sides <= most else "auto",
    )
    frame(ax, one, title)
    return shown


def frame(ax: Axes, one: Slice, title: str) -> None:
    """Name the axes of a plane and number them sparsely.

    Examples
    --------
    >>> from nas.reports import example
    >>> ax = Figure().subplots()
    >>> frame(ax, example.solution().main, "u")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('x', 'y')
    """
    horizontal, vertical = one.axes
    ax.set_title(title)
    ax.set_xlabel(horizontal)
    ax.set_ylabel(vertical, rotation=0 if len(vertical) < 3 else 90, labelpad=8)
    ax.locator_params(nbins=3)
    ax.grid(visible=False)


def panels(
    figure: Figure, used: int, columns: int, ratios: Sequence[float] | None = None
) -> list[Axes]:
    """``used`` axes in rows of ``columns``; ``ratios`` are the rows' relative heights.

    Examples
    --------
    >>> figure = Figure()
    >>> len(panels(figure, used=3, columns=2)), len(figure.axes)
    (3, 3)
    """
    rows = -(-used // columns)
    between = _BETWEEN / 2 if rows > 1 else 0.0
    figure.set_layout_engine("compressed", h_pad=_PAD + between)  # panels of fixed shape
    axes: list[Axes] = list(
        figure.subplots(rows, columns, squeeze=False, height_ratios=ratios).flat
    )
    for ax in axes[used:]:
        ax.remove()
    return axes[:used]


def heights(slices: Sequence[Slice], columns: int) -> list[float]:
    """The heights of rows of planes, one panel each, over the width of a panel.

    Examples
    --------
    >>> from nas.reports import example
    >>> heights(example.solution().slices * 3, columns=2)
    [0.5, 0.5]
    """
    ratios = [one.ratio for one in slices]
    return [max(ratios[i : i + columns]) for i in range(0, len(ratios), columns)]


def held(one: Slice, letters: int = LETTERS) -> str:
    """What is held on a slice, on as many lines as it needs above a panel.

    Examples
    --------
    >>> from nas.reports import example
    >>> held(example.space().main), held(example.solution().main)
    ('z = 0', '')
    """
    return textwrap.fill(one.held, letters)


def inches(slices: Sequence[Slice], columns: int, width: float, letters: int = LETTERS) -> float:
    """The height of a figure of planes with panels of a width, and a colour bar below.

    Examples
    --------
    >>> from nas.reports import example
    >>> inches(example.space().slices, columns=2, width=2.0)
    2.65
    """
    lines = 1 + max(held(one, letters).count("\n") for one in slices)
    rows = heights(slices, columns)
    return 1.0 + sum(0.48 + 0.17 * lines + width * row for row in rows) + _BETWEEN * (len(rows) - 1)


def ends_only(ax: Axes, one: Slice) -> None:
    """Number the ends of the horizontal axis alone, within it: neighbours are near.

    Examples
    --------
    >>> from nas.reports import example
    >>> ax = Figure().subplots()
    >>> ends_only(ax, example.solution().main)
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['-1', '1']
    """
    ends = one.ends[0]
    ax.set_xticks(ends, [f"{end:.3g}" for end in ends])
    first, last = ax.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


def label_rim(axes: list[Axes], columns: int) -> None:
    """Keep the labels of ``axes``, in rows of ``columns``, at the left and at the foot only.

    Examples
    --------
    >>> from nas.reports import example
    >>> axes = panels(Figure(), used=3, columns=2)
    >>> for ax in axes:
    ...     frame(ax, example.solution().main, "u")
    >>> label_rim(axes, columns=2)
    >>> [(ax.get_xlabel(), ax.get_ylabel()) for ax in axes]
    [('', 'y'), ('x', ''), ('x', 'y')]
    """
    for index, ax in enumerate(axes):
        if index % columns:
            ax.set_ylabel("")
            ax.tick_params(labelleft=False)
        if index + columns < len(axes):
            ax.set_xlabel("")
            ax.tick_params(labelbottom=False)


def curves(figure: Figure, one: Slice, label: str) -> Axes:
    """An axes for curves over a line, with the legend below it: call `key` when they are drawn.

    Examples
    --------
    >>> from nas.reports import example
    >>> ax = curves(Figure(), example.line().main, "u")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('x', 'u')
    """
    ax: Axes = figure.subplots()
    ax.set_xlabel(one.axes[0])
    ax.set_ylabel(label)
    ax.set_xlim(*one.ends[0])
    ax.locator_params(axis="x", nbins=5)
    return ax


def key(figure: Figure, ax: Axes) -> None:
    """Name the curves of ``ax`` below it.

    Examples
    --------
    >>> figure = Figure()
    >>> ax = figure.subplots()
    >>> _ = ax.plot([0, 1], [0, 1], label="prediction")
    >>> key(figure, ax)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['prediction']
    """
    handles, labels = ax.get_legend_handles_labels()
    columns = COLUMNS if len(labels) > 1 else 1
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def looks(where: SolutionMap) -> dict[int, dict[str, Any]]:
    """How the curve of each expert that is shown looks: by the hue of its level, then by dashes.

    Examples
    --------
    >>> from nas.reports import example
    >>> [look["ls"] for look in looks(example.line()).values()]
    ['-', '--']
    """
    colours = expert_colours([(c, where.hued[c]) for c in where.experts])
    dashes = ("-", "--", "-.", ":")
    return {
        c: {"color": colours[c], "lw": 1.8, "ls": dashes[i % len(dashes)]}
        for i, c in enumerate(where.shown())
    }


def of_experts(where: SolutionMap) -> tuple[float, float]:
    """Width and height of a figure with a panel for each expert, or a curve.

    Examples
    --------
    >>> from nas.reports import example
    >>> of_experts(example.solution())
    (4.9, 2.65)
    """
    rows = -(-len(where.shown()) // COLUMNS)
    if where.main.is_line:
        width, height = LINE
        return width, height + 0.2 * rows
    return 4.9, 1.0 + rows * (where.titles() + 2.0 * where.main.ratio)
