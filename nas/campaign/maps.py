"""The trained mixture on points: its error where the truth is known, and its map on a grid.

Axis legend: B points, D coordinates, E experts alive, C fields.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.campaign import records
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.domains import Array
from nas.problems.sampling import interior_points

REFERENCE_POINTS = 10_000
GRID = 101  # points a side


def relative_l2(problem: Problem, mixture: Mixture) -> float | None:
    """‖u - u*‖ / ‖u*‖ over 10,000 interior points, all fields together; None without u*.

    Examples
    --------
    An untrained gate and network is nothing near a solution:

    >>> from nas import problems
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> from nas.search_spaces import Candidate
    >>> problem = problems.load("helmholtz")
    >>> pool = (Candidate("tanh", 1, 4),)
    >>> mixture = Mixture(pool, GateSettings(depth=0), problem.domain.bounds, outputs=1, seed=0)
    >>> relative_l2(problem, mixture) > 0.5
    True
    """
    points = interior_points(problem.domain, REFERENCE_POINTS, seed=0, draw=0)
    truth = problem.reference(points)
    if truth is None:
        return None
    predicted, _, _ = evaluate(problem, mixture, points)
    return float(np.linalg.norm(predicted - truth) / np.linalg.norm(truth))


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
    except Exception:
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
    like = mixture.centre
    x = torch.as_tensor(points, device=like.device)
    coordinates = mixture.coordinates(x, derivatives)
    experts = mixture.fields(coordinates, derivatives)
    logits = mixture.logits(coordinates, derivatives)
    mixed = problem.physical(mixture.mix(derivatives, logits, experts), derivatives, x)
    each = problem.physical(experts, derivatives, x)
    fields = slice(0, mixture.outputs)  # behind them stand the unknown coefficients
    return (
        _array(mixed[0, :, fields]),
        _array(mixture.weights(logits)),
        _array(each[:, 0, :, fields]),
    )


def write_map(path: Path, problem: Problem, mixture: Mixture) -> None:
    """Write the mixture on a regular grid (see `records.Records.map`); 2-D problems only.

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
    >>> len(found), list(found)[:4]
    (10201, ['x', 'y', 'u', 'u.reference'])
    """
    if len(problem.coordinates) != 2:
        return
    axes = [np.linspace(low, high, GRID) for low, high in problem.domain.bounds]
    points = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=-1)
    inside = problem.domain.contains(points)
    mixed, weights, experts = evaluate(problem, mixture, points[inside])
    truth = problem.reference(points[inside])

    columns: dict[str, Any] = dict(zip(problem.coordinates, points.T, strict=True))
    for c, field in enumerate(problem.fields):
        columns[field] = mixed[:, c]
        if truth is not None:
            columns[f"{field}.reference"] = truth[:, c]
        for index, expert in zip(mixture.alive, experts, strict=True):
            columns[f"{field}.expert.{index}"] = expert[:, c]
    for e, index in enumerate(mixture.alive):
        columns[f"weight.{index}"] = weights[:, e]
    records.write_map(path, {name: _on_grid(v, inside) for name, v in columns.items()})


def _on_grid(values: Array, inside: np.ndarray[Any, np.dtype[np.bool_]]) -> Any:
    """Float32 over the whole grid; NaN outside the domain."""
    if len(values) == len(inside):
        return values.astype(np.float32)
    grid = np.full(len(inside), np.nan, np.float32)
    grid[inside] = values
    return grid


def _array(tensor: Tensor) -> Array:
    return tensor.double().cpu().numpy()
