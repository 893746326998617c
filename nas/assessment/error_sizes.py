"""How large an estimated error is, as a whole and of each field.

Axis legend: B points, D coordinates, C fields.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.problems import Problem
from nas.training.sought import sought

FLAT = 0.01  # of its size: what a field that hardly varies is taken to vary by


@dataclass(frozen=True)
class ErrorSizes:
    """The size of an error beside that of what it is the error of.

    Parameters
    ----------
    relative
        ‖e‖ / ‖u + e‖ over the domain, all fields together.
    by_field
        The same for each field by itself.
    of_variation
        Of each field: ‖e‖ over how much u + e varies about its mean.

    Examples
    --------
    >>> from nas.training import example
    >>> points = torch.rand(100, 1, dtype=torch.float64)
    >>> right = 3 + torch.rand(100, 1, dtype=torch.float64)
    >>> found = ErrorSizes.of(example.PROBLEM, 0.9 * right, 0.1 * right, points)
    >>> round(found.relative, 6), round(found.by_field["u"], 6), found.of_variation["u"] > 0.5
    (0.1, 0.1, True)
    """

    relative: float
    by_field: dict[str, float]
    of_variation: dict[str, float]

    @classmethod
    def of(cls, problem: Problem, before: Tensor, error: Tensor, points: Tensor) -> "ErrorSizes":
        """Of answers and their errors (B, C) at ``points``."""
        by_field, of_variation, squares = {}, {}, []
        within = torch.from_numpy(sought(problem, points.numpy()))
        for c, row in enumerate(problem.describe_fields()):
            wrong, right = error[within[:, c], c], (before + error)[within[:, c], c]
            off, size = wrong.square().sum(), right.square().sum()
            # A field that is zero has no size of its own: then its scale is the measure.
            least = FLAT**2 * len(right) * row["scale"] ** 2 if problem.balanced else 0.0
            varies = (right - right.mean()).square().sum().clamp_min(FLAT**2 * size)
            by_field[row["field"]] = _root(off, size.clamp_min(least))
            of_variation[row["field"]] = _root(off, varies.clamp_min(least))
            squares.append((off, size))  # sums: a field of a small piece counts for little
        return cls(_root(*torch.tensor(squares).sum(0)), by_field, of_variation)


def _root(wrong: Tensor, size: Tensor) -> float:
    return float((wrong / size).sqrt()) if size > 0 else 0.0
