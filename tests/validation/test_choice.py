"""Which subsets stand beside the selected one."""

from collections import Counter
from itertools import combinations

import pytest

from nas.search_spaces import SearchSpace
from nas.validation.choice import best_singles, random_subsets

POOL = SearchSpace.grid(activations=["sine", "tanh"], depths=[1, 2], widths=[4, 8]).candidates


def test_random_teams_are_different_and_of_the_selected_size() -> None:
    selected = (0, 1, 2)
    subsets = random_subsets(POOL, selected, 20, seed=0)
    assert len(set(subsets)) == 20
    for subset in subsets:
        assert len(set(subset)) == 3
        assert set(subset) <= set(range(len(POOL)))
        assert subset != selected
        assert list(subset) == sorted(subset)
    assert subsets == random_subsets(POOL, selected, 20, seed=0)
    assert subsets != random_subsets(POOL, selected, 20, seed=1)


def test_they_are_drawn_evenly() -> None:
    drawn = Counter(
        index
        for seed in range(300)
        for subset in random_subsets(POOL, (0,), 2, seed)
        for index in subset
    )
    assert drawn[0] == 0
    assert all(600 / 7 * 0.7 < drawn[index] < 600 / 7 * 1.3 for index in range(1, 8))


@pytest.mark.parametrize("size", [1, 7, 8])
def test_where_there_are_fewer_than_asked_for_all_are_given(size: int) -> None:
    selected = tuple(range(size))
    subsets = random_subsets(POOL, selected, 20, seed=0)
    assert set(subsets) == set(combinations(range(8), size)) - {selected}


def test_teams_of_equal_candidates_are_one() -> None:
    twins = (POOL[0], POOL[0], POOL[1])
    assert random_subsets(twins, (0, 2), 20, seed=0) == [(0, 1)]
    assert random_subsets(twins[:2], (0,), 20, seed=0) == []


def test_the_best_single_networks_are_in_the_order_of_the_pool() -> None:
    losses = {candidate: float(10 - index) for index, candidate in enumerate(POOL)}
    assert best_singles(POOL, losses, 2) == (6, 7)
    even = dict.fromkeys(POOL, 1.0)
    assert [POOL[index] for index in best_singles(POOL, even, 1)] == [min(POOL)]
