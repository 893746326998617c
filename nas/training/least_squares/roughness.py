"""How fast residuals vary along each axis.

Axis legend: B points, D coordinates.
"""

from dataclasses import replace

import torch
from torch import Tensor

from nas.problems import Problem
from nas.training.collocation import Sample
from nas.training.least_squares.features import Answer

STEP = 1e-3  # of half a side of the bounding box
LEAST = 1.0


def roughness(problem: Problem, answer: Answer, sample: Sample) -> list[float]:
    """‖∂r/∂ξ‖ / ‖r‖ of the equations' residuals r for each axis, ξ in [-1, 1]; at least 1.

    Of a wave sin(k ξ) it is about k. By differences over a short step, towards the middle, so that
    points stay inside a box; where a step leaves a domain of another shape, that point counts like
    the others.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.training import example
    >>> plain = replace(example.PROBLEM, balanced=False)
    >>> def fast(points, derivatives):  # u = 0 and u' = sin 40 t: residuals like a wave of 20 ξ
    ...     wave = torch.sin(40 * points.double())
    ...     return torch.stack([0 * wave, wave])
    >>> points = torch.linspace(0, 1, 500, dtype=torch.float64)[:, None]
    >>> whole = {"interior": slice(0, 500)}
    >>> sample = Sample(points, torch.empty(500, 0), None, whole)
    >>> [round(one) for one in roughness(plain, fast, sample)]
    [20]
    """
    low, high = torch.tensor(problem.domain.bounds, dtype=torch.float64).unbind(-1)
    half = (high - low) / 2
    towards = torch.where(sample.points > (low + high) / 2, -1.0, 1.0).double()
    here = _residuals(problem, answer, sample)
    found = []
    for axis in range(len(half)):
        move = torch.zeros_like(sample.points)
        move[:, axis] = STEP * half[axis] * towards[:, axis]
        there = _residuals(problem, answer, replace(sample, points=sample.points + move))
        change = (there - here).nan_to_num(0.0, 0.0, 0.0).norm()
        found.append(max(LEAST, float(change / here.nan_to_num(0.0, 0.0, 0.0).norm()) / STEP))
    return found


def _residuals(problem: Problem, answer: Answer, sample: Sample) -> Tensor:
    group = problem.groups[0]
    jet = answer(sample.points, group.derivatives).double()
    views = [sample.seen_by(term) for term in group.terms]
    rows = [seen.weighted(problem, seen.part(jet), group.derivatives) for seen in views]
    return torch.cat([one for of_term in rows for one in of_term]).detach()
