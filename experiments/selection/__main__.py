"""The command: ``python -m experiments.selection [--to FOLDER] [PROBLEM...]``."""

import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from experiments.benchmarks import machine, page
from experiments.benchmarks.figures import Findings, targets
from experiments.command import USER_ERROR, run
from experiments.selection import PROBLEMS, one_by_one
from experiments.selection import figures as measures
from experiments.training import alone, settings
from experiments.training.kept import Kept
from experiments.training.runs import Task
from nas import validation
from nas.campaign import campaign, config, records

HERE = Path(__file__).parent
SEEDS = 20  # of which one half makes the claims and the other tests them

HOW = (
    "A search with a pool of 24 candidates (4 activations × depths 2, 3 × widths 16, 32, 64), all "
    "else by default, repeated with several seeds, and `nas validate` on it: the selected subset "
    "trained again, 20 random subsets of its size and the subset of the best single networks, all from "
    "one new warm-up of the pool; the whole pool never pruned; and each candidate alone. All have "
    "the same points and fine-tuning, on one thread each. Errors are relative L2 errors against "
    "the truth. A ratio of errors is under 1 where the first is better; figures are medians over "
    "the seeds, τ (Kendall's) means. DeepXDE trains one network (4×50 tanh; Adam, then L-BFGS) for "
    "the wall time of the search; what it needs for all candidates in turn is extrapolated from 50 "
    "steps of each to the 15,000 of Adam of its demos, without their L-BFGS. Claims on what "
    "survives are those of the report: made from ten further searches without fine-tuning, and "
    "tested with ten others."
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
        raise typer.Exit(USER_ERROR)
    chosen = names or PROBLEMS
    compared = {}
    for problem in chosen:
        print(f"{problem}: search, validation, DeepXDE", flush=True)
        compared[problem] = findings, found = compare(problem, to / problem)
        record(findings, found)
    for problem, (findings, found) in compared.items():
        print(f"{problem}: claims from {SEEDS} searches", flush=True)
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
    with ThreadPoolExecutor(settings.AT_ONCE) as pool:
        runs = [
            pool.submit(alone.run, task, float(seconds))
            for task, seconds in tasks.items()
            if task not in kept.runs
        ]
        for done in as_completed(runs):
            kept.keep(done.result())  # at once, so that nothing is lost
    return {task.seed: kept.runs[task].last.error for task in tasks}


def many(problem: str, folder: Path) -> records.Records:
    """Searches with many seeds; what survives is known before the fine-tuning."""
    overrides = [f"seeds={SEEDS}", "seed=1", "training.fine_tuning.iterations=0"]
    return campaign.search(config.load(HERE / f"{problem}.yaml", overrides), folder)


def record(findings: Findings, found: records.Records) -> None:
    """Write table and page with these findings in them."""
    seeds = found.subsets.run.nunique()
    measured = f"{seeds} seeds. {date.today().isoformat()}: {machine.description()}."
    figures = page.record(HERE / "results", PAGE, findings, measured)
    met, count = targets(figures)
    print(f"  {met} of {count} targets are met; see {HERE / 'results.md'}", flush=True)


if __name__ == "__main__":
    run(main)
