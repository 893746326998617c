"""Residuals without the noise of observations, which no error of an answer explains.

Axis legend: R residuals (rows).
"""

from torch import Tensor

from nas.problems import Problem
from nas.training.collocation import Points
from nas.training.least_squares.linearised import Rows

SPREAD = 1.5  # of its standard deviation: what few values with noise may leave by chance


def beyond_noise(problem: Problem, points: Points, rows: Rows) -> Rows:
    """Rows in which the residuals of noisy observations are what exceeds their noise.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.least_squares.features import Affine
    >>> from nas.training.least_squares.linearised import linearise
    >>> from nas.training.least_squares.answer import of_mixture
    >>> points, answer = example.points(), of_mixture(example.mixture())
    >>> rows = linearise(example.PROBLEM, answer, Affine([(0.0, 1.0)]), points)
    >>> found = beyond_noise(example.PROBLEM, points, rows)  # there are no observations
    >>> bool((found.residuals == rows.residuals).all())
    True
    """
    residuals, begin = rows.residuals.clone(), 0
    for group, sample in zip(problem.groups, points.samples, strict=True):
        for term in group.terms:
            deviation = problem.requirement_of(term).noise
            for weight in term.weights:
                end = begin + sample.count(term)
                # A row is a residual times √(weight / count): their norm is of one residual.
                noise = deviation * weight**0.5
                residuals[begin:end] *= _share(residuals[begin:end], SPREAD * noise)
                begin = end
    return Rows(rows.matrix, residuals)


def _share(residuals: Tensor, noise: float) -> float:
    size = float(residuals.norm())
    return max(0.0, 1 - noise / size) if size else 1.0
