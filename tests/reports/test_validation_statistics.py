"""Is the choice to be trusted? Numbers worked by hand."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nas.reports import validation_statistics as statistics
from tests.reports.validated_campaign import made


def test_ratios_are_those_of_the_errors(tmp_path: Path) -> None:
    (row,) = statistics.runs(made(tmp_path)).to_dict("records")
    assert row["better"] == pytest.approx(3 / 4)
    assert row["over_best"] == pytest.approx(0.02 / 0.04)
    assert row["over_single"] == pytest.approx(0.01 / 0.02)
    assert row["over_longest"] == pytest.approx(0.01 / 0.1)
    assert row["over_all"] == pytest.approx(0.01 / 0.005)
    assert row["parameters"] == pytest.approx(2000 / 4000)
    assert row["seconds"] == pytest.approx(20 / (4 * 10))
    assert row["evaluations"] == pytest.approx(2000 / (4 * 1000))
    assert (row["size"], row["pool"], row["subsets"]) == (2, 4, 4)


def test_an_interval_of_one_run_is_wilsons(tmp_path: Path) -> None:
    """Wilson (1927), by its formula."""
    middle, low, high = statistics.share(statistics.runs(made(tmp_path)))
    z, n, share = stats.norm.ppf(0.975), 4, 0.75
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert middle == share
    assert [low, high] == pytest.approx([centre - half, centre + half])


@pytest.mark.parametrize("selected", [(0.02,), (0.02, 0.035), (0.001, 0.02, 0.1)])
def test_chance_is_that_of_all_ranks(tmp_path: Path, selected: tuple[float, ...]) -> None:
    """Brute force over the ranks of every run."""
    table = statistics.runs(made(tmp_path, selected))
    ranks = list(itertools.product(range(5), repeat=len(selected)))
    as_well = sum(sum(one) >= table["beaten"].sum() for one in ranks)
    assert statistics.chance(table) == pytest.approx(as_well / len(ranks))


def test_an_equal_subset_is_half_beaten(tmp_path: Path) -> None:
    (row,) = statistics.runs(made(tmp_path, others=(0.02, 0.03))).to_dict("records")
    assert row["better"] == pytest.approx(0.75)


def test_runs_of_other_trials_do_not_count(tmp_path: Path) -> None:
    records = made(tmp_path, (0.02, 0.03))
    assert statistics.validated(records) == ["0000-0", "0000-1"]
    records.runs.loc[records.runs.run == "0000-1", "trial"] = 1
    records = replace(records, trials=pd.DataFrame({"trial": [0, 1], "recommended": [True, False]}))
    assert statistics.validated(records) == ["0000-0"]


def test_without_a_truth_the_held_out_loss_is_the_error(tmp_path: Path) -> None:
    records = made(tmp_path)
    for table in (records.subsets, records.singles, records.runs):
        table["relative_l2"] = np.nan
    records.runs["held_out_loss"] = 0.03
    (row,) = statistics.runs(records).to_dict("records")
    assert row["over_single"] == pytest.approx(0.03 / 0.02)


def test_an_interval_over_runs_is_that_of_the_sign_test(tmp_path: Path) -> None:
    few = statistics.runs(made(tmp_path / "few", selected=(0.02, 0.06, 0.04)))
    assert list(statistics.over_runs(few, "over_best")) == pytest.approx([1.0, 0.5, 1.5])
    one = statistics.runs(made(tmp_path / "one"))
    assert statistics.over_runs(one, "over_best") == pytest.approx(
        (0.5, math.nan, math.nan), nan_ok=True
    )
    many = pd.DataFrame({"ratio": range(1, 11)})
    assert statistics.over_runs(many, "ratio") == (5.5, 2, 9)


@pytest.mark.parametrize(("runs", "left"), [(3, 0), (5, 0), (6, 0), (9, 1), (10, 1), (12, 2)])
def test_its_coverage_is_counted(runs: int, left: int) -> None:
    """Brute force over which runs lie above the median: too few or too many is a miss."""
    above = [bin(sides).count("1") for sides in range(2**runs)]
    held = sum(left < count < runs - left for count in above) / 2**runs
    assert statistics.coverage(runs) == pytest.approx(held)
