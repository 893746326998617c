"""Do time and memory grow with pool and points as they should: linearly, and hardly at all?

Deviation from linear is the largest |time ratio / work ratio - 1| of neighbouring sizes, the work
being parameters times points. The smallest sizes are above the line by a step's fixed cost, some
milliseconds. Every size is measured in a process of its own, as in a training; the quieter of 2
rounds counts. The memory of a step is the highest resident memory over that before the first step;
its growth is a ratio of these.
"""

from collections.abc import Sequence
from itertools import pairwise

from experiments.benchmarks import sizes
from experiments.benchmarks.sizes import Size
from experiments.harness import process
from experiments.harness.figures import Findings

POOLS = ((8, 1024), (32, 1024), (128, 1024), (512, 1024))  # (m, points)
BATCHES = ((8, 1024), (8, 4096), (8, 16_384), (8, 65_536), (8, 262_144))
LARGEST = (512, 65_536)
MEMORY = ((8, 65_536), (8, 262_144))  # both are worked through in chunks
ROUNDS = 2
GIB, MIB = 2**30, 2**20


def measure(findings: Findings) -> None:
    """All sizes in turn, each in a process of its own, then what they say together."""
    found = quietest(findings)
    for (m, points), size in found.items():
        findings.add(f"m={m}, B={points:,}: step", 1e3 * size.seconds, "ms")
        findings.add(f"m={m}, B={points:,}: memory of a step", size.extra / MIB, "MiB")
    for what, line in (("experts", POOLS), ("points", BATCHES)):
        if found.keys() >= {*line}:
            worst = deviation([found[size] for size in line])
            findings.add(f"deviation from linear in {what}", worst, "", "lower", 0.2)
    if found.keys() >= {*MEMORY}:
        few, many = (found[size].extra for size in MEMORY)
        name = f"memory growth from B={MEMORY[0][1]:,} to B={MEMORY[1][1]:,}"
        findings.add(name, many / max(few, 1), "", "lower", 1.2)
    if LARGEST in found:
        name = "m={}, B={:,}: peak of the process".format(*LARGEST)
        findings.add(name, found[LARGEST].peak / GIB, "GiB", target=8.0)


def quietest(findings: Findings) -> dict[tuple[int, int], Size]:
    """Each size in its quieter round; the largest has one. What died is skipped."""
    found: dict[tuple[int, int], Size] = {}
    for number in range(ROUNDS):
        for m, points in dict.fromkeys([*POOLS, *BATCHES, *[LARGEST] * (number == 0)]):
            try:
                size = sizes.size(m, points)
            except process.Died as death:
                findings.skipped.append(f"m={m}, B={points:,}: {death}")
                continue
            before = found.get((m, points), size)
            found[m, points] = min(before, size, key=lambda one: one.seconds)
    return found


def deviation(line: Sequence[Size]) -> float:
    """The largest |time ratio / work ratio - 1| of neighbours."""
    costs = [size.seconds / (size.parameters * size.points) for size in line]
    return max(abs(after / before - 1) for before, after in pairwise(costs))
