"""Do time and memory grow with pool and points as they should: linearly, and hardly at all?"""

from collections.abc import Sequence
from itertools import pairwise

from experiments.benchmarks import alone
from experiments.benchmarks.alone import Size
from experiments.benchmarks.figures import Findings

POOLS = ((8, 1024), (32, 1024), (128, 1024), (512, 1024))  # (m, points)
BATCHES = ((8, 1024), (8, 4096), (8, 16_384), (8, 65_536), (8, 262_144))
LARGEST = (512, 65_536)
MEMORY = ((8, 65_536), (8, 262_144))  # both are worked through in chunks
ROUNDS = 2
GIB, MIB = 2**30, 2**20


def measure(findings: Findings) -> None:
    """All sizes in turn, each in a process of its own, then what they say together."""
    sizes: dict[tuple[int, int], Size] = {}
    for number in range(ROUNDS):
        for m, points in dict.fromkeys([*POOLS, *BATCHES, *[LARGEST] * (number == 0)]):
            try:
                found = alone.size(m, points)
            except alone.Died as death:
                findings.skipped.append(f"{_name(m, points)}: {death}")
                continue
            before = sizes.get((m, points), found)
            sizes[m, points] = min(before, found, key=lambda size: size.seconds)
    for (m, points), size in sizes.items():
        findings.add(f"{_name(m, points)}: step", 1e3 * size.seconds, "ms")
        findings.add(f"{_name(m, points)}: memory of a step", size.extra / MIB, "MiB")
    for what, line in (("experts", POOLS), ("points", BATCHES)):
        if all(size in sizes for size in line):
            worst = deviation([sizes[size] for size in line])
            findings.add(f"deviation from linear in {what}", worst, "", "lower", 0.2)
    if all(size in sizes for size in MEMORY):
        few, many = (sizes[size].extra for size in MEMORY)
        name = f"memory growth from B={MEMORY[0][1]:,} to B={MEMORY[1][1]:,}"
        findings.add(name, many / max(few, 1), "", "lower", 1.2)
    if LARGEST in sizes:
        name = f"{_name(*LARGEST)}: peak of the process"
        findings.add(name, sizes[LARGEST].peak / GIB, "GiB", target=8.0)
    findings.note(
        "Deviation from linear is the largest |time ratio / work ratio - 1| of neighbouring sizes, "
        "the work being parameters times points. The smallest sizes are above the line by a step's "
        "fixed cost, some milliseconds. Every size is measured in a process of its own, as in a "
        f"training; the quieter of {ROUNDS} rounds counts. The memory of a step is the highest "
        "resident memory over that before the first step; its growth is a ratio of these."
    )


def deviation(sizes: Sequence[Size]) -> float:
    """The largest |time ratio / work ratio - 1| of neighbours."""

    def cost(size: Size) -> float:
        return size.seconds / (size.parameters * size.points)

    return max(abs(cost(after) / cost(before) - 1) for before, after in pairwise(sizes))


def _name(m: int, points: int) -> str:
    return f"m={m}, B={points:,}"
