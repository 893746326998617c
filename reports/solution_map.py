"""A run's map as arrays: fields, weights, experts and residual on slices of the domain.

Shapes: Y rows (vertical coordinate, from low to high), X columns (horizontal one); a line has X
alone.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nas.campaign import layout
from nas.campaign.records import Records
from nas.campaign.slices import is_time
from nas.errors import UserError
from nas.reports.recommended import Recommended, problem
from nas.reports.rows import each
from nas.reports.style import HUED
from nas.search_spaces.candidates import written

Array = NDArray[np.float64]

_LINE = 20  # letters of a title that fit above a panel
_RESIDUAL = "residual.size"
_WEIGHTED = "residual.weighted"  # of a domain in pieces, whose equations differ in size
_INDEX = "slice.index"
MOST_PANELS = 12  # experts shown one by one; nobody would look at more


@dataclass(frozen=True)
class Slice:
    """A line, or a plane, of the domain. ``values[column]`` is (X,) or (Y, X); outside it NaN.

    Examples
    --------
    >>> from nas.reports import example
    >>> (plane,) = example.solution().slices
    >>> plane.axes, plane.ratio, plane.values["u"].shape
    (('x', 'y'), 0.5, (3, 5))
    """

    axes: tuple[str, ...]  # horizontal and, of a plane, vertical
    held: str  # "z = 0.5": what the other coordinates are; empty where there are none
    ends: tuple[tuple[float, float], ...]  # of each axis
    values: dict[str, Array]

    @property
    def is_line(self) -> bool:
        """It has one coordinate, so that curves show it."""
        return len(self.axes) == 1

    @property
    def spatial(self) -> bool:
        """Both coordinates are lengths, so that one unit is as long in both directions."""
        return not self.is_line and not any(map(is_time, self.axes))

    @property
    def sides(self) -> float:
        """Height over width, in the units of the coordinates."""
        (left, right), (bottom, top) = self.ends
        return (top - bottom) / (right - left)

    @property
    def ratio(self) -> float:
        """Height of a panel over its width."""
        return float(np.clip(self.sides, 0.4, 1.6)) if self.spatial else 0.8

    @property
    def across(self) -> Array:
        """The horizontal coordinate (X,)."""
        return np.linspace(*self.ends[0], next(iter(self.values.values())).shape[-1])

    @property
    def empty(self) -> bool:
        """It misses the domain."""
        return not any(np.isfinite(values).any() for values in self.values.values())


@dataclass(frozen=True)
class SolutionMap:
    """The recommended run's map.

    Examples
    --------
    >>> from nas.reports import example
    >>> where = example.solution()
    >>> where.fields, where.title(2), where.has_residual
    (('u',), '#2 sine 2×16', True)
    """

    fields: tuple[str, ...]
    has_reference: bool
    experts: tuple[int, ...]  # candidates, by falling mean weight
    names: dict[int, str]  # candidate -> "#3 sine 2×64"
    hued: dict[int, str]  # candidate -> its level of the axis that has hues
    slices: tuple[Slice, ...]  # those that meet the domain
    missed: tuple[str, ...] = ()  # what is held on those that do not
    observed: tuple[dict[str, list[float]], ...] = ()  # coordinates and fields, by name

    @property
    def has_residual(self) -> bool:
        """False for maps of earlier versions."""
        return all(_RESIDUAL in one.values for one in self.slices)

    @property
    def has_weighted(self) -> bool:
        """Whether residuals are weighted as in the physics loss: for the pieces of a domain."""
        return all(_WEIGHTED in one.values for one in self.slices)

    @property
    def main(self) -> Slice:
        """The slice on which a field varies most: what is shown where one slice has to do."""

        def variation(one: Slice) -> float:
            shown = [one.values[f] for f in self.fields if np.isfinite(one.values[f]).any()]
            return max((np.nanmax(values) - np.nanmin(values) for values in shown), default=0.0)

        return max(self.slices, key=variation)

    def of(self, column: str) -> list[Array]:
        """A column on every slice."""
        return [one.values[column] for one in self.slices]

    def observations(self, field: str) -> list[dict[str, list[float]]]:
        """Those of a field that lie on the slice, which only that of all the domain can tell."""
        whole = len(self.slices) == 1 and not self.main.held
        return [table for table in self.observed if field in table] if whole else []

    def errors(self, field: str) -> list[Array]:
        """|u − reference| on every slice."""
        pairs = zip(self.of(field), self.of(f"{field}.reference"), strict=True)
        return [np.abs(predicted - truth) for predicted, truth in pairs]

    def residuals(self) -> list[Array]:
        """Root of the sum of the squared residuals of all equations, on every slice.

        Weighted as in the physics loss where `has_weighted`.
        """
        return self.of(_WEIGHTED if self.has_weighted else _RESIDUAL)

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
        """Sentences on the experts and the slices without a panel; empty where all have one."""
        said = ""
        if len(self.experts) > MOST_PANELS:
            said += f" The {MOST_PANELS} with most weight of {len(self.experts)} are shown."
        if len(self.slices) > 1:
            said += f" Shown where {self.main.held}, where the solution varies most."
        return said


def load(records: Records, best: Recommended | None) -> SolutionMap | None:
    """The map of the run ``best``; None where there is no such run or it has no map.

    Raises
    ------
    UserError
        If the file of the map is not a map of this problem on regular grids.

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
    path = layout.run_folder(records.folder, best.name) / layout.MAP_FILE
    _check_columns(frame, path, coordinates, fields, candidates)
    parts = [part for _, part in frame.groupby(_INDEX)] if _INDEX in frame else [frame]
    found = [
        _slice(part.drop(columns=_INDEX, errors="ignore"), path, coordinates) for part in parts
    ]
    if all(one.empty for one in found):
        return None
    mean = {c: _mean([one.values[f"weight.{c}"] for one in found]) for c in candidates}
    return SolutionMap(
        fields,
        all(f"{field}.reference" in frame.columns for field in fields),
        tuple(sorted(candidates, key=lambda c: (-mean[c], c))),
        {e.candidate: f"#{e.candidate} {written(e)}" for e in each(best.survivors)},
        dict(zip(candidates, map(HUED.text, best.survivors[HUED.name]), strict=True)),
        tuple(one for one in found if not one.empty),
        tuple(one.held for one in found if one.empty),
        tuple(facts.get("observed", ())),
    )


def _slice(frame: pd.DataFrame, path: Path, coordinates: Sequence[str]) -> Slice:
    """One grid of a map's file as arrays."""
    levels = {name: np.unique(frame[name]).astype(np.float64) for name in coordinates}
    varying = [name for name in coordinates if len(levels[name]) > 1]
    # Time runs to the right, as in every plot of u(x, t) in the literature.
    axes = tuple(sorted(varying, key=lambda name: not is_time(name)))
    _check_points(len(frame), path, [len(levels[name]) for name in axes])
    shape = tuple(len(levels[name]) for name in reversed(axes))
    frame = frame.sort_values(list(reversed(axes)), kind="stable")
    values = {
        name: frame[name].to_numpy(dtype=np.float64).reshape(shape)
        for name in frame.columns
        if name not in coordinates
    }
    held = [f"{name} = {levels[name][0]:.3g}" for name in coordinates if name not in varying]
    ends = tuple((float(levels[name][0]), float(levels[name][-1])) for name in axes)
    return Slice(axes, ", ".join(held), ends, values)


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
    if missing:
        raise UserError(
            f"{path}: expected a map with the columns {', '.join(columns)}, "
            f"found no {', '.join(missing)}; delete this file and run "
            "`nas search` again on its campaign"
        )


def _check_points(points: int, path: Path, sides: Sequence[int]) -> None:
    if points != np.prod(sides) or len(sides) not in (1, 2):
        raise UserError(
            f"{path}: expected a regular grid of {' × '.join(map(str, reversed(sides)))} points, "
            f"found {points}; delete this file and run `nas search` again on its campaign"
        )


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


def largest(values: Sequence[Array]) -> float:
    """The greatest finite size on any slice; 0 where there is none.

    Examples
    --------
    >>> largest([np.array([1.0, np.inf]), np.array([3.0])])
    3.0
    """
    finite = np.concatenate([v[np.isfinite(v)] for v in values])
    return float(finite.max()) if finite.size else 0.0


def _mean(values: Sequence[Array]) -> float:
    finite = np.concatenate([v[np.isfinite(v)] for v in values])
    return float(finite.mean()) if finite.size else 0.0
