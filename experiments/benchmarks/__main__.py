"""The command: ``python -m experiments.benchmarks [--list] [CASE...]``."""

import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from experiments.benchmarks import cases, machine, page, picture, table
from experiments.benchmarks.figures import Figure, Findings, targets
from experiments.command import USER_ERROR, run

RESULTS = Path(__file__).parent / "results"


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE]...", help="The cases to measure; all.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the cases and measure none.")] = False,
) -> None:
    """Measure how fast the toolkit is, and write results.csv, results.md and results.svg."""
    if show:
        for name in cases.names():
            print(f"{name:12} {cases.load(name).question}")
        return
    try:
        chosen = [cases.load(name) for name in names or cases.names()]
    except ValueError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(USER_ERROR) from None
    for case in chosen:
        print(f"{case.name}: {case.question}", flush=True)
        began = time.monotonic()
        findings = case.measure()
        for line in findings.skipped:
            print(f"  not measured: {line}")
        print(f"  done in {time.monotonic() - began:.0f} s", flush=True)
        figures = record(RESULTS, findings)  # after each case, so that nothing is lost
    show_table(figures)


def record(results: Path, findings: Findings) -> list[Figure]:
    """Write all three files with these findings in them; return all figures that they hold."""
    drawing = results.with_suffix(".svg")
    written = page.Page(
        "Benchmarks",
        "python -m experiments.benchmarks",
        cases.names(),
        above=[f"![How many times better than its target each figure is]({drawing.name})"],
        below=["A ratio “over ours” tells how many times longer the other one takes."],
    )
    measured = f"Measured on {date.today().isoformat()}: {machine.description()}."
    figures = page.record(results, written, findings, measured)
    picture.write(drawing, figures)
    return figures


def show_table(figures: Sequence[Figure]) -> None:
    """Print the table to the terminal."""
    shown = Table("case", "figure")
    for column in ("measured", "target"):
        shown.add_column(column, justify="right")
    shown.add_column()
    before = ""
    for figure in figures:
        case, *rest = table.cells(figure)
        if case != before:
            shown.add_section()
        shown.add_row("" if case == before else case, *rest)
        before = case
    met, count = targets(figures)
    console = Console()
    console.print(shown)
    console.print(f"{met} of {count} targets are met; see {RESULTS.with_suffix('.md')}")


if __name__ == "__main__":
    run(main)
