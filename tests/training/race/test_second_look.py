"""Who has a second look, and that there is one."""

from dataclasses import dataclass
from typing import cast

import pytest

from nas.training.race.contestant import Contestant
from nas.training.race.second_look import SecondLook


@dataclass
class Learner:
    """What the second look asks of a contestant."""

    name: str
    loss: float
    stalls: int = 0
    can_learn: bool = True


def rival(look: SecondLook, winner: Learner, *others: Learner) -> str | None:
    found = look.rival(cast("Contestant", winner), cast("list[Contestant]", [winner, *others]))
    return None if found is None else found.name


WINNER = Learner("winner", 1.0, stalls=2)
GOOD, BETTER = Learner("good", 3.0), Learner("better", 2.0, stalls=1)


@pytest.mark.parametrize(("stalls", "expected"), [(1, None), (2, "better"), (3, "better")])
def test_it_is_time_once_the_winner_has_stalled_so_often(stalls: int, expected: str | None) -> None:
    winner = Learner("winner", 1.0, stalls)
    assert rival(SecondLook(after=2), winner, GOOD, BETTER) == expected


def test_one_that_has_stalled_as_often_or_ended_has_none() -> None:
    stalled, ended = Learner("stalled", 1.5, stalls=2), Learner("ended", 1.4, can_learn=False)
    assert rival(SecondLook(after=2), WINNER, GOOD, stalled, ended) == "good"
    assert rival(SecondLook(after=2), WINNER, stalled, ended) is None


def test_there_is_one_in_a_race_also_after_a_stop() -> None:
    look = SecondLook(after=2)
    look.begin(cast("Contestant", GOOD), until=0.6)
    assert (look.holder, look.until) == ("good", 0.6)
    again = SecondLook(after=2)
    again.restore(look.state(), scale=0.5)
    assert (again.holder, again.until) == ("good", 0.3)
    for one in (look, again):
        one.end()
        assert one.holder is None
        assert rival(one, WINNER, BETTER) is None
