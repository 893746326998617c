"""The map of a trained mixture: its fields, experts, weights and residual on slices of the domain.

Axis legend: B points, C fields.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nas.campaign import records
from nas.campaign.evaluation import evaluate, residual
from nas.campaign.slices import slices
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.domains import Array, Mask
from nas.training.sought import sought


def write_map(path: Path, problem: Problem, mixture: Mixture) -> None:
    """Write the mixture on slices of the domain (see `records.Records.map`).

    Nothing is written where all of them miss the domain.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nas import problems
    >>> from nas.mixture.gate import settings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
    >>> gate = settings("perceptron", depth=1, width=4)
    >>> mixture = Mixture(pool, gate, problem.domain.bounds, outputs=1, seed=0)
    >>> from nas.campaign import parquet
    >>> with TemporaryDirectory() as name:
    ...     write_map(Path(name) / "map.parquet", problem, mixture)
    ...     found = parquet.read_any(Path(name) / "map.parquet")
    >>> len(found), list(found)[:5]
    (10201, ['x', 'y', 'u', 'u.reference', 'u.expert.1'])
    """
    bounds = problem.domain.bounds
    chosen = slices(problem.coordinates, bounds, partial(_predicted, problem, mixture))
    grids = [one.points(bounds) for one in chosen]
    points = np.concatenate(grids)
    within = problem.domain.contains(points)
    if not within.any():
        return
    columns: dict[str, Any] = dict(zip(problem.coordinates, points.T, strict=True))
    if len(grids) > 1:
        columns["slice.index"] = np.repeat(range(len(grids)), [len(grid) for grid in grids])
    shown = _columns(problem, mixture, points[within])
    columns |= {name: _on_grid(values, within) for name, values in shown.items()}
    # Of an error, which is a small difference of these, single precision would show its rounding.
    exact = {name for field in problem.fields for name in (field, f"{field}.reference")}
    kept = {n: of if n in exact else _small(of) for n, of in columns.items()}
    records.write_map(path, kept)


def _predicted(problem: Problem, mixture: Mixture, points: Array) -> Array:
    """The fields (B, C) at points (B, D), NaN where they are not sought."""
    within = problem.domain.contains(points)
    found = np.full((len(points), len(problem.fields)), np.nan)
    if within.any():
        fields, _, _ = evaluate(problem, mixture, points[within])
        found[within] = np.where(sought(problem, points[within]), fields, np.nan)
    return found


def _columns(problem: Problem, mixture: Mixture, points: Array) -> dict[str, Array]:
    """What a map holds beside the coordinates, at points (B, D) inside the domain."""
    mixed, weights, experts = evaluate(problem, mixture, points)
    truth, there = problem.reference(points), sought(problem, points)
    columns: dict[str, Array] = {}
    for c, field in enumerate(problem.fields):
        known = {field: mixed[:, c]}
        if truth is not None:
            known[f"{field}.reference"] = truth[:, c]
        for index, expert in zip(mixture.alive, experts, strict=True):
            known[f"{field}.expert.{index}"] = expert[:, c]
        # Outside its piece a field is nothing, whatever networks and formulas give there.
        columns |= {name: np.where(there[:, c], of, np.nan) for name, of in known.items()}
    for e, index in enumerate(mixture.alive):
        columns[f"weight.{index}"] = weights[:, e]
    columns["residual.size"] = residual(problem, mixture, points)
    if len(problem.groups[0].regions) > 1:  # whose equations may have different units
        columns["residual.weighted"] = residual(problem, mixture, points, weighted=True)
    return columns


def _on_grid(values: Array, within: Mask) -> Array:
    """Over the whole grid; NaN outside the domain."""
    grid = np.full(len(within), np.nan)
    grid[within] = values
    return grid


def _small(values: Any) -> Any:
    return values.astype(np.float32 if values.dtype.kind == "f" else np.int32)
