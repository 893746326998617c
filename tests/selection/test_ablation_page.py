"""The page of the ablation, worked by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from experiments.selection import ablation_page
from experiments.selection.ablation import HERE, PROBLEMS, SEEDS
from experiments.selection.variants import DEFAULT, VARIANTS

OTHER = list(VARIANTS)[1]


def made_up() -> pd.DataFrame:
    """All that the other variant has is twice the default's."""
    rows = [
        {
            "problem": problem,
            "seed": seed,
            "variant": name,
            "experts": 2,
            "parameters": 1000 * factor,
            "refusals": 0,
            "held_out_loss": 1e-5,
            "relative_l2": 0.01 * seed * factor,
            "seconds": 30.0,
        }
        for problem in PROBLEMS
        for seed in SEEDS
        for name, factor in ((DEFAULT, 1), (OTHER, 2))
    ]
    return pd.DataFrame(rows)


def lines(table: pd.DataFrame) -> list[str]:
    return ablation_page.page(table, "2026-01-01", "2 cores").splitlines()


def test_figures_are_over_the_defaults_of_the_same_seed() -> None:
    table = made_up()
    ones, twos = " | ".join(["1.00"] * 3), " | ".join(["2.00"] * 3)
    default = (
        f"| nothing (default) | 1.00 | 1.00 to 1.00 | {ones} | 0 of 9 | 1.00 | 1.00 | 2.0 | 0.0 |"
    )
    other = f"| {OTHER} | 2.00 | 2.00 to 2.00 | {twos} | 0 of 9 | 1.00 | 2.00 | 2.0 | 0.0 |"
    assert [line for line in lines(table) if line.startswith("| ")][1:] == [default, other]


def test_means_are_geometric_with_students_interval() -> None:
    table = made_up()
    table["relative_l2"] *= [1, 8, *[1] * (len(table) - 2)]  # of the first problem
    logs = np.log([16, *[2] * 8])
    interval = stats.ttest_1samp(logs, 0).confidence_interval()
    low, high = math.exp(interval.low), math.exp(interval.high)
    expected = f"| {OTHER} | 2.52 | {low:.2f} to {high:.2f} | 4.00 | 2.00 | 2.00 |"
    assert any(line.startswith(expected) for line in lines(table))


def test_the_page_beside_the_data_is_written_from_it() -> None:
    table = pd.read_csv(HERE / "ablation.csv")
    measured = json.loads((HERE / "ablation.json").read_text(encoding="utf-8"))
    page = (HERE / "ablation.md").read_text(encoding="utf-8")
    assert page == ablation_page.page(table, **measured)
    assert list(dict.fromkeys(table["variant"])) == list(VARIANTS)


def test_data_and_page_are_written(tmp_path: Path) -> None:
    table = made_up()
    ablation_page.write(tmp_path, table, "2026-01-01", "2 cores")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "ablation.csv"), table)
    assert (
        (tmp_path / "ablation.md")
        .read_text(encoding="utf-8")
        .endswith("*Seeds 100, 101, 102. 2026-01-01: 2 cores.*\n")
    )
