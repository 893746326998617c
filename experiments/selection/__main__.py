"""The command: ``python -m experiments.selection [--to FOLDER] [PROBLEM...]``."""

import sys
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
    for problem in names or PROBLEMS:
        print(f"{problem}: search", flush=True)
        folder = to / problem
        campaign.search(config.load(HERE / f"{problem}.yaml"), folder)
        print(f"{problem}: validation", flush=True)
        found = validation.validate(folder)
        print(f"{problem}: DeepXDE", flush=True)
        findings = Findings(problem)
        measures.measure(findings, found, rivals(problem, folder, found))
        measures.one_by_one(findings, found, one_by_one.seconds(problem))
        print(f"{problem}: {SEEDS} seeds", flush=True)
        many = config.load(HERE / f"{problem}.yaml", [f"seeds={SEEDS}"])
        measures.claims(findings, campaign.search(many, to / f"{problem}-seeds"))
        record(findings, found)


def rivals(problem: str, folder: Path, found: records.Records) -> dict[int, float]:
    """DeepXDE's error for each repetition, in the wall time of the search."""
    kept = Kept(folder / "deepxde")
    spent = found.attempts.groupby("repetition").seconds.sum()
    errors = {}
    for repetition, seconds in spent.items():
        task = Task(problem, settings.DEEPXDE_PLAIN, int(str(repetition)))
        if task not in kept.runs:
            kept.keep(alone.run(task, float(seconds)))
        errors[task.seed] = kept.runs[task].last.error
    return errors


def record(findings: Findings, found: records.Records) -> None:
    """Write table and page with these findings in them."""
    seeds = found.teams.run.nunique()
    measured = f"{seeds} seeds. {date.today().isoformat()}: {machine.description()}."
    figures = page.record(HERE / "results", PAGE, findings, measured)
    met, count = targets(figures)
    print(f"  {met} of {count} targets are met; see {HERE / 'results.md'}", flush=True)


if __name__ == "__main__":
    typer.run(main)
