"""What is left of equations and conditions when the known solution is put in.

Axis legend: B points, L locations, D coordinates, C fields, U unknown coefficients, S
derivatives, K columns of data.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.checking.solution_jet import solution_jet
from nas.problems import Problem
from nas.problems.domains import Array
from nas.problems.sampling import interior_points
from nas.problems.terms import Group, PointCounts, Term, together

COUNTS = PointCounts(interior=32, boundary=32)


@dataclass(frozen=True)
class Remainders:
    """What is left of the equations of a term when the solution is put in.

    Examples
    --------
    >>> from nas import problems
    >>> problem = problems.load("helmholtz")
    >>> equations(problem)[0].worst < 1e-8
    True

    Parameters
    ----------
    residual : Array (equations, B)
    scale : Array (equations, B)
        The size of what cancels.
    error : Array (equations, B)
        By how much the residual may be off.
    points : Array (B, D)
        Where; of several locations the first.
    """

    residual: Array
    scale: Array
    error: Array
    points: Array

    @property
    def resolved(self) -> NDArray[np.bool_]:
        """Where the residuals can be trusted, (equations, B)."""
        return self.error < 1e-7 * self._size

    @property
    def worst(self) -> float:
        """The largest residual over its scale, where it can be trusted."""
        return float(self._relative.max())

    @property
    def at(self) -> tuple[float, Array]:
        """The largest residual over its scale, and the point (D,) where it is."""
        row = int(self._relative.argmax())
        return float(self._relative[row]), self.points[row]

    @property
    def without_value(self) -> Array | None:
        """A point (D,) where the residual is no number, as the solution has no value; or None."""
        undefined = np.isnan(self.residual).any(axis=0)
        return self.points[int(undefined.argmax())] if undefined.any() else None

    @property
    def _relative(self) -> Array:
        """The largest over the equations at each point (B,); 0 where none can be trusted."""
        size = np.where(self._size > 0, self._size, 1.0)
        found: Array = np.where(self.resolved, self.residual / size, 0.0).max(axis=0)
        return found

    @property
    def _size(self) -> Array:
        """The scale; what is demanded itself where the solution has none, such as zero."""
        found: Array = np.maximum(self.scale, self.residual)
        return found


def equations(problem: Problem) -> list[Remainders]:
    """The remainder of the equations in the interior; of those of each piece, if there are some.

    Examples
    --------
    >>> from nas import problems
    >>> glass, copper = equations(problems.load("two_materials"))
    >>> glass.worst < 1e-6, copper.worst < 1e-6
    (True, True)
    """
    group = problem.groups[0]
    return [remainders(problem, group, term) for term in group.terms]


def conditions(problem: Problem) -> list[Remainders]:
    """The remainder of each condition without noise at the points where it is to hold.

    Examples
    --------
    >>> from nas import problems
    >>> [left.worst < 1e-12 for left in conditions(problems.load("helmholtz"))]
    [True]
    """
    return [
        remainders(problem, group, term)
        for group in problem.groups[1:]
        for term in group.terms
        if not problem.requirement_of(term).noise
    ]


def remainders(problem: Problem, group: Group, term: Term) -> Remainders:
    """Put the known solution into a term at some of its points.

    Examples
    --------
    >>> from nas.training import example
    >>> group = example.PROBLEM.groups[1]  # u - 1 at the start
    >>> remainders(example.PROBLEM, group, group.terms[0]).residual
    array([[0.]])
    """
    derivatives = DerivativeSet(term.derivatives, len(problem.coordinates))
    points, data = drawn(problem, group, term)
    values, errors, sizes = solution_jet(problem, derivatives, points.reshape(-1, points.shape[-1]))
    usual = _usual(problem, derivatives)
    jet = torch.as_tensor(values).requires_grad_()
    rows = []
    for residual in term.residuals(jet, derivatives, points, data):
        (gradient,) = torch.autograd.grad(residual.sum(), jet, retain_graph=True)
        slope = gradient.abs().numpy()
        shape = (-1, residual.shape[-1])  # location by location
        scale = (slope * (sizes + usual)).sum(axis=(0, 2)).reshape(shape).sum(axis=0)
        bounds = slope * np.where(slope == 0, 0, errors)
        error = bounds.sum(axis=(0, 2)).reshape(shape).sum(axis=0)
        rows.append((residual.detach().abs().numpy(), scale, error))
    columns = [np.stack(column) for column in zip(*rows, strict=True)]
    at = points.reshape(-1, *points.shape[-2:])[0].numpy()
    return Remainders(columns[0], columns[1], columns[2], at)


def _usual(problem: Problem, derivatives: DerivativeSet) -> Array:
    """The median size (S, 1, C + U) of the solution's derivatives: some vanish at the border."""
    points = torch.as_tensor(interior_points(problem.domain, 16, seed=2, draw=0))
    sizes = solution_jet(problem, derivatives, points)[2]
    known = sizes[:, np.isfinite(sizes).all(axis=(0, 2))]
    if not known.shape[1]:
        return np.zeros_like(sizes[:, :1])
    size: Array = np.median(known, axis=1, keepdims=True)
    return size


def drawn(problem: Problem, group: Group, term: Term) -> tuple[Tensor, Tensor]:
    """Points (B, D) or (L, B, D) of a term with their data (B, K), as training would draw them.

    Examples
    --------
    >>> from nas.training import example
    >>> group = example.PROBLEM.groups[1]
    >>> drawn(example.PROBLEM, group, group.terms[0])  # the start, and the outward normal there
    (tensor([[0.]], dtype=torch.float64), tensor([[-1.]], dtype=torch.float64))
    """
    by_region = group.source.draw(
        problem.domain, term.regions, COUNTS, seed=1, draw=0, method="sobol"
    )
    found = together({region: by_region[region] for region in term.regions})
    return torch.as_tensor(found.points), torch.as_tensor(found.data)
