"""The command: ``python -m experiments.selection.ablation [--to FOLDER]``.

For each problem and seed one warm-up, from which the search goes on once for each variant. It
writes the data, ``ablation.csv`` and ``ablation.json``, and from these ``ablation.md``.
"""

import math
import time
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import torch
import typer

from experiments.harness import command, machine
from experiments.harness.tasks import Task, answers, kept
from experiments.selection import ablation_page
from experiments.selection.variants import VARIANTS, Variant
from nas import problems
from nas.campaign import config
from nas.campaign.run_settings import run_settings
from nas.campaign.true_errors import relative_l2
from nas.training.training_run import RunResult, TrainingRun
from nas.training.warm_up import WarmUp

HERE = Path(__file__).parent
PROBLEMS = [path.stem for path in sorted(HERE.glob("*.yaml"))]
SEEDS = (100, 101, 102)  # none of the campaigns'

Row = dict[str, Any]  # a search of a variant, and how it ended


def main(
    to: Annotated[Path, typer.Option("--to", help="Where what is done is kept.")] = Path(
        "runs/ablation"
    ),
) -> None:
    """Do the searches that are left, and write all files."""
    function, folder = "experiments.selection.ablation:searches", str(to.absolute())
    tasks = [
        Task(to / "tasks", f"{problem}-{seed}", function, (problem, seed, folder))
        for problem in PROBLEMS
        for seed in SEEDS
    ]
    table = pd.DataFrame([row for rows in answers(tasks) for row in rows])
    ablation_page.write(HERE, table, date.today().isoformat(), machine.description())


def searches(problem: str, seed: int, folder: str) -> list[Row]:
    """The rows of a problem and seed; each search is kept as it ends."""
    torch.set_num_threads(1)
    start, here = Start(problem, seed), Path(folder) / problem / str(seed)
    names = {"problem": problem, "seed": seed}
    return [
        names | {"variant": name} | kept(here / f"{name}.json", partial(start.search, variant))
        for name, variant in VARIANTS.items()
    ]


class Start:
    """What the searches of a problem and seed have in common; the warm-up is done at need."""

    def __init__(self, problem: str, seed: int) -> None:
        self.problem = problems.load(problem)
        campaign = config.load(HERE / f"{problem}.yaml")
        pool = campaign.search_space().pool(int(campaign.tune.m.low), seed)
        p, threshold = campaign.tune.p.low, campaign.tune.threshold.low
        self.settings = run_settings(self.problem, campaign, pool, p, threshold, seed, seed)

    @cached_property
    def warmed(self) -> WarmUp:
        """The pool at the end of its warm-up."""
        settings = self.settings
        pool = settings.mixture(self.problem)
        warm_up = WarmUp(self.problem, pool, settings.sampler, settings.warm_up)
        while not warm_up.finished:
            warm_up.advance()
        return warm_up

    def search(self, variant: Variant) -> Row:
        """The rest of the search, as a variant; ``seconds`` are without the warm-up."""
        warmed = self.warmed
        run = TrainingRun(self.problem, variant(self.settings))
        run.adopt(warmed)
        began = time.monotonic()
        result = run.run()
        return self._row(result, time.monotonic() - began)

    def _row(self, result: RunResult, seconds: float) -> Row:
        """Infinite errors where it diverged."""
        completed = result.status == "completed"
        error = relative_l2(self.problem, result.mixture) if completed else None
        return {
            "experts": len(result.mixture.alive),
            "parameters": result.mixture.parameters_learning,
            "refusals": sum(outcome.refusals for outcome in result.outcomes.values()),
            "held_out_loss": math.inf if result.held_out_loss is None else result.held_out_loss,
            "relative_l2": math.inf if error is None else error,
            "seconds": seconds,
        }


if __name__ == "__main__":
    command.run(main)
