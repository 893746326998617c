"""The figures, one per file. To add one, add a file; the page finds it.

The contract of a figure's module, which a test holds all of them to:

- ``SECTION``, one of `SECTIONS`, and ``ORDER``, its position there: where the page shows it;
- ``summarise(report)``: what the figure shows, as plain data, chosen from the `Report`, in which
  every statistic has been computed already; `nas.reports.example` has one to try a figure on;
- ``draw(data, figure)``: plain data onto an empty matplotlib figure, no computing;
- ``pictures(report) -> list[Picture]``: what to draw, empty where there is nothing to show.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from nas.reports.report import Report

SECTIONS = (
    "solution",
    "unknowns",
    "validation",
    "front",
    "settings",
    "survival",
    "single",
    "subset",
    "learning",
)


@dataclass(frozen=True)
class Picture:
    """One figure, ready to be drawn, with the words that go with it.

    Examples
    --------
    >>> from nas.reports import example
    >>> from nas.reports.figures import front
    >>> (picture,) = front.pictures(example.report())
    >>> figure = Figure(figsize=picture.size)
    >>> picture.draw(figure)
    >>> figure.axes[0].get_xlabel()
    'surviving parameters, gate included'
    """

    name: str  # of its files
    title: str
    alt: str  # what it shows, for those who cannot see it
    reading: str  # how to read it
    size: tuple[float, float]  # inches
    draw: Callable[[Figure], None]


def collect(report: Report) -> dict[str, list[Picture]]:
    """All pictures of all figures, by section, in order.

    Examples
    --------
    >>> from nas.reports import example
    >>> found = collect(example.report())
    >>> [len(found[section]) for section in SECTIONS]
    [3, 1, 1, 1, 0, 10, 3, 3, 1]
    """
    found: dict[str, list[Picture]] = {section: [] for section in SECTIONS}
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    for module in sorted(modules, key=lambda module: (module.ORDER, module.__name__)):
        found[module.SECTION].extend(module.pictures(report))
    return found
