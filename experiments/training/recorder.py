"""The clock of a run: wall time, in which measuring the error takes none."""

import time
from collections.abc import Callable

from experiments.training import settings
from experiments.training.runs import Point


class Recorder:
    """The curve of a run that begins now.

    Parameters
    ----------
    budget
        Seconds that the run may take.
    clock
        Seconds since any moment.
    """

    def __init__(self, budget: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self.budget, self.clock = budget, clock
        self.curve: list[Point] = []
        self._began = clock()
        self._measuring = 0.0
        self._due = 0.0

    @property
    def seconds(self) -> float:
        """Wall time of the run so far, without that of measuring."""
        return self.clock() - self._began - self._measuring

    @property
    def over(self) -> bool:
        """Whether the budget is used up."""
        return self.seconds >= self.budget

    def look(self, measure: Callable[[float], Point]) -> None:
        """Record if it is time: `settings.LOOKS` times in a run."""
        if self.seconds >= self._due:
            self.record(measure)

    def record(self, measure: Callable[[float], Point]) -> None:
        """Measure, which takes no time; ``measure`` is told how many seconds the run has had."""
        seconds, began = self.seconds, self.clock()
        self.curve.append(measure(seconds))
        self._measuring += self.clock() - began
        self._due = seconds + self.budget / settings.LOOKS
