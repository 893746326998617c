"""Which teams stand beside the selected one."""

from collections import Counter
from itertools import combinations

import pytest

from nas.validation.choice import best_singles, random_teams
from search_spaces import Candidate, SearchSpace

POOL = SearchSpace.grid(["sine", "tanh"], [1, 2], [4, 8]).candidates


def test_random_teams_are_different_and_of_the_selected_size() -> None:
    selected = POOL[:3]
    teams = random_teams(POOL, selected, 20, seed=0)
    assert len({frozenset(team) for team in teams}) == 20
    for team in teams:
        assert len(set(team)) == 3
        assert set(team) <= set(POOL)
        assert set(team) != set(selected)
        assert list(team) == [candidate for candidate in POOL if candidate in team]
    assert teams == random_teams(POOL, selected, 20, seed=0)
    assert teams != random_teams(POOL, selected, 20, seed=1)


def test_they_are_drawn_evenly() -> None:
    drawn = Counter(
        candidate
        for seed in range(300)
        for team in random_teams(POOL, POOL[:1], 2, seed)
        for candidate in team
    )
    assert drawn[POOL[0]] == 0
    assert all(600 / 7 * 0.7 < drawn[candidate] < 600 / 7 * 1.3 for candidate in POOL[1:])


@pytest.mark.parametrize("size", [1, 7, 8])
def test_where_there_are_fewer_than_asked_for_all_are_given(size: int) -> None:
    teams = random_teams(POOL, POOL[:size], 20, seed=0)
    others = {frozenset(team) for team in combinations(POOL, size)} - {frozenset(POOL[:size])}
    assert {frozenset(team) for team in teams} == others


def test_of_equal_candidates_teams_are_told_apart_by_their_members() -> None:
    twins = (POOL[0], POOL[0], POOL[1])
    assert random_teams(twins, (POOL[0], POOL[1]), 20, seed=0) == [(POOL[0], POOL[0])]
    assert random_teams(twins[:2], twins[:1], 20, seed=0) == []


def test_the_best_single_networks_are_in_the_order_of_the_pool() -> None:
    losses = {candidate: float(10 - place) for place, candidate in enumerate(POOL)}
    assert best_singles(POOL, losses, 2) == (POOL[6], POOL[7])
    even = dict.fromkeys(POOL, 1.0)
    assert best_singles(POOL, even, 1) == (Candidate("sine", 1, 4),)
