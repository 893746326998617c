"""Do time and memory grow with pool and points as they should: linearly, and hardly at all?"""

from collections.abc import Mapping
from itertools import pairwise

import search_spaces
from experiments.benchmarks import alone, machine, settings, timing
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.timing import Times

POOLS = ((8, 1024), (32, 1024), (128, 1024), (512, 1024))  # (m, points)
BATCHES = ((8, 1024), (8, 4096), (8, 16_384), (8, 65_536), (8, 262_144))
ROUNDS = 10
LARGEST = (512, 65_536)
MEMORY = ((8, 16_384), (8, 262_144))
GIB, MIB = 2**30, 2**20


def measure(findings: Findings) -> None:
    """Times in turn in this process, memory in processes of their own."""
    machine.use_all_cores()
    pool = search_spaces.load("full_grid").pool
    steps = {
        _name(m, points): Ours(settings.BURGERS, pool(m, seed=0), points)
        for m, points in dict.fromkeys([*POOLS, *BATCHES])
    }
    times = timing.in_turn(steps, ROUNDS)
    for name in steps:
        findings.add(f"{name}: step", 1e3 * times.median(name), "ms")
    for what, line in (("experts", POOLS), ("points", BATCHES)):
        work = {_name(m, b): steps[_name(m, b)].mixture.parameters_alive * b for m, b in line}
        findings.add(f"deviation from linear in {what}", deviation(times, work), "", "lower", 0.2)
    extra = {}
    for m, points in (*MEMORY, LARGEST):
        name = _name(m, points)
        try:
            found = alone.size(m, points)
        except alone.Died as death:
            findings.skipped.append(f"{name}: {death}")
            continue
        extra[m, points] = found.extra
        findings.add(f"{name}: memory of a step", found.extra / MIB, "MiB")
        if (m, points) == LARGEST:
            findings.add(f"{name}: step", 1e3 * found.seconds, "ms")
            findings.add(f"{name}: peak of the process", found.peak / GIB, "GiB", target=8.0)
    if all(size in extra for size in MEMORY):
        few, many = (extra[size] for size in MEMORY)
        name = f"memory growth from B={MEMORY[0][1]:,} to B={MEMORY[1][1]:,}"
        findings.add(name, many / max(few, 1), "", "lower", 1.2)
    findings.note(
        "Deviation from linear is the largest |time ratio / work ratio - 1| of neighbouring sizes, "
        "the work being parameters times points; all sizes in turn in one process. The "
        "memory of a step is the highest resident memory over that before the first step, in a "
        "process of its own; its growth is a ratio of these."
    )


def deviation(times: Times, work: Mapping[str, int]) -> float:
    """The largest |time ratio / work ratio - 1| of neighbours."""
    return max(
        abs(times.ratio(after, before) * work[before] / work[after] - 1)
        for before, after in pairwise(work)
    )


def _name(m: int, points: int) -> str:
    return f"m={m}, B={points:,}"
