"""Who has a second look, and that there is one."""

from dataclasses import dataclass
from typing import cast

import pytest

from nas.training.meter import Meter
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


def offer(look: SecondLook, now: float, counts: dict[str, int] | None = None) -> Meter:
    """The offer to a contestant at a share of the budget, of a stage from 0.2 to 0.75 of it."""
    meter = Meter(10.0, counts, clock=iter([0.0, *[10.0 * now] * 4]).__next__)
    look.offer(cast("Contestant", GOOD), 0.2, 0.75, "rest 1", meter)
    return meter


@pytest.mark.parametrize(("now", "holder"), [(0.47, "good"), (0.48, None)])
def test_there_is_none_where_it_would_end_after_the_stage(now: float, holder: str | None) -> None:
    """From 0.2 to 0.475 is as long as from there to 0.75; by counts all is as it was."""
    look, again = SecondLook(after=2), SecondLook(after=2)
    counts = offer(look, now).counts
    offer(again, 0.0, counts)
    for one in (look, again):
        assert one.holder == holder
        assert rival(one, WINNER, GOOD) is None


def test_there_is_one_in_a_race_also_after_a_stop() -> None:
    look = SecondLook(after=2)
    offer(look, now=0.4)
    assert look.holder == "good"
    assert look.until == pytest.approx(0.6)
    again = SecondLook(after=2)
    again.restore(look.state(), scale=0.5)
    assert again.holder == "good"
    assert again.until == pytest.approx(0.3)
    for one in (look, again):
        one.end()
        assert one.holder is None
        assert rival(one, WINNER, BETTER) is None
