"""Where fields are sought: what a network says of one elsewhere is nobody's business.

Axis legend: B points, D coordinates, C fields.
"""

import numpy as np

from nas.problems.domains import Array, Mask
from nas.problems.problem import Problem


def sought(problem: Problem, points: Array) -> Mask:
    """Where each field is sought (B, C): all over, but for those of one piece of the domain.

    Examples
    --------
    >>> from nas.problems import load
    >>> sought(load("two_materials"), np.array([[0.5, 0.1], [0.5, 0.9]])).tolist()
    [[True, False], [False, True]]
    """
    everywhere = np.ones(len(points), bool)
    columns = [
        problem.domain_of(field).contains(points) if field in problem.pieces else everywhere
        for field in problem.fields
    ]
    return np.stack(columns, axis=-1)
