"""Which teams stand beside the selected one."""

from collections import Counter
from itertools import combinations

import pytest

from nas.validation.choice import best_singles, random_teams
from search_spaces import SearchSpace

POOL = SearchSpace.grid(["sine", "tanh"], [1, 2], [4, 8]).candidates


def test_random_teams_are_different_and_of_the_selected_size() -> None:
    selected = (0, 1, 2)
    teams = random_teams(POOL, selected, 20, seed=0)
    assert len(set(teams)) == 20
    for team in teams:
        assert len(set(team)) == 3
        assert set(team) <= set(range(len(POOL)))
        assert team != selected
        assert list(team) == sorted(team)
    assert teams == random_teams(POOL, selected, 20, seed=0)
    assert teams != random_teams(POOL, selected, 20, seed=1)


def test_they_are_drawn_evenly() -> None:
    drawn = Counter(
        place for seed in range(300) for team in random_teams(POOL, (0,), 2, seed) for place in team
    )
    assert drawn[0] == 0
    assert all(600 / 7 * 0.7 < drawn[place] < 600 / 7 * 1.3 for place in range(1, 8))


@pytest.mark.parametrize("size", [1, 7, 8])
def test_where_there_are_fewer_than_asked_for_all_are_given(size: int) -> None:
    selected = tuple(range(size))
    teams = random_teams(POOL, selected, 20, seed=0)
    assert set(teams) == set(combinations(range(8), size)) - {selected}


def test_teams_of_equal_candidates_are_one() -> None:
    twins = (POOL[0], POOL[0], POOL[1])
    assert random_teams(twins, (0, 2), 20, seed=0) == [(0, 1)]
    assert random_teams(twins[:2], (0,), 20, seed=0) == []


def test_the_best_single_networks_are_in_the_order_of_the_pool() -> None:
    losses = {candidate: float(10 - place) for place, candidate in enumerate(POOL)}
    assert best_singles(POOL, losses, 2) == (6, 7)
    even = dict.fromkeys(POOL, 1.0)
    assert [POOL[place] for place in best_singles(POOL, even, 1)] == [min(POOL)]
