"""The command: ``python -m experiments.selection [--list] [--to FOLDER] [PROBLEM...]``."""

from pathlib import Path

from experiments.harness import command
from experiments.harness.cases import Experiment, campaigns
from experiments.harness.figures import Findings
from experiments.harness.tasks import Task, answers
from experiments.selection import figures
from nas import validation
from nas.campaign import campaign, config
from nas.campaign.records import Records

SEEDS = 20  # of which one half makes the claims and the other tests them
DEEPXDE = "experiments.selection.in_deepxde"
# Of Adam, in DeepXDE's demos; L-BFGS, which they take after that, is not counted.
DEEPXDE_STEPS, MEASURED_STEPS = 15_000, 50


def measure(path: Path, findings: Findings, folder: Path) -> None:
    """Search, validate, train DeepXDE as long, test claims; what is done is not done again."""
    problem, here = path.stem, folder / path.stem
    campaign.search(config.load(path), here)
    found = validation.validate(here)
    findings.effort = f"{found.subsets.run.nunique()} seeds"
    figures.measure(findings, found, deepxde_errors(problem, here / "deepxde", found))
    figures.one_by_one(findings, found, deepxde_for_all(problem, here / "deepxde"))
    # Who survives is known before the fine-tuning.
    overrides = [f"seeds={SEEDS}", "seed=1", "training.fine_tuning.iterations=0"]
    many = campaign.search(config.load(path, overrides), folder / f"{problem}-seeds")
    figures.claims(findings, many)


def deepxde_errors(problem: str, folder: Path, found: Records) -> dict[int, float]:
    """DeepXDE's error for each repetition, in the wall time of the search."""
    spent = {
        int(str(repetition)): float(seconds)
        for repetition, seconds in found.attempts.groupby("repetition").seconds.sum().items()
    }

    tasks = [
        Task(folder, f"repetition-{repetition}", f"{DEEPXDE}:error", (problem, repetition, seconds))
        for repetition, seconds in spent.items()
    ]
    return dict(zip(spent, answers(tasks), strict=True))


def deepxde_for_all(problem: str, folder: Path) -> float:
    """The seconds that DeepXDE needs for all candidates, one after the other."""
    arguments = (problem, DEEPXDE_STEPS, MEASURED_STEPS)
    (seconds,) = answers([Task(folder, "all", f"{DEEPXDE}:seconds_for_all", arguments)])
    return float(seconds)


HERE = Path(__file__).parent
EXPERIMENT = Experiment("Selection", HERE, campaigns(HERE, measure))

if __name__ == "__main__":
    command.run(command.measuring(EXPERIMENT))
