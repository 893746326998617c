"""Figures to files: each is drawn once and written as PNG and SVG."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from nas.files import whole
from nas.reports.figures import Picture, collect
from nas.reports.hover import packed
from nas.reports.night import darken
from nas.reports.report import Report
from nas.reports.style import RC

_DOTS = 192  # per inch of PNG: two for each pixel that a browser gives to an inch
_COLOURS = 256  # of a picture within the page, which is to be sent: a third of the bytes


@dataclass(frozen=True)
class Rendered:
    """A picture as the page shows it.

    Examples
    --------
    >>> shown = Rendered("front", "Loss", "2 trials.", "Better.", 470, 384, "…", "…", "…")
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
    dark: str  # another, for a page that is dark
    plot: str  # what lies where in it: see `nas.reports.hover`


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
    return {section: draw(pictures, folder) for section, pictures in collect(report).items()}


def draw(pictures: Sequence[Picture], folder: Path) -> list[Rendered]:
    """Draw figures into ``folder``.

    Examples
    --------
    >>> from nas.reports import example
    >>> from nas.reports.figures import residual
    >>> (shown,) = draw(residual.pictures(example.report()), Path("drawn"))
    >>> shown.title, shown.data == shown.dark
    ('Residual', False)
    """
    with mpl.rc_context(RC):
        return [_render(picture, folder) for picture in pictures]


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
    light, plot = _url(png), packed(figure)
    darken(figure)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=_DOTS, metadata={"Software": None})
    words = (picture.name, picture.title, picture.alt, picture.reading)
    return Rendered(*words, width, height, light, _url(png), plot)


def _url(png: io.BytesIO) -> str:
    """A PNG as an address that holds it, with few colours."""
    small = io.BytesIO()
    with Image.open(png) as image:
        image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(
            small, format="png", optimize=True
        )
    return "data:image/png;base64," + base64.b64encode(small.getvalue()).decode("ascii")
