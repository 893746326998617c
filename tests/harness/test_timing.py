"""The timing, with a clock that stands still but for what contenders add to it."""

from collections.abc import Callable

import pytest

from experiments.harness import timing


class Clock:
    """Time as the test makes it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def takes(self, *seconds: float, called: list[str], name: str) -> Callable[[], None]:
        """A contender that takes these times, one a call, the last for ever."""
        left = list(seconds)

        def run() -> None:
            called.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(timing, "PAUSE", 0.0)
    monkeypatch.setattr(timing, "WARM_UP", 1)
    return Clock()


def test_all_take_their_turn_in_every_round(clock: Clock) -> None:
    called: list[str] = []
    contenders = {name: clock.takes(1.0, called=called, name=name) for name in "ABC"}
    timing.in_turn(contenders, rounds=2, clock=clock)
    assert called == list("ABC" * 3)  # warm-up and two rounds


def test_warm_up_does_not_count(clock: Clock) -> None:
    called: list[str] = []
    contenders = {"A": clock.takes(50.0, 2.0, called=called, name="A")}
    times = timing.in_turn(contenders, rounds=3, clock=clock)
    assert times.seconds["A"] == [2.0, 2.0, 2.0]


def test_rounds_are_those_of_the_module(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "ROUNDS", 4)
    times = timing.in_turn({"A": clock.takes(1.0, called=[], name="A")}, clock=clock)
    assert len(times.seconds["A"]) == 4


def test_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians() -> None:
    times = timing.Times({"ours": [1.0, 2.0, 4.0], "other": [3.0, 2.0, 20.0]})
    assert times.median("ours") == 2.0
    assert times.median("other") == 3.0
    assert times.ratio("other", "ours") == 3.0  # of 3, 1, 5


def test_seconds_of_one_call(clock: Clock) -> None:
    assert timing.seconds_of(clock.takes(7.0, called=[], name="A"), clock) == 7.0
