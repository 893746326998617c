"""The gate's weight of each surviving expert over the domain."""

from functools import partial

from matplotlib.figure import Figure

from nas.reports import solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import WEIGHT_COLOURS

SECTION = "subset"
ORDER = 4
_COLUMNS = 2


def summarise(report: Report) -> SolutionMap | None:
    """The map of the recommended run.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).values["weight.2"][0].round(1).tolist()
    [1.0, 0.8, 0.6, 0.4, 0.2]
    """
    return report.map


def draw(data: SolutionMap, figure: Figure) -> None:
    """Panels from most to least mean weight, all on the scale from 0 to 1.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(example.solution(), figure)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['#2 sine 2×16', '#0 sine 1×8']
    """
    experts = data.shown()
    axes = solution_map.panels(figure, len(experts), _COLUMNS)
    for ax, candidate in zip(axes, experts, strict=True):
        values = data.values[f"weight.{candidate}"]
        shown = solution_map.image(
            ax, data, values, WEIGHT_COLOURS, 0.0, 1.0, data.title(candidate)
        )
    solution_map.label_rim(axes, _COLUMNS)
    figure.colorbar(shown, ax=axes, label="weight", location="bottom", shrink=0.6)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)  # doctest: +ELLIPSIS
    Weight of each surviving expert over the domain, by falling mean: #2 sine 2×16; ...
    """
    data = summarise(report)
    if data is None or len(data.experts) < 2:
        return []
    rows = -(-len(data.shown()) // _COLUMNS)
    spoken = "; ".join(data.names[c] for c in data.shown())
    return [
        Picture(
            "weights",
            "Weights",
            f"Weight of each surviving expert over the domain, by falling mean: {spoken}.",
            "Bright: the gate relies on this expert here. At each point the weights of all "
            "experts add up to 1." + data.left_out(),
            (4.9, 1.0 + rows * (data.titles() + 2.0 * data.ratio)),
            partial(draw, data),
        )
    ]
