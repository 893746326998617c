"""How far does a whole search get on the L-shape, beside DeepXDE in the same time?"""

from experiments.benchmarks.figures import Findings
from experiments.training import comparison
from experiments.training.runs import Runs

PROBLEM = "poisson_l_shape"
RUNS = comparison.runs_on(PROBLEM)


def measure(findings: Findings, runs: Runs) -> None:
    """All methods' errors when the time is up."""
    comparison.compare(findings, runs, PROBLEM)
