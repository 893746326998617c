"""How wrong a trained mixture is, where the truth is known.

Axis legend: B points, C fields.
"""

from dataclasses import dataclass

import numpy as np

from nas.campaign.evaluation import evaluate
from nas.errors import RAISED
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.problems.domains import Array
from nas.problems.sampling import interior_points
from nas.training.sought import sought

REFERENCE_POINTS = 10_000


@dataclass(frozen=True)
class Errors:
    """Relative L2 errors ‖u - u*‖ / ‖u*‖: of all fields together, and of each.

    Examples
    --------
    >>> Errors(together=0.1, by_field={"u": 0.1}).together
    0.1
    """

    together: float | None  # None without u*
    by_field: dict[str, float | None]  # empty without u*; None where a field's u* is zero


UNKNOWN = Errors(None, {})


def measure(problem: Problem, mixture: Mixture) -> Errors:
    """The errors over 10,000 interior points.

    Examples
    --------
    Untrained experts are nothing near a solution:

    >>> from nas.training import example
    >>> problem, mixture = example.PROBLEM, example.mixture()
    >>> errors = measure(problem, mixture)
    >>> errors.together > 0.5, errors.together == errors.by_field["u"]
    (True, True)
    """
    points = interior_points(problem.domain, REFERENCE_POINTS, seed=0, draw=0)
    truth = problem.reference(points)
    if truth is None:
        return UNKNOWN
    within = sought(problem, points)
    truth = np.where(within, truth, 0.0)
    wrong = np.where(within, evaluate(problem, mixture, points)[0], 0.0) - truth
    each = zip(problem.fields, wrong.T, truth.T, strict=True)
    return Errors(_relative(wrong, truth), {field: _relative(w, true) for field, w, true in each})


def relative_l2(problem: Problem, mixture: Mixture) -> float | None:
    """The error of all fields together; None without a truth.

    Examples
    --------
    >>> from nas.training import example
    >>> problem, mixture = example.PROBLEM, example.mixture()
    >>> relative_l2(problem, mixture) == measure(problem, mixture).together
    True
    """
    return measure(problem, mixture).together


def relative_l2_or_none(problem: Problem, mixture: Mixture) -> float | None:
    """`relative_l2`; None too where the reference raises: it is a user's own code.

    What it does must not cost a trained network.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.training import example
    >>> problem, mixture = example.PROBLEM, example.mixture()
    >>> relative_l2_or_none(problem, mixture) == relative_l2(problem, mixture)
    True
    >>> def fails(t):
    ...     return t if len(t) < 1000 else 1 / 0
    >>> relative_l2_or_none(replace(problem, solution=fails), mixture) is None
    True
    """
    try:
        return relative_l2(problem, mixture)
    except RAISED:
        return None


def _relative(wrong: Array, truth: Array) -> float | None:
    norm = np.linalg.norm(truth)
    return float(np.linalg.norm(wrong) / norm) if norm > 0 else None
