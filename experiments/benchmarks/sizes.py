"""Time and memory of a step for a pool and points of any size, in a process of its own (Linux)."""

from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from experiments.benchmarks import settings
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, memory, process
from experiments.harness.timing import seconds_of
from nas import search_spaces

SECONDS = 10.0  # that a size's steps may take together
STEPS = 20  # at most
FIRST_TO_GO = Path("/proc/self/oom_score_adj")


@dataclass(frozen=True)
class Size:
    """What a pool of ``m`` experts needs for a step at ``points`` points."""

    m: int
    points: int
    parameters: int
    seconds: float  # of a step: the median of those after the first, if there are any
    extra: int  # bytes at the highest, over those before the first step
    peak: int  # bytes at the highest, the whole process


def size(m: int, points: int) -> Size:
    """Time and memory of one size; `process.Died` where there is not memory enough."""
    return Size(**process.fresh("experiments.benchmarks.sizes:here", m, points))


def here(m: int, points: int) -> dict[str, Any]:
    """The fields of the `Size`, measured in this process."""
    # Where memory runs out, let the kernel end this process and no other.
    FIRST_TO_GO.write_text("1000")
    machine.use_all_cores()
    step = Ours(settings.BURGERS, search_spaces.load("full_grid").pool(m, seed=0), points)
    before = memory.now()
    seconds = [seconds_of(step)]
    while sum(seconds) + seconds[-1] < SECONDS and len(seconds) < STEPS:
        seconds.append(seconds_of(step))
    peak, parameters = memory.peak(), step.mixture.parameters_alive
    typical = median(seconds[1:] or seconds)
    return asdict(Size(m, points, parameters, typical, max(peak - before, 0), peak))
