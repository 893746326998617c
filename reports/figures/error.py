"""Where the recommended mixture is wrong, if a reference is known."""

from functools import partial

from matplotlib.figure import Figure

from nas.reports import sizes
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.sizes import Sizes
from nas.reports.words import number

SECTION = "solution"
ORDER = 2


def summarise(report: Report) -> dict[str, Sizes]:
    """Per field the absolute error on each slice.

    Examples
    --------
    >>> from nas.reports import example
    >>> errors = summarise(example.report())
    >>> errors["u"].values[0].shape, round(errors["u"].largest, 6)
    ((3, 5), 0.01)
    """
    data = report.map
    if data is None or not data.has_reference:
        return {}
    return {
        field: Sizes(data.slices, tuple(data.errors(field)), f"|{field} − reference|")
        for field in data.fields
    }


def draw(data: Sizes, figure: Figure) -> None:
    """See `nas.reports.sizes.draw`.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(summarise(example.report())["u"], figure)
    >>> figure.axes[0].get_title()
    '|u − reference|'
    """
    sizes.draw(data, figure)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Absolute error of u against the reference: up to 0.01; relative L2 error 0.02.
    """
    errors = report.field_errors
    return [
        Picture(
            f"error_{field}",
            f"Error of {field}",
            f"Absolute error of {field} against the reference: up to {number(data.largest)}; "
            f"relative L2 error {number(errors.get(field, float('nan')))}.",
            f"Relative L2 error of {field}: {number(errors.get(field, float('nan')))}. "
            f"{'Low' if data.slices[0].is_line else 'Dark'}: a thousandth of the greatest error or "
            "less. The reference is for display only: no decision of the search used it.",
            data.inches,
            partial(draw, data),
        )
        for field, data in summarise(report).items()
    ]
