"""The rule of the recommendation, by hand and against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.campaign import recommendation
from nas.campaign.front import Objectives, pareto_front
from nas.campaign.recommendation import alternative, as_good, recommended, within
from nas.training.least_squares import correction

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
        ([(0.0, 900.0), (1e-30, 100.0)], 1),  # both are exact: what is left is rounding
        ([(1e-31, 1e4), (5e-20, 100.0)], 0),  # one is, the other is not
    ],
)
def test_the_smallest_of_the_least_losses_is_recommended(
    scores: list[Objectives], index: int
) -> None:
    assert recommended(scores, [1e-3] * len(scores)) == index


def test_exact_is_what_training_takes_for_it() -> None:
    assert recommendation.EXACT == correction.EXACT


@pytest.mark.parametrize(
    ("errors", "index"),
    [
        ([1e-3, 2e-3], 1),  # a factor of two is within it
        ([1e-3, 2.01e-3], 0),  # the loss says as good, the estimated error does not
        ([1e-3, 1e-5], 1),
        ([1e-3, None], 0),  # nothing says that it is as good
        ([None, 1e-3], 0),
        ([None, None], 0),
    ],
)
def test_a_smaller_one_has_to_be_as_good_by_its_estimated_error(
    errors: list[float | None], index: int
) -> None:
    assert recommended([(1e-4, 900.0), (1.9e-4, 100.0)], errors) == index


def test_the_smallest_of_those_that_are_as_good_need_not_be_the_smallest_within_reach() -> None:
    scores = [(1e-4, 900.0), (1.5e-4, 300.0), (1.9e-4, 100.0)]
    assert recommended(scores, [1e-3, 1e-3, 1e-1]) == 1


def test_of_nothing_nothing_is_recommended() -> None:
    assert recommended([], []) is None
    assert alternative([], None) is None
    assert within([]) == as_good([], []) == []


@given(SCORES)
def test_it_is_on_the_front_and_nothing_near_is_smaller(scores: list[Objectives]) -> None:
    best = recommended(scores, [1e-3] * len(scores))
    assert best is not None
    loss, size = scores[best]
    least = min(one for one, _ in scores)
    assert loss <= 2 * least
    assert not any(one <= 2 * least and other < size for one, other in scores)
    assert scores[best] in [scores[index] for index in pareto_front(scores)]


@given(SCORES)
def test_the_alternative_is_on_the_front_and_smaller(scores: list[Objectives]) -> None:
    best = recommended(scores, [1e-3] * len(scores))
    small = alternative(scores, best)
    if small is not None:
        assert best is not None
        assert scores[small][1] < scores[best][1]
        assert scores[small][0] > scores[best][0]
        assert small in pareto_front(scores)


def test_the_alternative_is_the_knee_where_that_is_another_one() -> None:
    ends = [(1e-4, 10_000.0), (1e-2, 900.0)]
    assert alternative([*ends, (3e-4, 1_000.0)], best=0) == 2
    assert alternative([*ends, (1.5e-4, 1_000.0)], best=2) is None  # recommended already
    assert alternative(ends, best=0) is None  # a front of two has no knee
