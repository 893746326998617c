"""The command: ``python -m experiments.zoo [--list] [--to FOLDER] [PROBLEM...]``."""

from functools import partial
from pathlib import Path

from experiments.harness import command
from experiments.harness.cases import Case, Experiment
from experiments.harness.figures import Findings
from experiments.zoo import figures
from nas import problems
from nas.campaign import campaign, config

HERE = Path(__file__).parent


def measure(name: str, findings: Findings, folder: Path) -> None:
    """Search with the one campaign file; what is done is not done again."""
    found = campaign.search(config.load(HERE / "zoo.yaml", [f"problem={name}"]), folder / name)
    figures.measure(findings, found, problems.load(name))


def cases() -> tuple[Case, ...]:
    """A case for each problem of the toolkit."""
    return tuple(
        Case(name, problems.load(name).title, partial(measure, name)) for name in problems.names()
    )


if __name__ == "__main__":
    command.run(command.measuring(Experiment("The zoo", HERE, cases())))
