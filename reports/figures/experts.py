"""Each surviving expert's own prediction, before it is weighted."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from nas.reports import panels, solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import INK, SOLUTION_COLOURS

SECTION = "subset"
ORDER = 7
_WIDER = 0.5  # the scale reaches half the solution's range beyond it


def summarise(report: Report) -> list[tuple[SolutionMap, str]]:
    """The map with each field in turn.

    Examples
    --------
    >>> from nas.reports import example
    >>> [field for _, field in summarise(example.report())]
    ['u']
    """
    data = report.map
    return [] if data is None else [(data, field) for field in data.fields]


def scale(data: SolutionMap, field: str) -> tuple[float, float]:
    """The experts' range, but no more than half the solution's range beyond the solution.

    Where the gate gives an expert no weight nothing holds its values, and one that runs away
    there would leave all the others in one colour.

    Examples
    --------
    An expert from -1.4 to 1.2, of a solution that lies between -1 and 1, is shown in full:

    >>> from nas.reports import example
    >>> [round(end, 2) for end in scale(example.solution(), "u")]
    [-1.4, 1.2]
    """
    values = data.main.values
    low, high = solution_map.limits(values[field])
    least, most = solution_map.limits(*(values[f"{field}.expert.{c}"] for c in data.shown()))
    beyond = _WIDER * (high - low)
    return min(low, max(least, low - beyond)), max(high, min(most, high + beyond))


def draw(data: tuple[SolutionMap, str], figure: Figure) -> None:
    """Panels from most to least mean weight, on one scale; a line as curves.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw((example.solution(), "u"), figure)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['#2 sine 2×16', '#0 sine 1×8']
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
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Prediction of u by each surviving expert by itself: #2 sine 2×16 -1.4 to 1; #0 sine ...
    """
    return [
        Picture(
            f"experts_{field}",
            f"Each expert's {field}",
            f"Prediction of {field} by each surviving expert by itself: "
            f"{'; '.join(_ranges(where, field))}.",
            "What each expert would predict by itself. Where its weight is small its prediction is "
            "unconstrained, and may be far off" + _beyond(where) + where.left_out(),
            panels.of_experts(where),
            partial(draw, (where, field)),
        )
        for where, field in summarise(report)
    ]


def _curves(where: SolutionMap, field: str, figure: Figure) -> None:
    one = where.main
    ax = panels.curves(figure, one, field)
    for candidate, look in panels.looks(where).items():
        values = one.values[f"{field}.expert.{candidate}"]
        ax.plot(one.across, values, label=where.names[candidate], **look)
    ax.plot(one.across, one.values[field], color=INK, lw=1, ls=(0, (4, 3)), label="mixture")
    low, high = scale(where, field)
    ax.set_ylim(low - 0.03 * (high - low), high + 0.03 * (high - low))
    panels.key(figure, ax)


def _planes(where: SolutionMap, field: str, figure: Figure) -> None:
    experts, one = where.shown(), where.main
    low, high = scale(where, field)
    axes = panels.panels(figure, len(experts), panels.COLUMNS)
    for ax, candidate in zip(axes, experts, strict=True):
        values = one.values[f"{field}.expert.{candidate}"]
        title = where.title(candidate)
        shown = panels.image(ax, one, values, SOLUTION_COLOURS, low, high, title)
    panels.label_rim(axes, panels.COLUMNS)
    least, most = solution_map.limits(*(one.values[f"{field}.expert.{c}"] for c in experts))
    beyond = {(False, False): "neither", (True, False): "min", (False, True): "max"}
    extend = beyond.get((bool(least < low), bool(most > high)), "both")
    bar = figure.colorbar(shown, ax=axes, location="bottom", shrink=0.6, extend=extend, label=field)
    bar.ax.locator_params(nbins=5)


def _ranges(where: SolutionMap, field: str) -> Iterator[str]:
    for c in where.shown():
        values = where.main.values[f"{field}.expert.{c}"]
        if np.isfinite(values).any():
            yield f"{where.names[c]} {np.nanmin(values):.3g} to {np.nanmax(values):.3g}"


def _beyond(where: SolutionMap) -> str:
    if where.main.is_line:
        return ", beyond the picture too. Dashed: the mixture."
    return "; pointed ends of the scale mean that values lie beyond it."
