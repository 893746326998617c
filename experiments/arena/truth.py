"""How far an answer is from the known solution; no column sees it.

Axis legend: B points, D coordinates, C fields.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from nas.campaign.true_errors import REFERENCE_POINTS
from nas.errors import UserError
from nas.problems import Problem
from nas.problems.domains import Array
from nas.problems.sampling import interior_points

Evaluate = Callable[[Array], Array]  # points (B, D) -> fields (B, C)


class Truth:
    """The solution of a problem at the points where the product's own errors are measured.

    Raises
    ------
    UserError
        If the solution is not known.

    Examples
    --------
    >>> from nas.problems import load
    >>> truth = Truth(load("helmholtz"))
    >>> truth.error(lambda points: np.zeros((len(points), 1)))
    1.0
    """

    def __init__(self, problem: Problem) -> None:
        self._points = interior_points(problem.domain, REFERENCE_POINTS, seed=0, draw=0)
        fields = problem.reference(self._points)
        if fields is None:
            raise UserError(f"{problem.name}: expected a problem whose solution is known")
        # A field of one piece of the domain is nothing elsewhere.
        self._sought = np.stack(
            [problem.domain_of(field).contains(self._points) for field in problem.fields], axis=-1
        )
        self._fields = np.where(self._sought, fields, 0.0)
        self._unknown = {name: one.truth for name, one in problem.unknown.items()}

    def error(self, evaluate: Evaluate) -> float:
        """‖u - u*‖ / ‖u*‖ of all fields together; infinite where an answer is not finite."""
        wrong = np.where(self._sought, evaluate(self._points), 0.0) - self._fields
        error = float(np.linalg.norm(wrong) / np.linalg.norm(self._fields))
        return error if math.isfinite(error) else math.inf

    def of_coefficients(self, found: Mapping[str, float]) -> float | None:
        """The largest relative error of the unknown coefficients; None where there are none.

        >>> from nas.problems import load
        >>> truth = Truth(load("burgers_inverse"))
        >>> round(truth.of_coefficients({"nu": 0.011 / math.pi}), 6)
        0.1
        """
        known = {name: value for name, value in self._unknown.items() if value is not None}
        errors = [abs(found[name] / value - 1) for name, value in known.items()]
        return max(errors, default=None)
