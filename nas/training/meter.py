"""How long each stage of a search may go on: as a clock allows, or as often as it did before.

A search within a budget asks before every iteration. What it did is a function of the answers
alone, so they are counted, and a search that is given the counts does the same again.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

SHORT = 20.0  # seconds: of a longer budget a smaller share is spent on finding out what to train


def exploring(seconds: float) -> float:
    """By which factor the shares shrink that a budget spends before it is known what to train.

    What there is to find out takes longer where there is more time to learn, but not as much
    longer: its time grows with the budget's power of two thirds.

    Examples
    --------
    >>> exploring(15.0), round(exploring(300.0), 3)
    (1.0, 0.405)
    """
    return min(1.0, (SHORT / seconds) ** (1 / 3)) if seconds > 0 else 1.0


class Meter:
    """Asked before each iteration of each stage whether to do it.

    Parameters
    ----------
    seconds
        Of wall time, for all stages together.
    counts
        Iterations of each stage by its name, of an earlier search; the clock plays no part then,
        and a stage without a count has none.
    spent
        Seconds that are gone already.
    clock
        The time in seconds; by default `time.monotonic`.

    Examples
    --------
    A stage that may use half of ten seconds, on a clock that ticks once a second:

    >>> ticks = iter(range(100))
    >>> meter = Meter(seconds=10.0, clock=lambda: float(next(ticks)))
    >>> while meter.goes_on("warm-up", until=0.5):
    ...     pass
    >>> meter.counts, meter.taken
    ({'warm-up': 4}, {'warm-up': 4.0})
    >>> again = Meter(seconds=0.0, counts=meter.counts)
    >>> [again.goes_on("warm-up", until=0.5) for _ in range(6)]
    [True, True, True, True, False, False]
    """

    def __init__(
        self,
        seconds: float,
        counts: Mapping[str, int] | None = None,
        spent: float = 0.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.seconds = seconds
        self.counts: dict[str, int] = {}  # of each stage: how often it went on
        self.taken: dict[str, float] = {}  # and the seconds that its iterations took
        self._given, self._spent = counts, spent
        self._clock = clock or time.monotonic
        self._began = self._clock()
        self._going: tuple[str, float] | None = None  # the iteration under way, and its beginning

    @property
    def spent(self) -> float:
        """Seconds that are gone."""
        return self._spent + self._clock() - self._began

    def goes_on(self, stage: str, until: float = 1.0, cost: float = 0.0) -> bool:
        """Whether ``stage`` does one more iteration: it may while less than ``until`` is spent.

        ``until`` is a share of all seconds. An iteration that takes ``cost`` seconds, where that is
        known, has to end before it.
        """
        now, done = self.spent, self.counts.get(stage, 0)
        self._settle(now)
        if self._given is None:
            more = now + cost < until * self.seconds
        else:
            more = done < self._given.get(stage, 0)
        if more:
            self.counts[stage] = done + 1
        self._going = (stage, now) if more else None
        return more

    def _settle(self, now: float) -> None:
        """Note what the iteration under way has taken, if there is one."""
        if self._going is not None:
            stage, began = self._going
            self.taken[stage] = self.taken.get(stage, 0.0) + now - began
            self._going = None

    def forget(self, stage: str) -> None:
        """Count ``stage`` anew: what was done of it is lost."""
        self.counts.pop(stage, None)
        self.taken.pop(stage, None)

    def share(self) -> float:
        """Which share of the seconds is spent; where counts rule, of these."""
        if self._given is None:
            return min(1.0, self.spent / self.seconds)
        done = sum(min(self.counts.get(name, 0), most) for name, most in self._given.items())
        return done / max(1, sum(self._given.values()))

    def state(self) -> dict[str, Any]:
        """For a checkpoint, between two iterations."""
        self._settle(self.spent)
        return {"counts": dict(self.counts), "taken": dict(self.taken), "spent": self.spent}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``; the time since then that nobody worked does not count."""
        self.counts, self.taken = dict(state["counts"]), dict(state["taken"])
        self._spent, self._began, self._going = state["spent"], self._clock(), None
