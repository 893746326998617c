"""The command: ``python -m experiments.selection.ablation``; writes ablation.csv and ablation.md.

For each problem and seed one warm-up, from which the search goes on once for each lever.
"""

import copy
import math
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import torch
import typer
from scipy import stats

from experiments.benchmarks import machine
from experiments.command import run
from experiments.selection import PROBLEMS
from experiments.selection.levers import DEFAULT, LEVERS
from experiments.training import settings
from nas import problems
from nas.campaign import config
from nas.campaign.maps import relative_l2
from nas.campaign.run_settings import run_settings
from nas.files import write_text
from nas.training.search import WARM_UP, Search
from nas.training.trainer import RunResult, Trainer

HERE = Path(__file__).parent
SEEDS = (100, 101, 102)  # none of the campaigns'

HOW = (
    "The search of the campaigns beside this page, with one thing changed at a time. Errors "
    "(relative L2), times (after the warm-up) and parameters are over the default's of the same "
    "problem and seed, from the same warm-up: geometric means over all searches, for the errors "
    "with Student's interval of the mean logarithm, and for each problem; beside them how many "
    "searches have a smaller error than the default's, and how many experts and refusals a search "
    "has. A lever whose interval holds 1 was not seen to be worth anything. Without sparsity its "
    "penalty is 0; the penalty of the default begins at 0.1 physics losses and doubles where nobody "
    "can be dropped. The kin of an expert are those that share its activation, depth or width."
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
    with ProcessPoolExecutor(settings.AT_ONCE, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(measure, *job) for job in jobs]):
            done.result()
    table = pd.concat([pd.read_csv(path) for *_, path in jobs], ignore_index=True)
    write(HERE / "ablation.csv", table)
    write_text(HERE / "ablation.md", page(table))


def measure(problem: str, seed: int, path: Path) -> None:
    """Search with each lever that has no row yet, from one warm-up; each row is kept at once."""
    rows: list[Any] = pd.read_csv(path).to_dict("records") if path.exists() else []
    left = [name for name in LEVERS if name not in {row["lever"] for row in rows}]
    if not left:
        return
    torch.set_num_threads(settings.THREADS)
    known, campaign = problems.load(problem), config.load(HERE / f"{problem}.yaml")
    tune = campaign.tune
    pool = campaign.search_space().pool(int(tune.m.low), seed)
    p, threshold = tune.p.low, tune.threshold.low
    usual = run_settings(known, campaign, pool, p, threshold, seed=seed, points_seed=seed)
    first = Trainer(known, usual)
    while first.search.phase == WARM_UP:
        first.search.advance()
    for name in left:
        lever = LEVERS[name]
        with lever.pulled():
            trainer = _begun(Trainer(known, lever.settings(usual)), first.search)
            lever.begin(trainer)
            begun = time.monotonic()
            result = trainer.run()
            row = _row(problem, seed, name, result, time.monotonic() - begun)
        print(row, flush=True)
        rows.append(asdict(row))
        write(path, pd.DataFrame(rows))


def write(path: Path, table: pd.DataFrame) -> None:
    """Write the rows of some searches."""
    write_text(path, table.to_csv(index=False))


def _begun(trainer: Trainer, warmed: Search) -> Trainer:
    """``trainer`` as if it had had the warm-up of ``warmed``."""
    search = trainer.search
    for index in set(search.mixture.alive) - set(warmed.mixture.alive):
        search.selection.drop(index)
    search.mixture.stacks.load_state_dict(warmed.mixture.stacks.state_dict())
    search.step = warmed.step
    search.elimination.outcomes = copy.deepcopy(warmed.outcomes)
    search.keep(search.mixture.alive)
    return trainer


def _row(problem: str, seed: int, lever: str, result: RunResult, seconds: float) -> Row:
    error = None
    if result.status == "completed":
        error = relative_l2(problems.load(problem), result.mixture)
    return Row(
        problem,
        seed,
        lever,
        len(result.mixture.alive),
        result.mixture.parameters_learning,
        sum(outcome.refusals for outcome in result.outcomes.values()),
        math.inf if result.held_out_loss is None else result.held_out_loss,
        math.inf if error is None else error,
        seconds,
    )


def page(table: pd.DataFrame) -> str:
    """The table of all `Row` in Markdown."""
    columns = ["error", "95 % interval", *PROBLEMS, "better", "time", "parameters", "experts"]
    columns += ["refusals"]
    lines = [
        f"| instead | {' | '.join(columns)} |",
        f"|---|{'---:|' * len(columns)}",
        *(_line(name, table) for name in LEVERS),
    ]
    measured = f"Seeds {', '.join(map(str, SEEDS))}. {date.today().isoformat()}"
    paragraphs = [
        "# What each lever is worth",
        "`python -m experiments.selection.ablation` wrote this page.",
        "\n".join(lines),
        HOW,
        f"*{measured}: {machine.description()}.*",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _line(name: str, table: pd.DataFrame) -> str:
    rows = table.set_index(["problem", "seed"])
    usual, mine = (rows[rows["lever"] == lever] for lever in (DEFAULT, name))
    columns = ["relative_l2", "seconds", "parameters"]
    over = mine[columns] / usual.loc[mine.index, columns]
    logs = over.map(math.log)
    mean = np.exp(logs.mean())
    each = np.exp(logs["relative_l2"].groupby("problem").mean())
    low, high = np.exp(_interval(logs["relative_l2"]))
    cells = [
        "nothing (default)" if name == DEFAULT else name,
        f"{mean['relative_l2']:.2f}",
        f"{low:.2f} to {high:.2f}",
        *(f"{each[problem]:.2f}" for problem in PROBLEMS),
        f"{(over['relative_l2'] < 1).sum()} of {len(over)}",
        f"{mean['seconds']:.2f}",
        f"{mean['parameters']:.2f}",
        f"{mine['experts'].mean():.1f}",
        f"{mine['refusals'].mean():.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _interval(values: pd.Series) -> tuple[float, float]:
    """Student's 95 % interval of the mean."""
    known = values.to_numpy(dtype=float)
    half = float(stats.t.ppf(0.975, len(known) - 1) * stats.sem(known))
    return float(known.mean()) - half, float(known.mean()) + half


if __name__ == "__main__":
    run(main)
