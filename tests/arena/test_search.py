"""What the search spends on others than the network that it exports."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from experiments.arena.columns import search
from nas.campaign import layout, schedule
from nas.campaign.records import Records
from nas.campaign.schedule import Part
from nas.reports import raced


@pytest.fixture
def found(tmp_path: Path) -> Records:
    """A pool, a trial of three seconds, and a race of two, of which one is random waves."""
    for place, taken in (
        (layout.pool_folder, {"waves": 2.0, "round 1": 5.0}),
        (layout.race_folder, {"heat 1: 0": 1.0, "rest 1, corrected: 0": 0.5, "rest 1: 1": 4.0}),
    ):
        folder = place(tmp_path, 0)
        folder.mkdir(parents=True)
        schedule.write_part(folder, Part(60.0, {}, taken))
    experts = pd.DataFrame({"run": ["race-0-0", "race-0-1"], "learns": ["output", "all"]})
    attempts = pd.DataFrame({"seconds": [3.0]})
    return replace(raced.records(), folder=tmp_path, experts=experts, attempts=attempts)


@pytest.mark.parametrize(
    ("run", "others"), [("race-0-0", 5.0 + 3.0 + 4.0), ("race-0-1", 7.0 + 3.0 + 1.5)]
)
def test_of_random_waves_the_search_for_them_counts(
    found: Records, run: str, others: float
) -> None:
    assert search.on_others(found, run) == pytest.approx(others)
