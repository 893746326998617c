"""The command: ``python -m experiments.article [--list] [--to FOLDER] [CAMPAIGN...]``."""

from pathlib import Path

from experiments.article import claims
from experiments.harness import command
from experiments.harness.cases import Experiment, campaigns
from experiments.harness.figures import Findings
from nas.campaign import campaign, config


def measure(path: Path, findings: Findings, folder: Path) -> None:
    """Search, and judge the claims; what is done is not done again."""
    found = campaign.search(config.load(path), folder / path.stem)
    seeds = found.runs["repetition"].nunique()
    findings.effort = f"{seeds} seeds, {found.attempts.seconds.sum() / 60:.0f} minutes of one core"
    if path.stem == "identical":
        claims.quadrants(findings, found)
    else:
        claims.survival_of(findings, found)


HERE = Path(__file__).parent
EXPERIMENT = Experiment("The article's claims", HERE, campaigns(HERE, measure))

if __name__ == "__main__":
    command.run(command.measuring(EXPERIMENT))
