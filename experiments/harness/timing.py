"""Times that can be compared: all in turn, in one process, warm.

A machine's speed drifts, so what is measured one after the other meets different machines. Here
each round has everyone once, and a ratio is the median of the rounds' ratios.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Step = Callable[[], object]

ROUNDS = 20
WARM_UP = 3
PAUSE = 0.02  # seconds, after which no thread of the last one spins in wait for work


@dataclass(frozen=True)
class Times:
    """Seconds of each contender, one a round.

    >>> times = Times({"ours": [1.0, 2.0, 4.0], "other": [3.0, 2.0, 20.0]})
    >>> times.median("ours"), times.ratio("other", "ours")
    (2.0, 3.0)
    """

    seconds: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        """The median of one contender's seconds."""
        return median(self.seconds[name])

    def ratio(self, name: str, to: str) -> float:
        """The median over the rounds of one contender's time over another's."""
        pairs = zip(self.seconds[name], self.seconds[to], strict=True)
        return median(one / other for one, other in pairs)


def in_turn(
    contenders: Mapping[str, Step],
    rounds: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Times:
    """Run all in turn, ``rounds`` times (`ROUNDS` by default) after a warm-up.

    >>> list(in_turn({"nothing": lambda: None}, rounds=2).seconds)
    ['nothing']
    """
    for _ in range(WARM_UP):
        for contender in contenders.values():
            contender()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS if rounds is None else rounds):
        for name, contender in contenders.items():
            time.sleep(PAUSE)
            seconds[name].append(seconds_of(contender, clock))
    return Times(seconds)


def seconds_of(function: Step, clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one call takes.

    >>> seconds_of(lambda: None) < 1
    True
    """
    began = clock()
    function()
    return clock() - began
