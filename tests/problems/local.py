"""Derivatives of a solution known as a function, by interpolation on small boxes.

Axis legend: B points, D coordinates, C fields, S derivatives, n nodes an axis.

Around each point lies a box inside the domain, with the point at its centre, or on its border
where the domain ends; the polynomial through a Chebyshev grid on it is differentiated. Errors
fall like the power n of the box's size, so a second, smaller box tells where they are small.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from torch import Tensor

from nas.calculus.jets import DerivativeSet, Laplacian, unit
from nas.problems import Problem
from nas.problems.sampling import interior_points
from nas.problems.terms import PointCounts, Term
from nas.problems.terms.equations import together

Array = NDArray[np.float64]

NODES = 9
SIZE = 0.01  # half of a box's side, as a share of the domain's


@dataclass(frozen=True)
class Remainders:
    """What is left of an expression when the solution is put in.

    residual : Array (B,), the largest over the equations
    scale : Array (B,), the size of the derivatives that enter
    resolved : Array (B,) of bool, where boxes of both sizes agree on the derivatives
    """

    residual: Array
    scale: Array
    resolved: NDArray[np.bool_]

    @property
    def worst(self) -> float:
        """The largest residual over its scale, where the derivatives can be trusted."""
        return float((self.residual / self.scale)[self.resolved].max())


def equations(problem: Problem, count: int = 64) -> Remainders:
    """The remainder of the equations at points of the interior."""
    points = interior_points(problem.domain, count, seed=1, draw=0)
    return remainders(problem, problem.terms[0], problem.derivatives, points)


def conditions(problem: Problem, count: int = 64) -> list[Remainders]:
    """The remainder of each condition on its parts of the boundary."""
    found = []
    for group in problem.groups[1:]:
        for term in group.terms:
            drawn = group.source.draw(
                problem.domain,
                term.regions,
                PointCounts(count, count),
                seed=1,
                draw=0,
                method="sobol",
            )
            here = together(drawn)
            found.append(remainders(problem, term, group.derivatives, here.points, here.data))
    return found


def remainders(
    problem: Problem,
    term: Term,
    derivatives: DerivativeSet,
    points: Array,
    normals: Array | None = None,
) -> Remainders:
    """Put the known solution into a term at those of the points (B, D) with a box."""
    low, high = np.transpose(problem.domain.bounds)
    boxed = _boxes(problem, points, SIZE * (high - low))[1]
    points = points[boxed]
    data = torch.as_tensor(points[:, :0] if normals is None else normals[boxed])
    coarse = jet(problem, derivatives, points, SIZE)
    fine = jet(problem, derivatives, points, SIZE / 2)
    residuals = torch.stack(term.residuals(fine, derivatives, torch.as_tensor(points), data))
    scale = 1 + fine.abs().amax(dim=(0, 2)).numpy()
    difference = (coarse - fine).abs().amax(dim=(0, 2)).numpy()
    return Remainders(residuals.abs().amax(dim=0).numpy(), scale, difference < 1e-6 * scale)


def jet(problem: Problem, derivatives: DerivativeSet, points: Array, size: float) -> Tensor:
    """The solution and its derivatives (S, B, C) at points (B, D)."""
    dimension = points.shape[1]
    low, high = np.transpose(problem.domain.bounds)
    half = size * (high - low)
    indices, _ = _boxes(problem, points, half)
    nodes = _nodes(points, half, indices, low, high)
    values = problem.reference(nodes.reshape(-1, dimension))
    assert values is not None
    grid = values.reshape(len(points), *[NODES] * dimension, -1)
    found = []
    for key in derivatives.keys:
        if isinstance(key, Laplacian):
            terms = [tuple(2 * count for count in unit(axis, dimension)) for axis in key.axes]
        else:
            terms = [key]
        found.append(sum(_derivative(grid, term, indices, half) for term in terms))
    return torch.as_tensor(np.stack(found))


def _boxes(
    problem: Problem, points: Array, half: Array
) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """Where in its box each point lies (B, D): -1, 0 or 1 along each axis; and whether it has one.

    In a sharp corner no box fits.
    """
    low, high = np.transpose(problem.domain.bounds)
    choices = sorted(product((0, -1, 1), repeat=points.shape[1]), key=np.count_nonzero)
    indices = np.zeros(points.shape, int)
    found = np.zeros(len(points), bool)
    for choice in choices:
        (left,) = np.nonzero(~found)
        if not len(left):
            break
        tried = np.broadcast_to(choice, (len(left), points.shape[1]))
        nodes = _nodes(points[left], half, tried, low, high)
        inside = problem.domain.contains(nodes.reshape(-1, points.shape[1]))
        fits = left[inside.reshape(len(left), -1).all(axis=1)]
        indices[fits] = choice
        found[fits] = True
    return indices, found


def _nodes(points: Array, half: Array, indices: NDArray[np.int_], low: Array, high: Array) -> Array:
    """The grids (B, n^D, D)."""
    axis = chebyshev.chebpts2(NODES)
    offsets = np.stack(np.meshgrid(*[axis] * points.shape[1], indexing="ij"), axis=-1)
    flat = offsets.reshape(-1, points.shape[1])
    nodes = points[:, None] + half * (flat - indices[:, None])
    clipped = np.clip(nodes, low, high)
    rounding = np.abs(nodes - clipped) < 1e-12 * (high - low)
    snapped: Array = np.where(rounding, clipped, nodes)
    return snapped


def _derivative(
    grid: Array, orders: tuple[int, ...], indices: NDArray[np.int_], half: Array
) -> Array:
    for axis, order in enumerate(orders):
        weights = _weights(order)[indices[:, axis] + 1] / half[axis] ** order
        grid = np.einsum("bn...,bn->b...", grid, weights)
    return grid


def _weights(order: int) -> Array:
    """Weights (3, n) of the values at the nodes: the derivative at -1, 0 and 1."""
    to_coefficients = np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts2(NODES), NODES - 1))
    derived = chebyshev.chebder(np.eye(NODES), order)
    weights: Array = chebyshev.chebval(np.array([-1.0, 0.0, 1.0]), derived).T @ to_coefficients
    return weights
