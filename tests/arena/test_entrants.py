"""Who meets: named before the first measurement, and each with a known solution."""

import numpy as np
import pytest

from experiments.arena.entrants import HELD_BACK, NAMED, PROBLEMS, TUNING, slug
from experiments.arena.truth import Truth
from nas import problems


def test_there_are_two_halves_of_the_zoo() -> None:
    assert len(TUNING) == len(HELD_BACK) == 8
    assert len(set(PROBLEMS)) == 16
    assert set(PROBLEMS) <= set(problems.names())


def test_ten_candidates_span_the_axes_and_have_different_names() -> None:
    assert len({slug(candidate) for candidate in NAMED}) == 10
    assert {candidate.activation for candidate in NAMED} == {"tanh", "sine", "swish"}
    assert {candidate.depth for candidate in NAMED} == {2, 3}
    assert {candidate.scale for candidate in NAMED} == {1, 3, 10}


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_truth_of_each_is_known(name: str) -> None:
    problem = problems.load(name)

    def exact(points: np.ndarray) -> np.ndarray:
        known = problem.reference(points)
        assert known is not None
        return known

    assert Truth(problem).error(exact) == 0.0
