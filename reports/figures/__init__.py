"""The figures, one per file. To add one, add a file; the page finds it.

The contract of a figure's module, which a test holds all of them to:

- ``SECTION``, one of `SECTIONS`, and ``ORDER``, its place therein: where the page shows it;
- ``summarise(...)``: records or statistics to plain data, no pixels;
- ``draw(data, figure)``: plain data onto an empty matplotlib figure, no computing;
- ``pictures(records) -> list[Picture]``: what to draw, empty where there is nothing to show.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from nas.campaign.records import Records

SECTIONS = ("trust", "front", "survival", "single", "subset", "learning")


@dataclass(frozen=True)
class Picture:
    """One figure, ready to be drawn, with the words that go with it."""

    name: str  # of its files
    title: str
    alt: str  # what it shows, for those who cannot see it
    reading: str  # how to read it
    size: tuple[float, float]  # inches
    draw: Callable[[Figure], None]


def collect(records: Records) -> dict[str, list[Picture]]:
    """All pictures of all figures, by section, in order."""
    found: dict[str, list[Picture]] = {section: [] for section in SECTIONS}
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    for module in sorted(modules, key=lambda module: (module.ORDER, module.__name__)):
        found[module.SECTION].extend(module.pictures(records))
    return found
