"""The command: ``python -m experiments.selection.ablation``; writes ablation.csv and ablation.md.

For each problem and seed one warm-up, from which the search goes on once for each lever.
"""

import copy
import csv
import math
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, get_type_hints

import numpy as np
import torch
import typer

from experiments.benchmarks import machine
from experiments.selection import PROBLEMS
from experiments.selection.levers import DEFAULT, LEVERS
from experiments.training import settings
from nas import problems
from nas.campaign import config
from nas.campaign.maps import relative_l2
from nas.campaign.run_settings import run_settings
from nas.files import whole, write_text
from nas.training.search import WARM_UP, Search
from nas.training.trainer import Outcome, Trainer

HERE = Path(__file__).parent
SEEDS = (100, 101, 102)  # none of the campaigns'

HOW = (
    "The search of the campaigns beside this page, with one thing changed at a time. Errors "
    "(relative L2), times (after the warm-up) and parameters are over the default's of the same "
    "problem and seed, from the same warm-up: geometric means, of the errors also the range of the "
    "problems' own, and how many searches have a smaller error than the default's. Seeds differ by "
    "a factor of two and more, so that small differences mean nothing."
)


@dataclass(frozen=True)
class Row:
    """A search with a lever changed, and how it ended; infinite errors where it diverged."""

    problem: str
    seed: int
    lever: str
    experts: int
    parameters: int
    refusals: int
    held_out_loss: float
    relative_l2: float
    seconds: float  # after the warm-up


def main(
    to: Annotated[Path, typer.Option("--to", help="Where what is done is kept.")] = Path(
        "runs/ablation"
    ),
) -> None:
    """Measure what is left, and write both files."""
    jobs = [(problem, seed, to / f"{problem}-{seed}.csv") for problem in PROBLEMS for seed in SEEDS]
    left = [job for job in jobs if not job[-1].exists()]
    with ProcessPoolExecutor(settings.AT_ONCE, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(measure, *job) for job in left]):
            done.result()
    rows = [row for *_, path in jobs for row in read(path)]
    write(HERE / "ablation.csv", rows)
    write_text(HERE / "ablation.md", page(rows))


def measure(problem: str, seed: int, path: Path) -> None:
    """Search with each lever, from one warm-up, and write the rows."""
    torch.set_num_threads(settings.THREADS)
    known, campaign = problems.load(problem), config.load(HERE / f"{problem}.yaml")
    tune = campaign.tune
    pool = campaign.search_space().pool(int(tune.m.low), seed)
    p, threshold = tune.p.low, tune.threshold.low
    usual = run_settings(known, campaign, pool, p, threshold, seed=seed, points_seed=seed)
    first = Trainer(known, usual)
    while first.search.phase == WARM_UP:
        first.search.advance()
    rows = []
    for name, lever in LEVERS.items():
        with lever.pulled():
            trainer = _begun(Trainer(known, lever.settings(usual)), first.search)
            lever.begin(trainer)
            begun = time.monotonic()
            outcome = trainer.run()
            rows.append(_row(problem, seed, name, outcome, time.monotonic() - begun))
        print(rows[-1], flush=True)
    write(path, rows)


def read(path: Path) -> list[Row]:
    """The rows that `write` wrote."""
    kinds = get_type_hints(Row)
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(**{name: kind(row[name]) for name, kind in kinds.items()})
            for row in csv.DictReader(file)
        ]


def write(path: Path, rows: list[Row]) -> None:
    """Write a table of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(get_type_hints(Row)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def _begun(trainer: Trainer, warmed: Search) -> Trainer:
    """``trainer`` as if it had had the warm-up of ``warmed``."""
    search = trainer.search
    for place in set(search.mixture.alive) - set(warmed.mixture.alive):
        search.selection.drop(place)
    search.mixture.stacks.load_state_dict(warmed.mixture.stacks.state_dict())
    search.step = warmed.step
    search.elimination.fates = copy.deepcopy(warmed.fates)
    search.keep(search.mixture.alive)
    return trainer


def _row(problem: str, seed: int, lever: str, outcome: Outcome, seconds: float) -> Row:
    error = None
    if outcome.status == "completed":
        error = relative_l2(problems.load(problem), outcome.mixture)
    return Row(
        problem,
        seed,
        lever,
        len(outcome.mixture.alive),
        outcome.mixture.parameters_learning,
        sum(fate.refusals for fate in outcome.fates.values()),
        math.inf if outcome.held_out_loss is None else outcome.held_out_loss,
        math.inf if error is None else error,
        seconds,
    )


def page(rows: list[Row]) -> str:
    """The table in Markdown."""
    lines = [
        "| instead | error | each problem | better | time | parameters | experts | refusals |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    usual = {(row.problem, row.seed): row for row in rows if row.lever == DEFAULT}
    for name in LEVERS:
        mine = [row for row in rows if row.lever == name]
        errors = {
            problem: _mean(
                row.relative_l2 / usual[problem, row.seed].relative_l2
                for row in mine
                if row.problem == problem
            )
            for problem in PROBLEMS
        }
        seconds = _mean(row.seconds / usual[row.problem, row.seed].seconds for row in mine)
        sizes = _mean(row.parameters / usual[row.problem, row.seed].parameters for row in mine)
        experts = float(np.mean([row.experts for row in mine]))
        refusals = float(np.mean([row.refusals for row in mine]))
        better = sum(row.relative_l2 < usual[row.problem, row.seed].relative_l2 for row in mine)
        each = f"{min(errors.values()):.2f} to {max(errors.values()):.2f}"
        cells = [
            "nothing (default)" if name == DEFAULT else name,
            f"{_mean(errors.values()):.2f}",
            each,
            f"{better} of {len(mine)}",
            f"{seconds:.2f}",
            f"{sizes:.2f}",
            f"{experts:.1f}",
            f"{refusals:.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    measured = f"Seeds {', '.join(map(str, SEEDS))}. {date.today().isoformat()}"
    return (
        "\n\n".join(
            [
                "# What each lever is worth",
                "`python -m experiments.selection.ablation` wrote this page.",
                "\n".join(lines),
                HOW,
                f"*{measured}: {machine.description()}.*",
            ]
        )
        + "\n"
    )


def _mean(ratios: Iterable[float]) -> float:
    """Geometric."""
    return float(np.exp(np.mean(np.log(list(ratios)))))


if __name__ == "__main__":
    typer.run(main)
