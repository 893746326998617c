"""Who takes part in a race: teams and their leads, and networks that lead alone, each once."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from nas.campaign.contestants import Entry, entries
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from nas.training.pool.learning import only

POOL = [Candidate("tanh", 1, 4)] * 6
WAVES = [Candidate("sine", 1, width, scale=0.5, learns="output") for width in (10, 20)]


def pool(candidates: list[Candidate] = POOL) -> Mixture:
    return Mixture(candidates, GateSettings(1, 4), [(0.0, 1.0)], outputs=1, seed=0)


LOSSES = {0: 1e-5, 1: 1e-4, 2: 1e-3, 3: 1e-2, 4: 1e-1, 5: 1.0}


@dataclass(eq=True)  # and so not to be hashed, as a campaign's jobs are not
class Trial:
    """What an entry knows of a trial."""

    number: int
    members: tuple[int, ...]

    @property
    def proposal(self) -> Any:
        return SimpleNamespace(trial=self.number)


def team(number: int, members: tuple[int, ...], alive: list[int]) -> Any:
    """A trial of ``members``, of which the gate has left those at ``alive``."""
    return Trial(number, members), only(pool([POOL[index] for index in members]), alive)


def told(found: list[Entry]) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.origin, tuple(sorted(one.members))) for one in found]


def test_the_best_take_part_alone() -> None:
    assert told(entries(pool(), LOSSES, [])) == [
        ("single", (0,)), ("single", (1,)), ("single", (2,)),
    ]  # fmt: skip


def test_teams_and_their_leads_come_first_and_nobody_twice() -> None:
    found = entries(pool(), LOSSES, [team(4, (5, 3, 1), [0, 1])])
    assert told(found) == [
        ("trial 4", (3, 5)),
        ("lead of trial 4", (3,)),
        ("single", (0,)),
        ("single", (1,)),
        ("single", (2,)),
    ]
    assert [one.name for one in found] == ["0", "1", "2", "3", "4"]
    assert [one.trial is not None for one in found] == [True, True, False, False, False]


def test_a_team_is_what_the_gate_left_and_a_lead_is_what_the_pool_taught() -> None:
    whole, (trial, mixture) = pool(), team(4, (5, 3, 1), [0, 1])
    first, lead, *_ = entries(whole, LOSSES, [(trial, mixture)])
    assert first.mixture is mixture
    assert first.members == tuple((5, 3, 1)[index] for index in mixture.alive)
    expected = only(whole, [3]).state_dict()
    got = lead.mixture.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in got.items())


def test_two_teams_at_most_the_best_ones() -> None:
    teams = [team(n, (n, n + 1, 5), [0, 1]) for n in range(3)]
    found = told(entries(pool(), LOSSES, teams))
    assert [origin for origin, members in found if len(members) > 1] == ["trial 0", "trial 1"]
    assert ("lead of trial 2", (2,)) in found


def test_the_same_team_takes_part_once() -> None:
    teams = [team(0, (2, 4, 5), [0, 1]), team(1, (4, 2, 5), [0, 1]), team(2, (1, 5), [0, 1])]
    found = told(entries(pool(), LOSSES, teams))
    assert [one for one in found if len(one[1]) > 1] == [("trial 0", (2, 4)), ("trial 2", (1, 5))]


def test_whom_the_gate_left_alone_is_a_network_alone() -> None:
    found = entries(pool(), LOSSES, [team(3, (4, 0), [0])])
    assert told(found)[0] == ("trial 3", (4,))
    assert found[0].mixture.alive == [4]
    members = [one.members for one in found]
    assert len(members) == len(set(members)) == 4


def test_a_network_that_is_far_ahead_is_there_whatever_the_gate_says() -> None:
    losses = dict.fromkeys(range(6), 1.0) | {5: 1e-12}
    teams = [team(n, (n, n + 1), [0, 1]) for n in range(3)]
    assert ((5,)) in [one.members for one in entries(pool(), losses, teams)]


def test_random_waves_that_were_found_are_there_beside_the_trained() -> None:
    candidates = [*POOL[:4], *WAVES]
    losses = {0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0, 4: 30.0, 5: 20.0}
    waves = only(pool([*POOL[:4], Candidate("sine", 1, 400, learns="output"), WAVES[1]]), [4])
    found = entries(pool(candidates), losses, [], waves)
    assert [one.members for one in found] == [(4,), (0,), (1,), (2,)]
    assert found[0].mixture is waves
    assert [one.members for one in entries(pool(candidates), losses, [])] == [(0,), (1,), (2,)]


def test_where_they_are_exact_they_are_alone() -> None:
    waves = only(pool([*POOL[:4], WAVES[0]]), [4])
    assert [one.members for one in entries(pool(), {4: 1e-24}, [], waves)] == [(4,)]


@pytest.mark.parametrize(("candidates", "count"), [(WAVES, 2), (POOL[:1], 1), (POOL[:2], 2)])
def test_any_pool_has_a_contestant(candidates: list[Candidate], count: int) -> None:
    losses = {index: 1.0 + index for index in range(len(candidates))}
    assert len(entries(pool(candidates), losses, [])) == count
