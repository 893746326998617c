"""The error against a problem's solution, the same for every contestant.

Axis legend: E experts, N points, D coordinates, C fields.
"""

import numpy as np

from nas.problems import Problem
from nas.problems.problem import Array
from nas.problems.sampling import interior_points

POINTS = 20_000
SEED, DRAW = 20_000, 0  # points that nobody trains on


class Truth:
    """A problem's exact or reference solution at `POINTS` points of its domain.

    Raises
    ------
    ValueError
        If no solution is known.
    """

    def __init__(self, problem: Problem) -> None:
        self.points: Array = interior_points(problem.domain, POINTS, seed=SEED, draw=DRAW)
        values = problem.reference(self.points)
        if values is None:
            raise ValueError(f"{problem.name}: expected a problem with a known solution")
        self.values = values

    def error(self, predicted: Array) -> float:
        """‖u - u*‖ / ‖u*‖ of values (N, C); infinite where one of them is not a number."""
        with np.errstate(over="ignore"):
            error = np.linalg.norm(predicted - self.values) / np.linalg.norm(self.values)
        return float(error) if np.isfinite(error) else float("inf")

    def errors(self, predicted: Array) -> list[float]:
        """The error of each of several networks, values (E, N, C)."""
        return [self.error(one) for one in predicted]
