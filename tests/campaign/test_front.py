"""Medians, front and knee against brute force and by hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.campaign.front import knee, objectives, pareto_front
from tests.campaign.run_rows import run

SCORES = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.4]), st.sampled_from([1.0, 2.0, 3.0, 4.0])),
    max_size=12,
)


def dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and one != other


@given(SCORES)
def test_front_is_what_nobody_dominates(scores: list[tuple[float, float]]) -> None:
    front = pareto_front(scores)
    expected = {s for s in scores if not any(dominates(other, s) for other in scores)}
    assert {scores[index] for index in front} == expected
    assert len(front) == len(expected)
    assert [scores[index] for index in front] == sorted(expected)


def test_of_equal_scores_the_first_is_taken() -> None:
    assert pareto_front([(1.0, 1.0), (1.0, 1.0)]) == [0]


def test_the_knee_is_the_point_farthest_below_the_chord() -> None:
    # In logarithms, scaled: (0, 1), (0.1, 0.2), (0.5, 0.1), (1, 0)
    front = [(10.0 ** (a), 10.0 ** (b)) for a, b in [(0, 1), (0.1, 0.2), (0.5, 0.1), (1, 0)]]
    assert knee(front) == 1


# Coordinates in the unit square, in logarithms, of fronts whose knee moves from end to end.
FRONTS = [
    ([(0, 1), (0.05, 0.3), (0.5, 0.25), (1, 0)], 1),
    ([(0, 1), (0.3, 0.55), (0.5, 0.1), (1, 0)], 2),
    ([(0, 1), (0.25, 0.5), (0.6, 0.2), (0.7, 0), (1, 0)], 3),
    ([(0, 1), (0.1, 0.7), (0.5, 0.35), (1, 0)], 1),  # 3, if loss counted half
    ([(0, 1), (0.35, 0.5), (0.7, 0.1), (1, 0)], 2),  # 0, if size counted half
]


def front_of(points: list[tuple[float, float]], loss: float, size: float) -> list[Any]:
    """Points of the unit square as losses and sizes over so many decades."""
    return [(1e-5 * 10 ** (a * loss), 50.0 * 10 ** (b * size)) for a, b in points]


@pytest.mark.parametrize(("points", "index"), FRONTS)
def test_the_knee_moves_with_the_front(points: list[tuple[float, float]], index: int) -> None:
    assert knee(front_of(points, 3, 2)) == index


@pytest.mark.parametrize(("points", "index"), FRONTS)
def test_loss_and_size_count_alike(points: list[tuple[float, float]], index: int) -> None:
    """Exchange of the axes leaves the point; by rising loss it then stands at the other end."""
    exchanged = [(size, loss) for loss, size in reversed(front_of(points, 3, 2))]
    assert knee(exchanged) == len(points) - 1 - index


@pytest.mark.parametrize(("points", "index"), FRONTS)
@pytest.mark.parametrize(("loss", "size"), [(1, 1), (0.1, 4), (6, 0.3)])
def test_the_lengths_of_the_axes_do_not_matter(
    points: list[tuple[float, float]], index: int, loss: float, size: float
) -> None:
    assert knee(front_of(points, loss, size)) == index


@pytest.mark.parametrize(("points", "index"), FRONTS)
@pytest.mark.parametrize(("loss", "size"), [(1e3, 1), (1, 1e-3), (1e-6, 7)])
def test_the_units_of_the_axes_do_not_matter(
    points: list[tuple[float, float]], index: int, loss: float, size: float
) -> None:
    assert knee([(a * loss, b * size) for a, b in front_of(points, 3, 2)]) == index


def test_without_a_knee_the_least_loss_is_taken() -> None:
    assert knee([(0.1, 100.0)]) == 0
    assert knee([(0.1, 100.0), (0.2, 10.0)]) == 0
    assert knee([(1.0, 1000.0), (9.0, 900.0), (10.0, 1.0)]) == 0  # bulges outwards


def test_objectives_are_medians_and_a_failed_run_counts_as_infinite() -> None:
    runs = [run(0, 0.3, 10), run(0, 0.1, 30), run(0, None, 99)]
    assert objectives(runs) == (0.3, 20.0)
    assert objectives([run(0, 0.3, 10), run(0, None, 99)]) is None
    assert objectives([run(0, None, 99)]) is None
