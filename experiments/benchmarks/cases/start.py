"""How long does one wait for the first step, with and without compiled kernels at hand?

From the start of a fresh Python process to the end of its first step of the standard case: imports,
mixture, kernels, step. Medians of 3.
"""

import tempfile
import time
from statistics import median

from experiments.benchmarks import settings
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, process
from experiments.harness.figures import Findings

ROUNDS = 3


def measure(findings: Findings) -> None:
    """A fresh process with an empty kernel cache, then another with the same cache."""
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as cache:
            for found in (cold, warm):
                began = time.monotonic()  # a clock that all processes of a machine share
                function = "experiments.benchmarks.cases.start:first_step"
                found.append(process.fresh(function, environment={"NAS_CACHE": cache}) - began)
    findings.add("first step, empty cache", median(cold), "s", target=25.0)
    findings.add("first step, warm cache", median(warm), "s", target=3.0)


def first_step() -> float:
    """Do a step; return when it ended."""
    machine.use_all_cores()
    Ours(settings.BURGERS, settings.standard_pool())()
    return time.monotonic()
