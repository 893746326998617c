"""Each surviving expert's own prediction, before it is weighted."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure

from nas.reports import solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import SOLUTION_COLOURS

SECTION = "subset"
ORDER = 5
_COLUMNS = 2
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
    low, high = solution_map.limits(data.values[field])
    least, most = solution_map.limits(*(data.values[f"{field}.expert.{c}"] for c in data.shown()))
    beyond = _WIDER * (high - low)
    return min(low, max(least, low - beyond)), max(high, min(most, high + beyond))


def draw(data: tuple[SolutionMap, str], figure: Figure) -> None:
    """Panels from most to least mean weight, on one scale.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw((example.solution(), "u"), figure)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['#2 sine 2×16', '#0 sine 1×8']
    """
    where, field = data
    experts = where.shown()
    low, high = scale(where, field)
    axes = solution_map.panels(figure, len(experts), _COLUMNS)
    for ax, candidate in zip(axes, experts, strict=True):
        values = where.values[f"{field}.expert.{candidate}"]
        shown = solution_map.image(
            ax, where, values, SOLUTION_COLOURS, low, high, where.title(candidate)
        )
    solution_map.label_rim(axes, _COLUMNS)
    least, most = solution_map.limits(*(where.values[f"{field}.expert.{c}"] for c in experts))
    beyond = {(False, False): "neither", (True, False): "min", (False, True): "max"}
    extend = beyond.get((bool(least < low), bool(most > high)), "both")
    bar = figure.colorbar(shown, ax=axes, location="bottom", shrink=0.6, extend=extend, label=field)
    bar.ax.locator_params(nbins=5)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Prediction of u by each surviving expert by itself: #2 sine 2×16 -1.4 to 1; #0 sine ...
    """
    found = []
    for where, field in summarise(report):
        rows = -(-len(where.shown()) // _COLUMNS)
        means = (
            f"{where.names[c]} {np.nanmin(v):.3g} to {np.nanmax(v):.3g}"
            for c in where.shown()
            if np.isfinite(v := where.values[f"{field}.expert.{c}"]).any()
        )
        found.append(
            Picture(
                f"experts_{field}",
                f"Each expert's {field}",
                f"Prediction of {field} by each surviving expert by itself: {'; '.join(means)}.",
                "What each expert would predict by itself. Where its weight is small its "
                "prediction is unconstrained, and may be far off; pointed ends of the scale mean "
                "that values lie beyond it." + where.left_out(),
                (4.9, 1.0 + rows * (where.titles() + 2.0 * where.ratio)),
                partial(draw, (where, field)),
            )
        )
    return found
