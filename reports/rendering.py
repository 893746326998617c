"""Figures to files: each is drawn once and written as PNG and SVG."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nas.files import whole
from nas.reports.figures import Picture, collect
from nas.reports.report import Report
from nas.reports.style import RC

_DOTS = 192  # per inch of PNG: two for each pixel that a browser gives to an inch


@dataclass(frozen=True)
class Rendered:
    """A picture as the page shows it.

    Examples
    --------
    >>> shown = Rendered("front", "Loss against size", "2 trials.", "Lower: better.", 470, 384, "…")
    >>> f'<img src="{shown.data}" alt="{shown.alt}" width="{shown.width}">'
    '<img src="…" alt="2 trials." width="470">'
    """

    name: str
    title: str
    alt: str
    reading: str
    width: int  # CSS pixels
    height: int
    data: str  # data: URL


def render(report: Report, folder: Path) -> dict[str, list[Rendered]]:
    """Draw all figures into ``folder`` and return them by section.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.reports import example
    >>> report = example.report()
    >>> tables, none = report.records, report.statistics.completed[:0]
    >>> tables = replace(tables, history=tables.history[:0], subsets=tables.subsets[:0])
    >>> statistics = replace(report.statistics, axes=(), completed=none, unknowns=none)
    >>> found = render(Report(tables, statistics, report.best, None), Path("figures"))
    >>> found["front"][0].title, sorted(path.name for path in Path("figures").iterdir())
    ('Loss against size', ['front.png', 'front.svg'])
    """
    with mpl.rc_context(RC):
        return {
            section: [_render(picture, folder) for picture in pictures]
            for section, pictures in collect(report).items()
        }


def _render(picture: Picture, folder: Path) -> Rendered:
    figure = Figure(figsize=picture.size)
    FigureCanvasAgg(figure)
    picture.draw(figure)
    png, svg = io.BytesIO(), io.BytesIO()
    figure.savefig(png, format="png", dpi=_DOTS, metadata={"Software": None})
    figure.set_layout_engine("none")  # settled by now; solving it again would take as long
    figure.savefig(svg, format="svg", dpi=_DOTS, metadata={"Date": None, "Creator": None})
    for ending, image in (("png", png), ("svg", svg)):
        with whole(folder / f"{picture.name}.{ending}") as path:
            path.write_bytes(image.getvalue())
    width, height = (round(96 * side) for side in picture.size)
    url = "data:image/png;base64," + base64.b64encode(png.getvalue()).decode("ascii")
    return Rendered(picture.name, picture.title, picture.alt, picture.reading, width, height, url)
