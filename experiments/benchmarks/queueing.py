"""A command and its workers as a queue: who is served waits for nobody but the command.

Each worker has a run for so long, then waits until the command has dealt with those that ended
before: it records the run, tells Optuna, and proposes the next, one after the other.
"""

import heapq
import random

SPREAD = 0.1  # of a run's length: they do not all end together


def busy(workers: int, seconds: float, service: float, runs: int, seed: int = 0) -> float:
    """The share of their time in which workers have a run.

    Parameters
    ----------
    workers
        How many there are from the start.
    seconds
        Of a run, in the mean.
    service
        Seconds that the command is busy with one run.
    runs
        How many there are.

    Examples
    --------
    A command that takes 0.1 s for a run can keep 600 workers busy with runs of a minute, and 1,200
    half of their time:

    >>> [round(busy(workers, 60.0, 0.1, 20_000), 2) for workers in (100, 600, 1200)]
    [0.99, 0.96, 0.48]
    """
    draw = random.Random(seed)
    ready = [0.0] * workers  # when each asks for its next run
    free = worked = end = 0.0  # the command is free, the runs took, the last ends
    for _ in range(runs):
        asked = heapq.heappop(ready)
        free = max(free, asked) + service
        took = seconds * draw.uniform(1 - SPREAD, 1 + SPREAD)
        worked, end = worked + took, max(end, free + took)
        heapq.heappush(ready, free + took)
    return worked / (workers * end)
