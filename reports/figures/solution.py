"""The recommended mixture's solution, beside the reference where one is known."""

from functools import partial

from matplotlib.figure import Figure

from nas.reports import solution_map
from nas.reports.figures import Picture
from nas.reports.report import Report
from nas.reports.solution_map import SolutionMap
from nas.reports.style import SOLUTION_COLOURS

SECTION = "subset"
ORDER = 1


def summarise(report: Report) -> SolutionMap | None:
    """The map of the recommended run.

    Examples
    --------
    >>> from nas.reports import example
    >>> summarise(example.report()).fields
    ('u',)
    """
    return report.map


def draw(data: SolutionMap, figure: Figure) -> None:
    """One row per field: prediction, reference; one colour scale for both.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure = Figure()
    >>> draw(example.solution(), figure)
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['u, prediction', 'u, reference']
    """
    kinds = {"": "prediction", ".reference": "reference"}
    figure.set_layout_engine("compressed")  # panels of fixed shape
    columns = list(kinds) if data.has_reference else [""]
    rows = figure.subplots(len(data.fields), len(columns), squeeze=False)
    for field, row in zip(data.fields, rows, strict=True):
        low, high = solution_map.limits(*(data.values[field + kind] for kind in columns))
        for ax, kind in zip(row, columns, strict=True):
            title = f"{field}, {kinds[kind]}"
            shown = solution_map.image(
                ax, data, data.values[field + kind], SOLUTION_COLOURS, low, high, title
            )
        for ax in row[1:]:
            ax.set_ylabel("")
            ax.tick_params(labelleft=False)
        figure.colorbar(shown, ax=list(row), label=field)


def pictures(report: Report) -> list[Picture]:
    """What there is to draw; see `nas.reports.figures`.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(pictures(example.report())[0].alt)
    Predicted solution on the domain, beside the reference: u from -0.99 to 1.01.
    """
    data = summarise(report)
    if data is None:
        return []
    columns = 2 if data.has_reference else 1
    spoken = "; ".join(
        "{} from {:.3g} to {:.3g}".format(f, *solution_map.limits(data.values[f]))
        for f in data.fields
    )
    reference = ", beside the reference" if data.has_reference else ""
    return [
        Picture(
            "solution",
            "Solution",
            f"Predicted solution on the domain{reference}: {spoken}.",
            "Each colour is a value of the field. Blank is outside the domain.",
            (0.9 + 1.9 * columns + (0.8 if columns == 1 else 0),
             (0.8 + (1.6 if columns == 2 else 2.1) * data.ratio) * len(data.fields) + 0.1),
            partial(draw, data),
        )
    ]  # fmt: skip
