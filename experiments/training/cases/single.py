"""How far does one network of 3×20 tanh units get on Burgers' equation, and how fast?"""

from experiments.benchmarks.figures import Findings
from experiments.training import settings
from experiments.training.runs import Runs, median_error, of, tasks

RUNS = tasks("burgers", [settings.ONE])


def measure(findings: Findings, runs: Runs) -> None:
    """The error after a minute, and when the time is up."""
    found = of(runs, "burgers", settings.ONE)
    for seconds, target in settings.ONE_LOOKS.items() if found else ():
        error = median_error(found, seconds)
        findings.add(f"relative L2 after {seconds:g} s", error, target=target)
    findings.note(
        "A pool of one expert, the network of DeepXDE's own demo. Medians over the seeds that "
        f"were run, of {len(settings.SEEDS)}, on {settings.THREADS} thread each, "
        f"{settings.AT_ONCE} runs at a time on two cores."
    )
