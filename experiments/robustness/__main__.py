"""The command: ``python -m experiments.robustness [--moments N] [--flips N] [CASE...]``."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from experiments.harness import command
from experiments.harness.cases import Case, Experiment
from experiments.robustness import bit_flips, cluster, full_disk, kills

HERE = Path(__file__).parent
MOST_WRITES = 1000  # of a command; it has fewer


def experiment(moments: int = 200, flips: int = 100, blows: int = 60) -> Experiment:
    """The four cases, of so many kills and bits."""
    cases = (
        Case(
            "kills",
            "Does a killed command go on as if nothing was?",
            partial(kills.measure, moments),
        ),
        Case("bit_flips", "Is a flipped bit noticed?", partial(bit_flips.measure, flips)),
        Case("full_disk", "Is a full disk told?", partial(full_disk.measure, MOST_WRITES)),
        Case(
            "cluster",
            "Is a campaign on three hosts done, whoever is killed?",
            partial(cluster.measure, blows),
        ),
    )
    return Experiment("Robustness", HERE, cases)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE]...", help="The cases; all of them.")
    ] = None,
    moments: Annotated[int, typer.Option(min=1, help="How many kills.")] = 200,
    flips: Annotated[int, typer.Option(min=1, help="How many flipped bits.")] = 100,
    blows: Annotated[int, typer.Option(min=1, help="How many kills on a cluster.")] = 60,
    show: Annotated[bool, typer.Option("--list", help="List the cases.")] = False,
    to: Annotated[Path, typer.Option("--to", help="Where all is kept.")] = Path("runs/robustness"),
) -> None:
    """Measure, and write results.csv, results.json and results.md."""
    command.measuring(experiment(moments, flips, blows))(names, show, to.absolute(), 1)


if __name__ == "__main__":
    command.run(main)
