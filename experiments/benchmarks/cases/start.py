"""How long does one wait for the first step, with and without compiled kernels at hand?"""

import tempfile
from pathlib import Path
from statistics import median

from experiments.benchmarks import alone
from experiments.benchmarks.figures import Findings

ROUNDS = 3


def measure(findings: Findings) -> None:
    """A fresh process with an empty kernel cache, then another with the same cache."""
    cold, warm = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(alone.first_step(Path(folder)))
            warm.append(alone.first_step(Path(folder)))
    findings.add("first step, empty cache", median(cold), "s", target=25.0)
    findings.add("first step, warm cache", median(warm), "s", target=3.0)
    findings.note(
        "From the start of a fresh Python process to the end of its first step of the standard "
        f"case: imports, mixture, kernels, step. Medians of {ROUNDS}."
    )
