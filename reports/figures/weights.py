"""The gate's weight of each surviving expert over the domain."""

from functools import partial

from matplotlib.figure import Figure

from nas.reports import panels
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import WEIGHT_COLOURS

SECTION = "subset"
ORDER = 6


def summarise(report: Report) -> SolutionMap | None:
    """The map of the recommended run; None for a single expert, whose weight is 1 everywhere.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).main.values["weight.2"][0].round(1).tolist()
    [1.0, 0.8, 0.6, 0.4, 0.2]
    """
    return None if report.map is None or len(report.map.experts) < 2 else report.map


def draw(data: SolutionMap, figure: Figure) -> None:
    """Panels from most to least mean weight, all on the scale from 0 to 1; a line as curves.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(example.solution(), figure)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['#2 sine 2×16', '#0 sine 1×8']
    """
    if data.main.is_line:
        _curves(data, figure)
        return
    experts = data.shown()
    axes = panels.panels(figure, len(experts), panels.COLUMNS)
    for ax, candidate in zip(axes, experts, strict=True):
        values = data.main.values[f"weight.{candidate}"]
        title = data.title(candidate)
        shown = panels.image(ax, data.main, values, WEIGHT_COLOURS, 0.0, 1.0, title)
    panels.label_rim(axes, panels.COLUMNS)
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
    if data is None:
        return []
    spoken = "; ".join(data.names[c] for c in data.shown())
    where = "High" if data.main.is_line else "Bright"
    return [
        Picture(
            "weights",
            "Weights",
            f"Weight of each surviving expert over the domain, by falling mean: {spoken}.",
            f"{where}: the gate relies on this expert here. At each point the weights of all "
            "experts add up to 1." + data.left_out(),
            panels.of_experts(data),
            partial(draw, data),
        )
    ]


def _curves(data: SolutionMap, figure: Figure) -> None:
    ax = panels.curves(figure, data.main, "weight")
    for candidate, look in panels.looks(data).items():
        values = data.main.values[f"weight.{candidate}"]
        ax.plot(data.main.across, values, label=data.names[candidate], **look)
    ax.set_ylim(-0.03, 1.03)
    panels.key(figure, ax)
