"""Which experts count, in which order their levels stand, and means of runs worked by hand."""

from pathlib import Path

import pandas as pd
import pytest

from nas.reports import levels
from tests.reports.statistic_tables import tables
from tests.reports.synthetic_campaign import expert, run_row


def test_only_known_outcomes_of_completed_runs_count(tmp_path: Path) -> None:
    ends = ("survived", "dropped", "cut", "censored")
    experts = [expert(run, i, of, 50) for run in "ab" for i, of in enumerate(ends)]
    both = tables(tmp_path, experts, [run_row("a"), run_row("b", status="diverged")])
    found = levels.completed(*both)
    assert list(zip(found["run"], found["outcome"], strict=True)) == [("a", of) for of in ends[:3]]


def test_levels_of_sizes_stand_in_order_of_size() -> None:
    made = [expert("a", i, "survived", 50, width=w) for i, w in enumerate((128, 16, 64))]
    experts = pd.DataFrame(made)
    found = levels.by_level(experts, levels.axes(experts))
    assert [level for axis, level, _ in found if axis == "width"] == ["16", "64", "128"]


def test_the_mean_is_that_of_the_runs() -> None:
    """Of runs with means 1 and 4, though there are five experts; a missing value counts nowhere."""
    values = {"a": (1.0, 1.0, 1.0), "b": (3.0, 5.0, None)}
    experts = pd.DataFrame(
        [
            expert(run, i, "survived", 50) | {"value": value}
            for run, of in values.items()
            for i, value in enumerate(of)
        ]
    )
    row = levels.means_over_runs(experts, levels.axes(experts), "size").iloc[0]
    assert (row["experts"], row["runs"]) == (5, 2)
    assert row["size"] == pytest.approx(2.5)
    assert row["high"] - row["size"] == pytest.approx(12.7062047 * 1.5)
