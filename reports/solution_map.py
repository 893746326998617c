"""A run's map as arrays: fields, weights and experts on a regular grid of a 2-D domain.

Shapes: Y rows (vertical coordinate, from low to high), X columns (horizontal one).
"""

import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from nas.campaign.records import Records
from nas.errors import UserError
from nas.reports.recommended import Recommended, problem
from nas.reports.rows import each
from nas.reports.style import HUED
from nas.search_spaces.candidates import written

Array = NDArray[np.float64]

_LINE = 20  # letters of a title that fit above a panel
MOST_PANELS = 12  # experts shown one by one; nobody would look at more


@dataclass(frozen=True)
class SolutionMap:
    """The recommended run's map. ``values[column]`` is (Y, X); outside the domain NaN.

    Examples
    --------
    >>> from nas.reports import example
    >>> where = example.solution()
    >>> where.horizontal, where.spatial, where.ratio, where.title(2)
    ('x', True, 0.5, '#2 sine 2×16')
    """

    horizontal: str
    vertical: str
    extent: tuple[float, float, float, float]  # left, right, bottom, top
    fields: tuple[str, ...]
    has_reference: bool
    experts: tuple[int, ...]  # candidates, by falling mean weight
    names: dict[int, str]  # candidate -> "#3 sine 2×64"
    hued: dict[int, str]  # candidate -> its level of the axis that has hues
    values: dict[str, Array]

    @property
    def spatial(self) -> bool:
        """Both coordinates are lengths, so that one unit is as long in both directions."""
        return "t" not in (self.horizontal, self.vertical)

    @property
    def ratio(self) -> float:
        """Height of a panel over its width."""
        left, right, bottom, top = self.extent
        return float(np.clip((top - bottom) / (right - left), 0.4, 1.6)) if self.spatial else 0.8

    def title(self, candidate: int) -> str:
        """An expert's name, on as many lines as it needs above a panel."""
        return textwrap.fill(self.names[candidate], _LINE)

    def titles(self) -> float:
        """Height of a panel's title, in inches."""
        return 0.65 + 0.17 * max(self.title(c).count("\n") for c in self.shown())

    def shown(self) -> tuple[int, ...]:
        """The experts that get a panel of their own: those with most weight."""
        return self.experts[:MOST_PANELS]

    def left_out(self) -> str:
        """A sentence on the experts without a panel; empty where all have one."""
        if len(self.experts) <= MOST_PANELS:
            return ""
        return f" The {MOST_PANELS} with most weight of {len(self.experts)} are shown."


def load(records: Records, best: Recommended | None) -> SolutionMap | None:
    """The map of the run ``best``; None where there is no such run or it has no map.

    Raises
    ------
    UserError
        If the file of the map is not a map of this problem on a regular grid.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()  # made up: there is no file of a map
    >>> load(records, None) is None
    True
    """
    frame = None if best is None else records.map(best.name)
    if best is None or frame is None:
        return None
    facts = problem(records)
    coordinates, fields = list(facts["coordinates"]), tuple(facts["fields"])
    candidates = [int(c) for c in best.survivors["candidate"]]
    path = records.folder / "runs" / best.name / "map.parquet"
    _check_columns(frame, path, coordinates, fields, candidates)
    # Time runs to the right, as in every plot of u(x, t) in the literature.
    horizontal, vertical = sorted(coordinates, key=lambda name: name != "t")
    frame = frame.sort_values([vertical, horizontal], kind="stable")
    across, up = np.unique(frame[horizontal]), np.unique(frame[vertical])
    _check_points(len(frame), path, len(across), len(up))
    values = {
        name: frame[name].to_numpy(dtype=np.float64).reshape(len(up), len(across))
        for name in frame.columns
        if name not in coordinates
    }
    mean = {c: _mean(values[f"weight.{c}"]) for c in candidates}
    return SolutionMap(
        horizontal,
        vertical,
        (float(across[0]), float(across[-1]), float(up[0]), float(up[-1])),
        fields,
        all(f"{field}.reference" in values for field in fields),
        tuple(sorted(candidates, key=lambda c: (-mean[c], c))),
        {e.candidate: f"#{e.candidate} {written(e)}" for e in each(best.survivors)},
        dict(zip(candidates, map(HUED.text, best.survivors[HUED.name]), strict=True)),
        values,
    )


def _check_columns(
    frame: pd.DataFrame,
    path: Path,
    coordinates: list[str],
    fields: tuple[str, ...],
    candidates: list[int],
) -> None:
    columns = [*coordinates, *fields, *(f"weight.{c}" for c in candidates)]
    columns += [f"{field}.expert.{c}" for field in fields for c in candidates]
    missing = [name for name in columns if name not in frame.columns]
    if missing or len(coordinates) != 2:
        raise UserError(
            f"{path}: expected a map with the columns {', '.join(columns)}, "
            f"found no {', '.join(missing) or 'pair of coordinates'}; delete this file and run "
            "`nas search` again on its campaign"
        )


def _check_points(points: int, path: Path, across: int, up: int) -> None:
    if points != across * up or min(across, up) < 2:
        raise UserError(
            f"{path}: expected a regular grid of {up} × {across} points, found {points}; "
            "delete this file and run `nas search` again on its campaign"
        )


def image(
    ax: Axes,
    grid: SolutionMap,
    values: Array,
    colours: str | Colormap,
    low: float,
    high: float,
    title: str,
    scale: type[Normalize] = Normalize,
) -> AxesImage:
    """Show ``values`` (Y, X) from ``low`` to ``high``; points outside the domain stay blank.

    Examples
    --------
    >>> from nas.reports import example
    >>> where, ax = example.solution(), Figure().subplots()
    >>> shown = image(ax, where, where.values["u"], "viridis", -1.0, 1.0, "u")
    >>> shown.get_array().shape, ax.get_title()
    ((3, 5), 'u')
    """
    shown = ax.imshow(
        np.ma.masked_invalid(values),
        cmap=colours,
        norm=scale(low, high),
        extent=grid.extent,
        origin="lower",
        aspect="equal" if grid.spatial and 0.4 <= _sides(grid) <= 1.6 else "auto",
    )
    frame(ax, grid, title)
    return shown


def frame(ax: Axes, grid: SolutionMap, title: str) -> None:
    """Name the axes of a map and number them sparsely.

    Examples
    --------
    >>> from nas.reports import example
    >>> ax = Figure().subplots()
    >>> frame(ax, example.solution(), "u")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('x', 'y')
    """
    ax.set_title(title)
    ax.set_xlabel(grid.horizontal)
    ax.set_ylabel(grid.vertical, rotation=0, labelpad=8)
    ax.locator_params(nbins=3)
    ax.grid(visible=False)


def panels(figure: Figure, used: int, columns: int) -> list[Axes]:
    """``used`` axes in rows of ``columns``.

    Examples
    --------
    >>> figure = Figure()
    >>> len(panels(figure, used=3, columns=2)), len(figure.axes)
    (3, 3)
    """
    figure.set_layout_engine("compressed")  # panels of fixed shape
    axes: list[Axes] = list(figure.subplots(-(-used // columns), columns, squeeze=False).flat)
    for ax in axes[used:]:
        ax.remove()
    return axes[:used]


def label_rim(axes: list[Axes], columns: int) -> None:
    """Keep the labels of ``axes``, in rows of ``columns``, at the left and at the foot only.

    Examples
    --------
    >>> from nas.reports import example
    >>> axes = panels(Figure(), used=3, columns=2)
    >>> for ax in axes:
    ...     frame(ax, example.solution(), "u")
    >>> label_rim(axes, columns=2)
    >>> [(ax.get_xlabel(), ax.get_ylabel()) for ax in axes]
    [('', 'y'), ('x', ''), ('x', 'y')]
    """
    for index, ax in enumerate(axes):
        if index % columns:
            ax.set_ylabel("")
            ax.tick_params(labelleft=False)
        if index + columns < len(axes):
            ax.set_xlabel("")
            ax.tick_params(labelbottom=False)


def limits(*values: Array) -> tuple[float, float]:
    """The least and the greatest finite value; a unit interval where there is none.

    Examples
    --------
    >>> limits(np.array([1.0, np.nan]), np.array([-2.0])), limits(np.array([3.0]))
    ((-2.0, 1.0), (2.5, 3.5))
    """
    finite = np.concatenate([v[np.isfinite(v)] for v in values]) if values else np.empty(0)
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _mean(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else 0.0


def _sides(grid: SolutionMap) -> float:
    left, right, bottom, top = grid.extent
    return (top - bottom) / (right - left)
