"""A turn: one contestant learns, or is corrected, for as long as a meter allows."""

from collections.abc import Callable
from dataclasses import dataclass

from nas.training.meter import Meter
from nas.training.race.contestant import Contestant


@dataclass(frozen=True)
class Turns:
    """How all turns of a race are driven.

    Parameters
    ----------
    meter
        How long each stage may go on.
    should_stop
        Asked after each iteration.
    told
        What is to be told of a contestant, after each iteration.

    Examples
    --------
    >>> from nas.training import example
    >>> tuning = example.settings().fine_tuning
    >>> one = Contestant(example.PROBLEM, example.SAMPLER, tuning, "all", example.mixture())
    >>> turns = Turns(Meter(0.0, {"heat 1: all": 3}), lambda: False, lambda contestant: None)
    >>> turns.learn(one, 1.0, "heat 1"), one.iterations
    (True, 3)
    """

    meter: Meter
    should_stop: Callable[[], bool]
    told: Callable[[Contestant], None]

    def learn(
        self,
        one: Contestant,
        until: float,
        stage: str,
        enough: Callable[[Contestant], bool] = lambda one: False,
    ) -> bool:
        """Let a contestant learn on until it has done ``enough``; false if asked to stop before."""
        stage = f"{stage}: {one.name}"
        while one.can_learn and not enough(one) and self.meter.goes_on(stage, until):
            one.advance()
            self.told(one)
            if self.should_stop():
                return False
        return True

    def correct(self, one: Contestant, until: float, stage: str) -> bool:
        """Look for a correction of a contestant; false if asked to stop before the time is up."""
        stage = f"{stage}, corrected: {one.name}"
        while one.can_be_corrected and self.meter.goes_on(stage, until, one.cost):
            one.correct()
            self.told(one)
            if self.should_stop():
                return False
        return True
