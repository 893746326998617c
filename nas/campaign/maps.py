"""The trained mixture on points: its errors where the truth is known, and its map on slices.

Axis legend: B points, D coordinates, E experts alive, C fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.campaign import records
from nas.campaign.slices import slices
from nas.errors import RAISED
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.domains import Array, Mask
from nas.problems.sampling import interior_points
from nas.problems.terms.interior import inside
from nas.training.collocation import Sample
from nas.training.resampling import residual_sizes

REFERENCE_POINTS = 10_000
CHUNK = 4096  # points that are evaluated at once: jets of many experts are large


@dataclass(frozen=True)
class Errors:
    """Relative L2 errors ‖u - u*‖ / ‖u*‖: of all fields together, and of each.

    Examples
    --------
    >>> Errors(together=0.1, by_field={"u": 0.1}).together
    0.1
    """

    together: float | None  # None without u*
    by_field: dict[str, float | None]  # empty without u*; None where a field's u* is zero


UNKNOWN = Errors(None, {})


def measure(problem: Problem, mixture: Mixture) -> Errors:
    """The errors over 10,000 interior points.

    Examples
    --------
    An untrained gate and network is nothing near a solution:

    >>> from nas import problems
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4),)
    >>> mixture = Mixture(pool, GateSettings(depth=0), problem.domain.bounds, outputs=1, seed=0)
    >>> errors = measure(problem, mixture)
    >>> errors.together > 0.5, errors.together == errors.by_field["u"]
    (True, True)
    """
    points = interior_points(problem.domain, REFERENCE_POINTS, seed=0, draw=0)
    truth = problem.reference(points)
    if truth is None:
        return UNKNOWN
    sought = _sought(problem, points)
    truth = np.where(sought, truth, 0.0)
    wrong = np.where(sought, evaluate(problem, mixture, points)[0], 0.0) - truth
    each = zip(problem.fields, wrong.T, truth.T, strict=True)
    return Errors(_relative(wrong, truth), {field: _relative(w, true) for field, w, true in each})


def relative_l2(problem: Problem, mixture: Mixture) -> float | None:
    """The error of all fields together; None without a truth.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4),)
    >>> mixture = Mixture(pool, GateSettings(depth=0), problem.domain.bounds, outputs=1, seed=0)
    >>> relative_l2(problem, mixture) == measure(problem, mixture).together
    True
    """
    return measure(problem, mixture).together


def relative_l2_or_none(problem: Problem, mixture: Mixture) -> float | None:
    """`relative_l2`; None too where the reference raises: it is a user's own code.

    What it does must not cost a trained network.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas import problems
    >>> from nas.mixture.gate import settings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
    >>> gate = settings("perceptron", depth=1, width=4)
    >>> mixture = Mixture(pool, gate, problem.domain.bounds, outputs=1, seed=0)
    >>> relative_l2_or_none(problem, mixture) == relative_l2(problem, mixture)
    True
    >>> def fails(x, y):
    ...     return x if len(x) < 1000 else 1 / 0
    >>> relative_l2_or_none(replace(problem, solution=fails), mixture) is None
    True
    """
    try:
        return relative_l2(problem, mixture)
    except RAISED:
        return None


@torch.no_grad()
def evaluate(problem: Problem, mixture: Mixture, points: Array) -> tuple[Array, Array, Array]:
    """The fields (B, C) at points (B, D), the weights (B, E), and each expert's fields (E, B, C).

    Examples
    --------
    >>> from nas import problems
    >>> from nas.mixture.gate import settings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
    >>> gate = settings("perceptron", depth=1, width=4)
    >>> mixture = Mixture(pool, gate, problem.domain.bounds, outputs=1, seed=0)
    >>> mixed, weights, experts = evaluate(problem, mixture, np.zeros((5, 2)))
    >>> mixed.shape, weights.shape, experts.shape
    ((5, 1), (5, 2), (2, 5, 1))
    """
    derivatives = DerivativeSet([], mixture.inputs)
    parts = []
    for x in _chunks(mixture, points):
        coordinates = mixture.coordinates(x, derivatives)
        experts = mixture.fields(coordinates, derivatives)
        logits = mixture.logits(coordinates, derivatives)
        correction = mixture.corrections.jet(coordinates, derivatives)
        jet = mixture.mix(derivatives, logits, experts, correction=correction)
        mixed = problem.physical(jet, derivatives, x)
        each = problem.physical(experts, derivatives, x)
        # Behind the fields stand the unknown coefficients.
        found = (
            mixed[0, :, : mixture.outputs],
            mixture.weights(logits),
            each[:, 0, :, : mixture.outputs],
        )
        parts.append(tuple(map(_array, found)))
    mixture_parts, weights_parts, experts_parts = zip(*parts, strict=True)
    return (
        np.concatenate(mixture_parts),
        np.concatenate(weights_parts),
        np.concatenate(experts_parts, axis=1),
    )


@torch.no_grad()
def residual(problem: Problem, mixture: Mixture, points: Array, *, weighted: bool = False) -> Array:
    """Root of the sum of the squared residuals of the equations (B,), at points (B, D).

    Each is as it is written, in its own units, or ``weighted`` as in the physics loss.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.mixture.gate import settings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4), Candidate("sine", 1, 4))
    >>> gate = settings("perceptron", depth=1, width=4)
    >>> mixture = Mixture(pool, gate, problem.domain.bounds, outputs=1, seed=0)
    >>> residual(problem, mixture, np.zeros((5, 2))).shape
    (5,)
    """
    group = problem.groups[0]
    sizes = np.full(len(points), np.nan)
    for region in group.regions:
        (here,) = np.nonzero(inside(problem.domain, region).contains(points))
        parts = []
        for x in _chunks(mixture, points[here]):
            rows = {other: slice(0, len(x) if other == region else 0) for other in group.regions}
            jet = mixture(x, group.derivatives)
            sample = Sample(x, x[:, :0], None, rows)
            parts.append(_array(residual_sizes(problem, jet, sample, weighted=weighted)))
        sizes[here] = np.concatenate(parts) if parts else 0.0
    return sizes


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
        found[within] = np.where(_sought(problem, points[within]), fields, np.nan)
    return found


def _columns(problem: Problem, mixture: Mixture, points: Array) -> dict[str, Array]:
    """What a map holds beside the coordinates, at points (B, D) inside the domain."""
    mixed, weights, experts = evaluate(problem, mixture, points)
    truth, sought = problem.reference(points), _sought(problem, points)
    columns: dict[str, Array] = {}
    for c, field in enumerate(problem.fields):
        known = {field: mixed[:, c]}
        if truth is not None:
            known[f"{field}.reference"] = truth[:, c]
        for index, expert in zip(mixture.alive, experts, strict=True):
            known[f"{field}.expert.{index}"] = expert[:, c]
        # Outside its piece a field is nothing, whatever networks and formulas give there.
        columns |= {name: np.where(sought[:, c], of, np.nan) for name, of in known.items()}
    for e, index in enumerate(mixture.alive):
        columns[f"weight.{index}"] = weights[:, e]
    columns["residual.size"] = residual(problem, mixture, points)
    if len(problem.groups[0].regions) > 1:  # whose equations may have different units
        columns["residual.weighted"] = residual(problem, mixture, points, weighted=True)
    return columns


def _relative(wrong: Array, truth: Array) -> float | None:
    norm = np.linalg.norm(truth)
    return float(np.linalg.norm(wrong) / norm) if norm > 0 else None


def _chunks(mixture: Mixture, points: Array) -> Iterator[Tensor]:
    """The points (B, D), some at a time, as the mixture takes them."""
    like = mixture.centre
    x = torch.as_tensor(points, device=like.device)
    return iter(torch.split(x, CHUNK))


def _on_grid(values: Array, within: Mask) -> Array:
    """Over the whole grid; NaN outside the domain."""
    grid = np.full(len(within), np.nan)
    grid[within] = values
    return grid


def _small(values: Any) -> Any:
    return values.astype(np.float32 if values.dtype.kind == "f" else np.int32)


def _array(tensor: Tensor) -> Array:
    return tensor.double().cpu().numpy()


def _sought(problem: Problem, points: Array) -> Mask:
    """Where each field is sought (B, C): all over, but for those of one piece of the domain."""
    everywhere = np.ones(len(points), bool)
    columns = [
        problem.domain_of(field).contains(points) if field in problem.pieces else everywhere
        for field in problem.fields
    ]
    return np.stack(columns, axis=-1)
