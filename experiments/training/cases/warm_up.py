"""How many experts of a pool have learned Burgers' equation when the warm-up ends?

The warm-up is that of the whole search's run: it is not done twice.
"""

from statistics import median

from experiments.benchmarks.figures import Findings
from experiments.training import settings
from experiments.training.runs import Run, Runs, WarmUp, of, tasks

RUNS = tasks("burgers", [settings.POOL])


def measure(findings: Findings, runs: Runs) -> None:
    """The share of experts that have learned it, and the median of their errors."""
    found = [row for run in of(runs, "burgers", settings.POOL) if (row := at_its_end(run))]
    if found:
        share = median(row.under / settings.EXPERTS for row in found)
        findings.add(f"share of experts under {settings.LEARNED:g}", share, "", "higher", 0.5)
        findings.add("relative L2 of the median expert", median(row.median for row in found))
        findings.add("seconds until then", median(row.seconds for row in found), "s")
    findings.note(
        f"{settings.EXPERTS} experts, each by its own relative L2 error, at the end of the "
        f"warm-up or after {settings.WARM_UP_SECONDS:g} s of it. Medians over the seeds that were "
        f"run, of {len(settings.SEEDS)}."
    )


def at_its_end(run: Run) -> WarmUp | None:
    """What the experts knew last, no later than `settings.WARM_UP_SECONDS`."""
    known = [row for row in run.warm_up if row.seconds <= settings.WARM_UP_SECONDS]
    return known[-1] if known else None
