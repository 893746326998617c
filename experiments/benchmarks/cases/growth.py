"""Do time and memory grow with pool and points as they should: linearly, and hardly at all?"""

from collections.abc import Sequence
from itertools import pairwise

from experiments.benchmarks import alone
from experiments.benchmarks.alone import Size
from experiments.benchmarks.figures import Findings

POOLS = ((8, 1024), (32, 1024), (128, 1024), (512, 1024))  # (m, points)
BATCHES = ((8, 1024), (8, 4096), (8, 16_384), (8, 65_536), (8, 262_144))
LARGEST = (512, 65_536)
MEMORY = ((8, 16_384), (8, 262_144))
GIB, MIB = 2**30, 2**20


def measure(findings: Findings) -> None:
    """All sizes, then what they say together."""
    sizes: dict[tuple[int, int], Size] = {}
    for m, points in dict.fromkeys([*POOLS, *BATCHES, LARGEST]):
        name = f"m={m}, B={points:,}"
        try:
            found = sizes[m, points] = alone.size(m, points)
        except alone.Died as death:
            findings.skipped.append(f"{name}: {death}")
            continue
        findings.add(f"{name}: step", 1e3 * found.seconds, "ms")
        findings.add(f"{name}: memory of a step", found.extra / MIB, "MiB")
    for what, line in (("experts", POOLS), ("points", BATCHES)):
        if all(size in sizes for size in line):
            worst = deviation([sizes[size] for size in line])
            findings.add(f"deviation from linear in {what}", worst, "", "lower", 0.2)
    if all(size in sizes for size in MEMORY):
        few, many = (sizes[size].extra for size in MEMORY)
        name = f"memory growth from B={MEMORY[0][1]:,} to B={MEMORY[1][1]:,}"
        findings.add(name, many / max(few, 1), "", "lower", 1.2)
    if LARGEST in sizes:
        name = f"m={LARGEST[0]}, B={LARGEST[1]:,}: peak of the process"
        findings.add(name, sizes[LARGEST].peak / GIB, "GiB", target=8.0)
    findings.note(
        "Deviation from linear is the largest |time ratio / work ratio - 1| of neighbouring sizes, "
        "the work being parameters times points. The memory of a step is the highest resident "
        "memory over that before the first step; its growth is a ratio of these. Every size is "
        "measured in a process of its own."
    )


def deviation(sizes: Sequence[Size]) -> float:
    """The largest |time ratio / work ratio - 1| of neighbours."""

    def cost(size: Size) -> float:
        return size.seconds / (size.parameters * size.points)

    return max(abs(cost(after) / cost(before) - 1) for before, after in pairwise(sizes))
