"""Who may go on, by a clock that the test turns, and by counts."""

import json

from nas.training.meter import Meter


class Clock:
    """A time that stands still until it is told to move."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_a_stage_goes_on_until_its_share_of_the_seconds_is_spent() -> None:
    clock = Clock()
    meter = Meter(10.0, clock=clock)
    assert meter.goes_on("one", until=0.5)
    clock.now += 4.9
    assert meter.goes_on("one", until=0.5)
    clock.now += 0.1
    assert not meter.goes_on("one", until=0.5)
    assert meter.goes_on("two", until=0.6)
    assert meter.counts == {"one": 2, "two": 1}


def test_what_is_spent_already_counts() -> None:
    clock = Clock()
    meter = Meter(10.0, spent=4.0, clock=clock)
    assert meter.spent == 4.0
    clock.now += 1.0
    assert (meter.spent, meter.share()) == (5.0, 0.5)
    assert not meter.goes_on("one", until=0.5)
    assert meter.counts == {}


def test_an_iteration_of_known_cost_has_to_end_in_time() -> None:
    meter = Meter(10.0, clock=Clock())
    assert meter.goes_on("one", until=0.5, cost=4.9)
    assert not meter.goes_on("one", until=0.5, cost=5.0)


def test_the_share_never_exceeds_one() -> None:
    clock = Clock()
    meter = Meter(10.0, clock=clock)
    clock.now += 25.0
    assert meter.share() == 1.0


def test_with_counts_the_clock_plays_no_part() -> None:
    clock = Clock()
    meter = Meter(1.0, counts={"one": 2}, clock=clock)
    clock.now += 1e6
    assert [meter.goes_on("one", until=1e-9, cost=1e9) for _ in range(3)] == [True, True, False]
    assert not meter.goes_on("another")
    assert meter.counts == {"one": 2}


def test_with_counts_the_share_is_of_these() -> None:
    meter = Meter(0.0, counts={"one": 3, "two": 1})
    assert meter.share() == 0.0
    for _ in range(3):
        meter.goes_on("one")
    assert meter.share() == 0.75
    assert Meter(0.0, counts={}).share() == 0.0


def test_what_is_forgotten_is_counted_anew() -> None:
    meter = Meter(0.0, counts={"one": 2})
    assert [meter.goes_on("one") for _ in range(3)] == [True, True, False]
    meter.forget("one")
    meter.forget("never begun")
    assert [meter.goes_on("one") for _ in range(3)] == [True, True, False]


def test_the_seconds_of_each_stage_are_those_of_its_iterations() -> None:
    clock = Clock()
    meter = Meter(100.0, clock=clock)
    for stage, seconds in (("one", 2.0), ("two", 3.0), ("one", 4.0)):
        clock.now += 0.5  # something else
        assert meter.goes_on(stage)
        clock.now += seconds
    assert not meter.goes_on("one", until=0.1)
    assert meter.taken == {"one": 2.5 + 4.0, "two": 3.5}
    state = json.loads(json.dumps(meter.state()))
    again = Meter(100.0, clock=clock)
    again.restore(state)
    assert again.goes_on("two")  # what was under way is lost
    clock.now += 1.0
    assert not again.goes_on("two", until=0.0)
    assert again.taken == {"one": 6.5, "two": 4.5}


def test_restored_the_time_between_does_not_count() -> None:
    first = Clock()
    meter = Meter(10.0, clock=first)
    meter.goes_on("one")
    first.now += 3.0
    state = json.loads(json.dumps(meter.state()))
    assert state == {"counts": {"one": 1}, "taken": {"one": 3.0}, "spent": 3.0}
    second = Clock(now=5.0)  # of another machine
    again = Meter(10.0, spent=1.0, clock=second)
    again.restore(state)
    assert again.spent == 3.0
    second.now += 2.0
    assert again.spent == 5.0
    assert not again.goes_on("one", until=0.5)
    assert again.goes_on("one", until=0.6)
    assert again.counts == {"one": 2}


def test_a_state_does_not_change_with_the_meter() -> None:
    meter = Meter(10.0, clock=Clock())
    state = meter.state()
    meter.goes_on("one")
    assert state["counts"] == {}


def test_a_search_that_is_given_its_counts_does_the_same() -> None:
    clock = Clock()
    timed = Meter(8.0, clock=clock)
    for stage, until, takes in (("one", 0.25, 0.5), ("two", 0.25, 1.0), ("three", 0.5, 0.7)):
        while timed.goes_on(stage, until):
            clock.now += takes
    assert timed.counts == {"one": 4, "three": 3}
    replayed = Meter(0.0, counts=timed.counts)
    for stage in ("one", "two", "three"):
        while replayed.goes_on(stage, until=0.0):
            pass
    assert replayed.counts == timed.counts
