"""One problem, all methods, the same wall time: what the cases of whole searches have in common."""

from experiments.benchmarks.figures import Findings
from experiments.training import settings
from experiments.training.runs import Runs, Task, median_error, of, tasks

METHODS = (*settings.SEARCHES, settings.DEEPXDE)


def runs_on(problem: str) -> tuple[Task, ...]:
    """The runs that a comparison on ``problem`` needs."""
    return tasks(problem, METHODS)


def compare(findings: Findings, runs: Runs, problem: str) -> None:
    """Each method's error when the time is up, and DeepXDE's over ours; medians over the seeds."""
    seconds = settings.BUDGETS[problem]
    errors = {
        method: median_error(found, seconds)
        for method in METHODS
        if (found := of(runs, problem, method))
    }
    for method, error in errors.items():
        target = settings.TARGETS[problem] if method == settings.POOL else None
        findings.add(f"{method}: relative L2 after {seconds:g} s", error, target=target)
    if errors.keys() >= {settings.POOL, settings.DEEPXDE}:
        ratio = errors[settings.DEEPXDE] / errors[settings.POOL]
        findings.add("DeepXDE's error over ours", ratio, "", "higher", 1.0)
    findings.note(
        f"Medians over the seeds that were run, of {len(settings.SEEDS)}; `runs.csv` has each. A "
        f"search begins with a pool of {settings.EXPERTS} experts (p = {settings.P:g}, threshold "
        f"{settings.THRESHOLD:g}); a method changes one thing. Every run has "
        f"{seconds:g} s on {settings.THREADS} thread, {settings.AT_ONCE} runs at a time on two "
        "cores."
    )
