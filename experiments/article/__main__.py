"""The command: ``python -m experiments.article [--to FOLDER]``."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from experiments.article import claims
from experiments.benchmarks import machine, page
from experiments.benchmarks.figures import Findings
from experiments.command import run
from nas.campaign import campaign, config, records

HERE = Path(__file__).parent
SURVIVAL = tuple(
    f"{factor}_{problem}"
    for factor in ("activations", "depth_width")
    for problem in ("poisson_l_shape", "burgers")
)
IDENTICAL = "identical"
CAMPAIGNS = (*SURVIVAL, IDENTICAL)

HOW = (
    "The campaigns beside this page, with the toolkit's method, not the article's: warm-up, gate "
    "and rules of dropping differ, and the gate starts from individual loss times size, so that of "
    "experts that have learnt as much the smaller has the advantage. Survivors are counted over "
    "all seeds, with Wilson's 95 % interval. A claim is confirmed or contradicted only where the "
    "two intervals do not touch and outcomes dealt at random within each run, since experts of one "
    "run compete, would part the levels as far in less than 1.7 % of the cases (0.05 over three "
    "questions). It holds for the pool and the problem of its campaign. Narrow networks owe part "
    "of their survival to that start. Two experts always stay: `identical` can end with no fewer."
)
PAGE = page.Page("The article's claims", "python -m experiments.article", CAMPAIGNS, how=HOW)


def main(
    to: Annotated[Path, typer.Option("--to", help="Where the campaigns are, or will be.")] = Path(
        "runs/article"
    ),
) -> None:
    """Search all campaigns and judge the claims; what is done is not done again."""
    for name in CAMPAIGNS:
        print(name, flush=True)
        found = campaign.search(config.load(HERE / f"{name}.yaml"), to / name)
        findings = Findings(name)
        if name == IDENTICAL:
            claims.quadrants(findings, found)
        else:
            claims.survival_of(findings, found)
        record(findings, found)


def record(findings: Findings, found: records.Records) -> None:
    """Write table and page with these findings in them."""
    minutes = found.attempts.seconds.sum() / 60
    measured = (
        f"{len(found.runs)} seeds, {minutes:.0f} minutes of one core. "
        f"{date.today().isoformat()}: {machine.description()}."
    )
    page.record(HERE / "results", PAGE, findings, measured)


if __name__ == "__main__":
    run(main)
