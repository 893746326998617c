"""Derivatives of a solution known as a function, by interpolation on small boxes.

Axis legend: B points, D coordinates, C fields, U unknown coefficients, S derivatives, n nodes an
axis.

For each derivative and around each point lies a box inside the domain, along those coordinates
alone by which it differentiates, with the point at its centre, or on its border where the domain
ends; the polynomial through a Chebyshev grid on it is differentiated. Errors of interpolation
fall like the power n of the box's size, those of rounding grow as it shrinks: of a ladder of
sizes that one is taken where the sum of both is smallest, and this sum tells how far to trust
it.
"""

from collections.abc import Callable
from functools import cache, partial
from itertools import product
from math import prod

import numpy as np
import torch
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.optimize import brentq
from torch import Tensor

from nas.calculus.jets import Derivative, DerivativeSet, Laplacian, MultiIndex, unit
from nas.problems import Problem, Unknown
from nas.problems.domains import Array, Domain
from nas.problems.terms.interior import INTERIOR, inside

Function = Callable[[Array], Array]  # points (B, D) to values (B, C)

NODES = 11
FEW_ULPS = 4 * np.finfo(np.float64).eps  # to which a solution is computed
SIZES = tuple(0.49 / 1.5**step for step in range(15))  # half of a box's side, in the domain's


def solution_jet(
    problem: Problem, derivatives: DerivativeSet, points: Tensor
) -> tuple[Array, Array, Array]:
    """The solution with the unknown coefficients (S, B, C + U) at points (B, D); errors; sizes.

    Where no box fits, the error is infinite. The size is that of the value, but of a Laplacian
    that of its parts, which may cancel.

    Examples
    --------
    >>> from nas.training import example
    >>> first = DerivativeSet([(1,)], 1)
    >>> values, errors, _ = solution_jet(example.PROBLEM, first, torch.tensor([[0.5]]).double())
    >>> values.flatten().round(8).tolist(), bool(errors.max() < 1e-8)  # ± exp(-1/2)
    ([0.60653066, -0.60653066], True)
    """
    pieces = {field: problem.pieces.get(name, "") for field, name in enumerate(problem.fields)}
    width = len(problem.fields) + len(problem.unknown)
    values = np.zeros((len(derivatives), len(points), width))
    errors, sizes = np.zeros_like(values), np.zeros_like(values)
    for piece in set(pieces.values()):
        fields = [field for field, other in pieces.items() if other == piece]
        domain = inside(problem.domain, piece or INTERIOR)
        known = partial(_known, problem, fields)
        for index, key in enumerate(derivatives.keys):
            found = _parts(domain, known, key, points.numpy())
            values[index][:, fields] = np.sum([value for value, _ in found], axis=0)
            errors[index][:, fields] = np.sum([error for _, error in found], axis=0)
            sizes[index][:, fields] = np.sum([np.abs(value) for value, _ in found], axis=0)
    coefficients = [raw(one) for one in problem.unknown.values()]
    values[0, :, len(problem.fields) :] = coefficients
    sizes[0, :, len(problem.fields) :] = np.abs(coefficients)
    return values, errors, sizes


def _known(problem: Problem, fields: list[int], points: Array) -> Array:
    values = problem.reference(points)
    assert values is not None
    return values[:, fields]


def raw(unknown: Unknown) -> float:
    """What networks would carry for the true coefficient.

    Examples
    --------
    >>> round(raw(Unknown(start=2.0, truth=3.0)), 6)
    1.5
    """
    truth = unknown.truth
    assert truth is not None

    def off(trial: float) -> float:
        return float(unknown.value(torch.tensor(trial, dtype=torch.float64))) - truth

    return float(brentq(off, -1e3, 1e3, xtol=1e-14))


def _parts(
    domain: Domain, known: Function, key: Derivative, points: Array
) -> list[tuple[Array, Array]]:
    """What a derivative is the sum of, each (B, C) with its error (B, C)."""
    if isinstance(key, Laplacian):
        second = [tuple(2 * n for n in unit(axis, points.shape[1])) for axis in key.axes]
        return [_one(domain, known, one, points) for one in second]
    return [_one(domain, known, key, points)]


def _one(domain: Domain, known: Function, key: MultiIndex, points: Array) -> tuple[Array, Array]:
    """One derivative (B, C) and its error (B, C)."""
    if not any(key):
        return known(points), np.zeros_like(known(points))
    ladder = [_on_boxes(domain, known, key, points, size) for size in SIZES]
    values = np.stack([value for value, _ in ladder])
    changes = np.abs(np.diff(values, axis=0))
    # Two neighbours may agree by chance, three do not.
    errors = changes[:-1] + changes[1:] + np.stack([rounding for _, rounding in ladder[1:-1]])
    errors[np.isnan(errors)] = np.inf
    best = errors.argmin(axis=0, keepdims=True)
    error = np.take_along_axis(errors, best, axis=0)[0]
    value = np.take_along_axis(values, best + 1, axis=0)[0]
    return np.where(np.isinf(error), 0, value), error


def _on_boxes(
    domain: Domain, known: Function, key: MultiIndex, points: Array, size: float
) -> tuple[Array, Array]:
    """A derivative (B, C) from boxes of one size, and its error of rounding (B, C).

    Where no box lies inside, both are nan.
    """
    low, high = np.transpose(domain.bounds)
    half = size * (high - low)
    axes = np.flatnonzero(key)
    result = np.full_like(known(points), np.nan)
    rounding = result.copy()
    left = np.arange(len(points))
    for choice in sorted(product((0, -1, 1), repeat=len(axes)), key=np.count_nonzero):
        grid = _grid(points[left], half, axes, choice, low, high)
        inside = domain.contains(grid.reshape(-1, len(low))).reshape(len(left), -1).all(axis=1)
        if inside.any():
            values = known(grid[inside].reshape(-1, len(low)))
            values = values.reshape(-1, *grid.shape[1:-1], result.shape[1])
            weights = [
                _weights(key[axis])[index + 1] / half[axis] ** key[axis]
                for axis, index in zip(axes, choice, strict=True)
            ]
            amplified = prod(np.abs(one).sum() for one in weights)
            largest = np.abs(values).max(axis=tuple(range(1, values.ndim - 1)))
            rounding[left[inside]] = FEW_ULPS * amplified * largest
            for one in weights:
                values = np.einsum("bn...,n->b...", values, one)
            result[left[inside]] = values
            left = left[~inside]
        if not len(left):
            break
    return result, rounding


def _grid(
    points: Array,
    half: Array,
    axes: NDArray[np.int_],
    choice: tuple[int, ...],
    low: Array,
    high: Array,
) -> Array:
    """The nodes (B, n, …, n, D) of boxes along ``axes`` in which the points lie at ``choice``."""
    nodes = chebyshev.chebpts2(NODES)
    offsets = np.stack(np.meshgrid(*(nodes - index for index in choice), indexing="ij"), axis=-1)
    grid = np.broadcast_to(
        points.reshape(len(points), *[1] * len(axes), -1),
        (len(points), *offsets.shape[:-1], len(low)),
    ).copy()
    grid[..., axes] += half[axes] * offsets
    clipped = np.clip(grid, low, high)
    snapped: Array = np.where(np.abs(grid - clipped) < 1e-12 * (high - low), clipped, grid)
    return snapped


@cache
def _weights(order: int) -> Array:
    """Weights (3, n) of the values at the nodes: the derivative at -1, 0 and 1."""
    to_coefficients = np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts2(NODES), NODES - 1))
    derived = chebyshev.chebder(np.eye(NODES), order)
    weights: Array = chebyshev.chebval(np.array([-1.0, 0.0, 1.0]), derived).T @ to_coefficients
    return weights
