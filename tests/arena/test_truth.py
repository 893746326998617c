"""Errors against the known solution: of all fields together, and of coefficients."""

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.arena.truth import Truth
from nas import problems
from nas.errors import UserError


def test_a_tenth_more_is_an_error_of_a_tenth() -> None:
    problem = problems.load("kovasznay")

    def answer(points: np.ndarray) -> np.ndarray:
        known = problem.reference(points)
        assert known is not None
        return 1.1 * known

    assert Truth(problem).error(answer) == pytest.approx(0.1)


def test_what_is_not_finite_is_infinitely_wrong() -> None:
    truth = Truth(problems.load("wave"))
    assert truth.error(lambda points: np.full((len(points), 1), math.nan)) == math.inf


def test_fields_count_in_their_pieces_alone() -> None:
    problem = problems.load("two_materials")

    def answer(points: np.ndarray) -> np.ndarray:
        known = problem.reference(points)
        assert known is not None
        within = [problem.domain_of(field).contains(points) for field in problem.fields]
        return np.where(np.stack(within, axis=-1), known, 1e6)

    assert Truth(problem).error(answer) == 0.0


def test_the_worst_coefficient_counts() -> None:
    truth = Truth(problems.load("lorenz_inverse"))
    found = {"sigma": 10.0, "rho": 18.0, "beta": 8 / 3}
    assert truth.of_coefficients(found) == pytest.approx(0.2)
    assert Truth(problems.load("wave")).of_coefficients({}) is None


def test_a_solution_is_needed() -> None:
    unsolved = replace(problems.load("wave"), solution=None)
    with pytest.raises(UserError, match="wave: expected a problem whose solution is known"):
        Truth(unsolved)
