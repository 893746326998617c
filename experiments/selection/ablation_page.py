"""The tables of the ablation: the data of all searches, and from these the page."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from experiments.selection.variants import DEFAULT
from nas.files import write_text


def write(folder: Path, table: pd.DataFrame, date: str, machine: str) -> None:
    """Write the rows of all searches, when and on what they were measured, and the page."""
    write_text(folder / "ablation.csv", table.to_csv(index=False))
    measured = json.dumps({"date": date, "machine": machine}, ensure_ascii=False)
    write_text(folder / "ablation.json", f"{measured}\n")
    write_text(folder / "ablation.md", page(table, date, machine))


def page(table: pd.DataFrame, date: str, machine: str) -> str:
    """The rows of `ablation.Row` in Markdown, a line for each variant."""
    columns = ["error", "95 % interval", *sorted(set(table["problem"]))]
    columns += ["better", "time", "parameters", "experts", "refusals"]
    lines = [
        f"| instead | {' | '.join(columns)} |",
        f"|---|{'---:|' * len(columns)}",
        *(_line(name, table) for name in dict.fromkeys(table["variant"])),
    ]
    seeds = ", ".join(map(str, sorted(set(table["seed"]))))
    paragraphs = [
        "# What each part of the method is worth",
        "`python -m experiments.selection.ablation` wrote this page.",
        "\n".join(lines),
        (Path(__file__).parent / "ablation_how.md").read_text(encoding="utf-8").strip(),
        f"*Seeds {seeds}. {date}: {machine}.*",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _line(name: str, table: pd.DataFrame) -> str:
    rows = table.set_index(["problem", "seed"])
    default, mine = (rows[rows["variant"] == variant] for variant in (DEFAULT, name))
    columns = ["relative_l2", "seconds", "parameters"]
    over = mine[columns] / default.loc[mine.index, columns]
    logs = over.map(math.log)
    mean = np.exp(logs.mean())
    of_problem = np.exp(logs["relative_l2"].groupby("problem").mean())
    low, high = np.exp(_interval(logs["relative_l2"]))
    cells = [
        "nothing (default)" if name == DEFAULT else name,
        f"{mean['relative_l2']:.2f}",
        f"{low:.2f} to {high:.2f}",
        *(f"{error:.2f}" for _, error in sorted(of_problem.items())),
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
