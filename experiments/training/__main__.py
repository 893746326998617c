"""The command: ``python -m experiments.training [--list] [--again] [CASE...]``."""

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from experiments.benchmarks import machine, page, table
from experiments.benchmarks.alone import Died
from experiments.benchmarks.figures import Findings, targets
from experiments.command import USER_ERROR, run
from experiments.training import alone, cases, picture, settings
from experiments.training.kept import Kept
from experiments.training.runs import Task

FOLDER = Path(__file__).parent
HOW = (
    "Errors are relative L2 errors against the exact or reference solution at 20,000 points of "
    "the domain, the same for all. Time is wall time, without that of measuring the error; "
    "imports and the compiling of the kernel do not count, building networks and points does. "
    "While the experts of a pool learn alone, its curve is that of the median expert. DeepXDE "
    "has the equations as its users would write them, Adam for half of the time and L-BFGS for "
    "the rest; see [rivals.py](rivals.py). Searches have a warm-up of 200 iterations and a "
    "fine-tuning of up to 1000, instead of the default's 100 and 60. What was measured before "
    "2026-11-26 is of an earlier selection: a gate of 2×64, 1000 steps of Adam, and a fine-tuning "
    "that began with a quarter of the points."
)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE]...", help="The cases to measure; all.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the cases and measure none.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Forget what was measured for these cases.")
    ] = False,
) -> None:
    """Measure how well training works; runs that are over are not done again."""
    if show:
        for name in cases.names():
            print(f"{name:12} {cases.load(name).question}")
        return
    try:
        chosen = [cases.load(name) for name in names or cases.names()]
    except ValueError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(USER_ERROR) from None
    kept = Kept(FOLDER)
    if again:
        kept.forget({task for case in chosen for task in case.runs})
    skipped = list(complete(kept, [task for case in chosen for task in case.runs]))
    for case in chosen:
        print(f"{case.name}: {case.question}", flush=True)
        findings = case.measure(kept.runs)
        findings.skipped += [line for task, line in skipped if task in case.runs]
        for line in findings.skipped:
            print(f"  not measured: {line}")
        for figure in findings.figures:
            print("  " + "  ".join(filter(None, table.cells(figure)[1:])), flush=True)
        record(FOLDER, kept, findings)


def complete(kept: Kept, tasks: Iterable[Task]) -> Iterator[tuple[Task, str]]:
    """Do the runs that are not there, our defaults first; yield those that could not be done."""
    missing = kept.missing(dict.fromkeys(tasks))
    if not find_spec("deepxde"):
        for task in missing:
            if task.method == settings.DEEPXDE:
                yield task, "DeepXDE: it is not installed"
        missing = [task for task in missing if task.method != settings.DEEPXDE]
    missing.sort(key=lambda task: (task.method not in settings.DEFAULTS, task.seed))
    pool = ThreadPoolExecutor(settings.AT_ONCE)
    runs = {pool.submit(alone.run, task, task.budget): task for task in missing}
    try:
        for done in as_completed(runs):
            task = runs[done]
            try:
                run = done.result()
            except Died as error:
                yield task, str(error)
                continue
            kept.keep(run)  # at once, so that nothing is lost
            told = f"{run.last.error:.2e} after {run.last.seconds:.0f} s: {run.reason}"
            print(f"  {task}: {told}", flush=True)
    finally:  # an interrupt ends the queue, too
        pool.shutdown(cancel_futures=True)


def record(folder: Path, kept: Kept, findings: Findings) -> None:
    """Write table, page and picture with these findings in them."""
    results, drawing = folder / "results", folder / "curves.svg"
    written = page.Page(
        "Training",
        "python -m experiments.training",
        cases.names(),
        above=[
            f"![Error against wall time]({drawing.name})",
            "*Thick: the median over the seeds; thin: each seed.*",
        ],
        how=HOW,
    )
    measured = f"Measured on {date.today().isoformat()}: {machine.description()}."
    figures = page.record(results, written, findings, measured)
    picture.write(drawing, kept.runs)
    met, count = targets(figures)
    print(f"  {met} of {count} targets are met; see {results}.md", flush=True)


if __name__ == "__main__":
    run(main)
