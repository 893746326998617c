"""The command: ``python -m experiments.selection [--to FOLDER] [PROBLEM...]``."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from experiments.benchmarks import machine, table
from experiments.benchmarks.figures import Findings, targets
from experiments.selection import figures, one_by_one, page
from experiments.training import alone, settings
from experiments.training.kept import Kept
from experiments.training.runs import Task
from nas import validation
from nas.campaign import campaign, config, records

MISUSE = 2
HERE = Path(__file__).parent
SEEDS = 20  # of which one half makes the claims and the other tests them
PROBLEMS = ("poisson_l_shape", "burgers", "helmholtz")


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
        figures.measure(findings, found, rivals(problem, folder, found))
        figures.one_by_one(findings, found, one_by_one.seconds(problem))
        print(f"{problem}: {SEEDS} seeds", flush=True)
        many = config.load(HERE / f"{problem}.yaml", [f"seeds={SEEDS}"])
        figures.claims(findings, campaign.search(many, to / f"{problem}-seeds"))
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
    results, text = HERE / "results.csv", HERE / "results.md"
    every = table.replaced(table.read(results), findings, PROBLEMS)
    parts = table.sections(text.read_text(encoding="utf-8")) if text.exists() else {}
    seeds = found.teams.run.nunique()
    measured = f"{seeds} seeds. {date.today().isoformat()}: {machine.description()}."
    parts[findings.case] = table.section(findings, measured)
    table.write(results, every)
    page.write(text, every, parts, PROBLEMS)
    met, count = targets(every)
    print(f"  {met} of {count} targets are met; see {text}", flush=True)


if __name__ == "__main__":
    typer.run(main)
