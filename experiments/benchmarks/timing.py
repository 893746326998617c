"""Times that can be compared: all contestants in turn, in one process, warm.

A machine's speed drifts, so contestants that run one after the other meet different machines.
Here each round has every one of them once, and a ratio is the median of the rounds' ratios.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

ROUNDS = 20
WARM_UP = 3
PAUSE = 0.02  # seconds, after which no thread of the last contestant spins in wait for work


@dataclass(frozen=True)
class Times:
    """Seconds of each contestant, one a round."""

    seconds: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        """The median of one contestant's seconds."""
        return median(self.seconds[name])

    def ratio(self, name: str, to: str) -> float:
        """The median over the rounds of one contestant's time over another's."""
        pairs = zip(self.seconds[name], self.seconds[to], strict=True)
        return median(one / other for one, other in pairs)


def in_turn(
    contestants: Mapping[str, Callable[[], object]],
    rounds: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Run all contestants in turn, ``rounds`` times (`ROUNDS` by default) after a warm-up."""
    for _ in range(WARM_UP):
        for contestant in contestants.values():
            contestant()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS if rounds is None else rounds):
        for name, contestant in contestants.items():
            time.sleep(PAUSE)
            began = clock()
            contestant()
            seconds[name].append(clock() - began)
    return Times(seconds)


def seconds_of(
    function: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """How long one call takes."""
    began = clock()
    function()
    return clock() - began
