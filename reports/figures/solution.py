"""The recommended mixture's solution, beside the reference where one is known."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nas.reports import panels, solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import Slice, SolutionMap
from nas.reports.style import HIGHLIGHT, INK, SOLUTION_COLOURS

SECTION = "solution"
ORDER = 1
_HATCHED = "Hatched: outside the domain, or the piece of it that the field belongs to."
_PAIRS = 3  # pairs that stand below each other
_KINDS = {"": "prediction", ".reference": "reference"}


def summarise(report: Report) -> list[tuple[SolutionMap, str]]:
    """The map of the recommended run, with each field in turn.

    Examples
    --------
    >>> from nas.reports import example
    >>> [field for _, field in summarise(example.report())]
    ['u']
    """
    data = report.map
    return [] if data is None else [(data, field) for field in data.fields]


def draw(data: tuple[SolutionMap, str], figure: Figure) -> None:
    """A row per slice, prediction beside reference, on one colour scale; a line as curves.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw((example.solution(), "u"), figure)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['prediction', 'reference']
    >>> figure = Figure()
    >>> draw((example.line(), "u"), figure)
    >>> [line.get_label() for line in figure.axes[0].lines]
    ['prediction', 'reference']
    """
    where, field = data
    if where.main.is_line:
        _curves(where, field, figure)
    else:
        _planes(where, field, figure)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Predicted u on the domain, beside the reference: from -0.99 to 1.01.
    """
    return [
        Picture(
            f"solution_{field}",
            f"Solution {field}",
            _spoken(where, field),
            _reading(where, field),
            _inches(where),
            partial(draw, (where, field)),
        )
        for where, field in summarise(report)
    ]


def _kinds(where: SolutionMap) -> list[str]:
    return list(_KINDS) if where.has_reference else [""]


def _curves(where: SolutionMap, field: str, figure: Figure) -> None:
    one = where.main
    ax = panels.curves(figure, one, field)
    looks: dict[str, Any] = {
        "": {"color": HIGHLIGHT, "lw": 2.2},
        ".reference": {"color": INK, "ls": (0, (4, 3))},
    }
    for kind in _kinds(where):
        ax.plot(one.across, one.values[field + kind], label=_KINDS[kind], **looks[kind])
    for table in where.observations(field):
        ax.plot(table[one.axes[0]], table[field], "o", color=INK, ms=3, label="observed")
    panels.key(figure, ax)


def _planes(where: SolutionMap, field: str, figure: Figure) -> None:
    kinds = _kinds(where)
    shown = [(one, kind) for one in where.slices for kind in kinds]
    columns = min(len(shown), _columns(where))
    axes = panels.panels(figure, len(shown), columns, panels.heights(_each(where), columns))
    low, high = solution_map.limits(*(one.values[field + kind] for one, kind in shown))
    for ax, (one, kind) in zip(axes, shown, strict=True):
        above = panels.held(one, _letters(where))
        below = _KINDS[kind] if where.has_reference or not above else ""
        title = "\n".join(filter(None, [above, below]))
        values = one.values[field + kind]
        drawn = panels.image(ax, one, values, SOLUTION_COLOURS, low, high, title)
        if not kind:
            _circles(ax, where, field)
        if columns > panels.COLUMNS:
            panels.ends_only(ax, one)
    if where.has_reference:
        for ax in axes[1::2]:
            ax.set_ylabel("")
            ax.tick_params(labelleft=False)
    place: dict[str, Any] = {"location": "bottom", "shrink": 0.7} if len(where.slices) > 1 else {}
    bar = figure.colorbar(drawn, ax=axes, label=field, **place)
    if place:
        bar.ax.locator_params(nbins=5)


def _circles(ax: Axes, where: SolutionMap, field: str) -> None:
    """Mark the points where the field was observed."""
    ax.autoscale(enable=False)
    across, up = where.main.axes
    for table in where.observations(field):
        ax.scatter(table[across], table[up], s=9, facecolors="none", edgecolors=INK, linewidths=0.6)


def _columns(where: SolutionMap) -> int:
    """Of panels; many pairs of prediction and reference stand two in a row, else nobody scrolls."""
    pairs = where.has_reference and len(where.slices) > _PAIRS
    return 2 * panels.COLUMNS if pairs else panels.COLUMNS


def _letters(where: SolutionMap) -> int:
    return panels.LETTERS if _columns(where) == panels.COLUMNS else panels.LETTERS // 2


def _each(where: SolutionMap) -> list[Slice]:
    """The slice of each panel."""
    return [one for one in where.slices for _ in _kinds(where)]


def _inches(where: SolutionMap) -> tuple[float, float]:
    if where.main.is_line:
        return panels.LINE
    kinds, columns = len(_kinds(where)), _columns(where)
    if len(where.slices) == 1:
        ratio = where.main.ratio
        return 0.9 + 1.9 * kinds + 0.8 * (kinds == 1), 0.9 + (2.6 - 0.5 * kinds) * ratio
    more = 0.17 * len(panels.heights(_each(where), columns)) * (kinds - 1)
    return 4.9, more + panels.inches(_each(where), columns, 3.8 / columns, _letters(where))


def _spoken(where: SolutionMap, field: str) -> str:
    low, high = solution_map.limits(*where.of(field))
    reference = ", beside the reference" if where.has_reference else ""
    return f"Predicted {field} on the domain{reference}: from {low:.3g} to {high:.3g}."


def _reading(where: SolutionMap, field: str) -> str:
    observed = bool(where.observations(field))
    if where.main.is_line:
        dots = " Dots: what was observed." if observed else ""
        known = ", and the reference, which no decision used" if where.has_reference else ""
        return f"The prediction{known}.{dots}"
    said = "Each colour is a value of the field."
    if any(np.isnan(values).any() for values in where.of(field)):
        said += f" {_HATCHED}"
    if observed:
        said += " Circles: where it was observed."
    if len(where.slices) > 1:
        said += " Planes are held where the prediction varies, as each panel says."
    return said
