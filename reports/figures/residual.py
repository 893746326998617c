"""Where the recommended mixture does not satisfy the equations: known of every problem."""

from functools import partial

from matplotlib.figure import Figure

from nas.reports import sizes
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.sizes import Sizes
from nas.reports.words import number

SECTION = "solution"
ORDER = 3


def summarise(report: Report) -> Sizes | None:
    """The residual's size on each slice; None for maps of earlier versions.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).values[0].shape
    (3, 5)
    """
    data = report.map
    if data is None or not data.has_residual:
        return None
    name = "|residual|, weighted" if data.has_weighted else "|residual|"
    return Sizes(data.slices, tuple(data.residuals()), name)


def draw(data: Sizes, figure: Figure) -> None:
    """See `nas.reports.sizes.draw`.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report()), figure)
    >>> figure.axes[0].get_title()
    '|residual|'
    """
    sizes.draw(data, figure)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Size of the equations' residual over the domain: up to 0.0201.
    """
    data = summarise(report)
    if data is None or report.map is None:
        return []
    weighted = report.map.has_weighted
    as_counted = ", weighted as in the physics loss" if weighted else ""
    why = (
        " Since each piece of the domain has equations of its own, of different sizes, each counts "
        "with its weight in the physics loss."
    )
    return [
        Picture(
            "residual",
            "Residual",
            f"Size of the equations' residual over the domain{as_counted}: up to "
            f"{number(data.largest)}.",
            "What the equations leave where they should leave zero; of several equations the root "
            f"of the sum of their squares.{why if weighted else ''} "
            f"{'Low' if data.slices[0].is_line else 'Dark'}: a "
            "thousandth of the greatest or less. It needs no reference, and a small residual is "
            "no proof of a small error.",
            data.inches,
            partial(draw, data),
        )
    ]
