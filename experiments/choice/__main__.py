"""The command: ``python -m experiments.choice [--list] [--to FOLDER] [CAMPAIGN...]``."""

from dataclasses import replace
from pathlib import Path

from experiments.harness import command
from experiments.harness.cases import Experiment, campaigns
from experiments.harness.figures import Findings
from experiments.selection import figures
from nas import validation
from nas.campaign import campaign, config, records
from nas.search_spaces.candidates import OUTPUT


def measure(path: Path, findings: Findings, folder: Path) -> None:
    """Search within the budget, validate each race's best; what is done is not done again."""
    here = folder / path.stem
    found = campaign.search(config.load(path), here)
    chosen = best_trained(found)
    for run in chosen:
        found = validation.validate(here, run)
    findings.effort = f"{len(chosen)} seeds"
    # Each of these is to count, not only the one that is recommended of all.
    each = replace(found, trials=found.trials.assign(recommended=False))
    figures.measure(findings, each, deepxde={})


def best_trained(found: records.Records) -> list[str]:
    """The contestant of each race with the least held-out loss, of those that were trained.

    Random waves are solved for: there is no choice of networks in them. Nor is there where they
    were exact, and nobody else had any time.
    """
    experts = found.experts
    solved = set(experts.loc[experts["learns"] == OUTPUT, "run"])
    learnt = ~found.race["run"].isin(solved) & (found.race["iterations"] > 0)
    race = found.race[learnt].sort_values("held_out_loss")
    return sorted(race.drop_duplicates("repetition")["run"])


HERE = Path(__file__).parent
EXPERIMENT = Experiment("The choice within a budget", HERE, campaigns(HERE, measure))

if __name__ == "__main__":
    command.run(command.measuring(EXPERIMENT))
