"""The command: ``python -m experiments.selection [--to FOLDER] [PROBLEM...]``."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from experiments.benchmarks import machine, page
from experiments.benchmarks.figures import Findings, targets
from experiments.selection import figures as measures
from experiments.selection import one_by_one
from experiments.training import alone, settings
from experiments.training.kept import Kept
from experiments.training.runs import Task
from nas import validation
from nas.campaign import campaign, config, records

MISUSE = 2
HERE = Path(__file__).parent
SEEDS = 20  # of which one half makes the claims and the other tests them
PROBLEMS = ("poisson_l_shape", "burgers", "helmholtz")

HOW = (
    "A search with a pool of 24 candidates (4 activations × depths 2, 3 × widths 16, 32, 64), "
    "repeated with several seeds, and `nas validate` on it: the selected team again from scratch, "
    "20 random teams of its size, the team of the best single networks, the whole pool never "
    "pruned, and each candidate alone, all with the same points, warm-up and fine-tuning, on one "
    "thread each. Errors are relative L2 errors against the truth. A ratio of errors is under 1 "
    "where the first is better; figures are medians over the seeds, τ (Kendall's) means. DeepXDE "
    "trains one network (4×50 tanh; Adam, then L-BFGS) for the wall time of the search; what it "
    "needs for all candidates in turn is extrapolated from 50 steps of each to the 15,000 of Adam "
    "of its demos, without their L-BFGS. Claims on what survives are those of the "
    "report, made from ten further searches and tested with ten others."
)
PAGE = page.Page("Selection", "python -m experiments.selection", PROBLEMS, how=HOW)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[PROBLEM]...", help="The problems; all.")
    ] = None,
    to: Annotated[Path, typer.Option("--to", help="Where the campaigns are, or will be.")] = Path(
        "runs/selection"
    ),
) -> None:
    """Search, validate, train DeepXDE as long; what is done is not done again."""
    unknown = set(names or ()) - set(PROBLEMS)
    if unknown:
        known = ", ".join(PROBLEMS)
        print(f"{unknown.pop()}: no such problem; expected some of {known}", file=sys.stderr)
        raise typer.Exit(MISUSE)
    chosen = names or PROBLEMS
    for problem in chosen:
        print(f"{problem}: search, validation, DeepXDE", flush=True)
        record(*compare(problem, to / problem))
    for problem in chosen:  # after all comparisons, as these are the last to miss in a hurry
        print(f"{problem}: {SEEDS} seeds", flush=True)
        findings, found = compare(problem, to / problem)
        measures.claims(findings, many(problem, to / f"{problem}-seeds"))
        record(findings, found)


def compare(problem: str, folder: Path) -> tuple[Findings, records.Records]:
    """Do what is left of search, validation and rivals; measure what they found."""
    campaign.search(config.load(HERE / f"{problem}.yaml"), folder)
    found = validation.validate(folder)
    findings = Findings(problem)
    measures.measure(findings, found, rivals(problem, folder / "deepxde", found))
    measures.one_by_one(findings, found, one_by_one.kept(problem, folder / "one_by_one.txt"))
    return findings, found


def rivals(problem: str, folder: Path, found: records.Records) -> dict[int, float]:
    """DeepXDE's error for each repetition, in the wall time of the search."""
    kept = Kept(folder)
    spent = found.attempts.groupby("repetition").seconds.sum()
    tasks = {
        Task(problem, settings.DEEPXDE_PLAIN, int(str(one))): spent[one] for one in spent.index
    }
    missing = [task for task in tasks if task not in kept.runs]
    with ThreadPoolExecutor(settings.AT_ONCE) as pool:
        for run in pool.map(lambda task: alone.run(task, float(tasks[task])), missing):
            kept.keep(run)
    return {task.seed: kept.runs[task].last.error for task in tasks}


def many(problem: str, folder: Path) -> records.Records:
    """Searches with many seeds; what survives is known before the fine-tuning."""
    overrides = [f"seeds={SEEDS}", "training.fine_tuning.iterations=0"]
    return campaign.search(config.load(HERE / f"{problem}.yaml", overrides), folder)


def record(findings: Findings, found: records.Records) -> None:
    """Write table and page with these findings in them."""
    seeds = found.teams.run.nunique()
    measured = f"{seeds} seeds. {date.today().isoformat()}: {machine.description()}."
    figures = page.record(HERE / "results", PAGE, findings, measured)
    met, count = targets(figures)
    print(f"  {met} of {count} targets are met; see {HERE / 'results.md'}", flush=True)


if __name__ == "__main__":
    typer.run(main)
