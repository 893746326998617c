"""The rule of the recommendation, by hand and against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.campaign.front import Objectives, pareto_front
from nas.campaign.recommendation import alternative, recommended, within

SCORES = st.lists(
    st.tuples(st.sampled_from([1.0, 1.5, 2.0, 2.5, 9.0]), st.sampled_from([10.0, 20.0, 30.0])),
    min_size=1,
    max_size=9,
)


@pytest.mark.parametrize(
    ("scores", "index"),
    [
        ([(1e-4, 900.0)], 0),
        ([(3e-4, 100.0), (1e-4, 900.0)], 1),  # three times the loss: no size makes up for it
        ([(1.9e-4, 100.0), (1e-4, 900.0)], 0),
        ([(2e-4, 100.0), (1e-4, 900.0)], 0),  # a factor of two is within it
        ([(2.01e-4, 100.0), (1e-4, 900.0)], 1),
        ([(1.9e-4, 100.0), (1e-4, 900.0), (1.8e-4, 100.0)], 2),  # equal sizes: less loss
        ([(1e-4, 900.0), (1e-4, 900.0)], 0),  # equal in all: the first
        ([(0.0, 900.0), (1e-30, 100.0)], 0),  # nothing is within a factor of zero
    ],
)
def test_the_smallest_of_the_least_losses_is_recommended(
    scores: list[Objectives], index: int
) -> None:
    assert recommended(scores) == index


def test_of_nothing_nothing_is_recommended() -> None:
    assert recommended([]) is None
    assert alternative([]) is None
    assert within([]) == []


@given(SCORES)
def test_it_is_on_the_front_and_nothing_near_is_smaller(scores: list[Objectives]) -> None:
    best = recommended(scores)
    assert best is not None
    loss, size = scores[best]
    least = min(one for one, _ in scores)
    assert loss <= 2 * least
    assert not any(one <= 2 * least and other < size for one, other in scores)
    assert scores[best] in [scores[index] for index in pareto_front(scores)]


@given(SCORES)
def test_the_alternative_is_on_the_front_and_smaller(scores: list[Objectives]) -> None:
    best, small = recommended(scores), alternative(scores)
    if small is not None:
        assert best is not None
        assert scores[small][1] < scores[best][1]
        assert scores[small][0] > scores[best][0]
        assert small in pareto_front(scores)


def test_the_alternative_is_the_knee_where_that_is_another_one() -> None:
    ends = [(1e-4, 10_000.0), (1e-2, 900.0)]
    assert alternative([*ends, (3e-4, 1_000.0)]) == 2
    assert alternative([*ends, (1.5e-4, 1_000.0)]) is None  # recommended already
    assert alternative(ends) is None  # a front of two has no knee
