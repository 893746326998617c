"""What pairs of a sine and a cosine do to the residuals, beyond what slow waves can do.

Axis legend: R rows, M frequencies, D coordinates, C fields, Q slow directions.
"""

import math

import torch
from torch import Tensor

from nas.problems import Problem
from nas.training.collocation import Points
from nas.training.least_squares.features import Answer, Waves
from nas.training.least_squares.linearised import Rows, linearised_at, places

SLOW = 64  # waves of all fields together
SLOWEST = 4.0  # their highest frequency
CHUNK = 200  # pairs at a time, for memory
DEPENDENT = 1e-8  # of the largest singular value: a direction that is no longer one
SMALLEST = 1e-300


class Pairs:
    """Columns of the linearised problem, and the residuals, both without their slow part.

    The columns of all equations and conditions at once: a wave that fits an initial condition
    and violates the equation does little to their sum of squares.

    Parameters
    ----------
    answer
        Where the problem is linearised.
    points
        Where its residuals are looked at.
    seed
        Of the slow waves.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.least_squares.outputs import zero
    >>> pairs = Pairs(example.PROBLEM, zero(example.PROBLEM), example.points(), seed=0)
    >>> pairs.columns(torch.tensor([[20.0], [30.0], [40.0]]).double()).shape
    torch.Size([17, 3, 2])
    >>> bool(pairs.residuals.norm() < 1e-6)  # exp(-t) is slow: nothing is left
    True
    """

    def __init__(self, problem: Problem, answer: Answer, points: Points, seed: int) -> None:
        self._problem, self._points = problem, points
        self._places = places(problem, points)
        with torch.no_grad():
            self._jets = [answer(*one).double() for one in self._places]
        self.fields, self.dimension = len(problem.fields), len(problem.coordinates)
        count = max(8, SLOW // self.fields)
        bounds = problem.domain.bounds
        slow = self._rows(Waves.drawn(bounds, [SLOWEST] * self.dimension, count, seed))
        size = slow.matrix.norm(dim=0).clamp_min(SMALLEST)
        u, s, _ = torch.linalg.svd(slow.matrix / size, full_matrices=False)
        self._slow = u[:, s > DEPENDENT * s[0]]  # (R, Q), orthonormal
        self.residuals = self._without_slow(slow.residuals)  # (R,)

    def columns(self, frequencies: Tensor) -> Tensor:
        """How the residuals answer (R, M, 2C) to sines and cosines of frequencies (M, D)."""
        return torch.cat([self._columns(part) for part in torch.split(frequencies, CHUNK)], dim=1)

    def _columns(self, frequencies: Tensor) -> Tensor:
        count = len(frequencies)
        phases = torch.tensor([0.0, math.pi / 2]).double().repeat_interleave(count)
        waves = Waves(frequencies.repeat(2, 1), phases, self._problem.domain.bounds)
        matrix = self._rows(waves).matrix[:, : 2 * count * self.fields]
        by_pair = matrix.view(-1, self.fields, 2, count).permute(0, 3, 1, 2)
        return self._without_slow(by_pair.reshape(len(matrix), -1)).view(len(matrix), count, -1)

    def _rows(self, waves: Waves) -> Rows:
        jets = [waves.jet(*one) for one in self._places]
        rows = linearised_at(self._problem, self._points, self._jets, jets)
        # A residual that has no value here tells nothing.
        return Rows(*(one.nan_to_num(0.0, 0.0, 0.0) for one in (rows.matrix, rows.residuals)))

    def _without_slow(self, rows: Tensor) -> Tensor:
        without: Tensor = rows - self._slow @ (self._slow.T @ rows)
        return without
