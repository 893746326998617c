"""The pool: it is over once there is all that trials and race need."""

from pathlib import Path

import pytest

from nas.campaign import records
from nas.campaign.folder import opened
from nas.campaign.pool_job import WAVES, PoolJob
from nas.search_spaces.candidates import ALL, levels_of
from nas.training import mixture_file
from tests.campaign.within_a_budget import PROBLEM, campaign_of


def test_it_is_not_over_without_the_mixture(tmp_path: Path) -> None:
    """A user may have been told to delete one that is damaged."""
    with opened(campaign_of(), tmp_path / "out", PROBLEM) as home:
        job = PoolJob(home, repetition=0, seconds=60.0)
        job.folder.mkdir(parents=True)
        records.write_table(job.table("pool"), "pool", [])
        assert not job.finished
        (job.folder / mixture_file.FILE).touch()
        assert job.finished


@pytest.mark.parametrize(
    ("losses", "decided"),
    [
        ({0: 1e-3, 1: 1e-2}, False),
        ({0: 1e-3}, True),
        ({0: 1e-3, 4: 1e-4}, True),
        ({0: 1e-3, 1: None, 4: 1e-4}, False),
        ({0: 1e-3, 1: 1e-2, 4: 1e-24}, True),
        ({4: 1e-24}, True),
    ],
)
def test_the_gate_has_something_to_choose_from_where_two_networks_have_learnt(
    tmp_path: Path, losses: dict[int, float | None], decided: bool
) -> None:
    """And nothing is exact. The candidates from 4 on are random waves."""
    space = {"activations": ["tanh"], "depths": [1], "widths": [4, 6, 8, 10]}
    given = campaign_of(space=space | {"learning": ["all", "output"]})
    with opened(given, tmp_path / "out", PROBLEM) as home:
        job = PoolJob(home, repetition=0, seconds=60.0)
        order = sorted(range(len(job.pool)), key=lambda index: job.pool[index].learns)
        rows = [
            {
                "repetition": 0,
                "candidate": order[index],
                **levels_of(job.pool[order[index]]),
                "parameters": 1,
                "round": 1,
                "iterations": 1,
                "held_out_loss": loss,
            }
            for index, loss in losses.items()
        ]
        records.write_table(job.table("pool"), "pool", rows)
        assert job.decided is decided


def test_it_is_not_over_without_the_waves_that_it_found(tmp_path: Path) -> None:
    space = {
        "activations": ["tanh"],
        "depths": [1],
        "widths": [4, 6],
        "learning": ["all", "output"],
    }
    with opened(campaign_of(space=space), tmp_path / "out", PROBLEM) as home:
        job = PoolJob(home, repetition=0, seconds=60.0)
        (solved, *_) = [i for i, one in enumerate(job.pool) if one.learns != ALL]
        row = {
            **{"repetition": 0, "candidate": solved, **levels_of(job.pool[solved])},
            **{"parameters": 1, "round": 1, "iterations": 1, "held_out_loss": 1e-24},
        }
        records.write_table(job.table("pool"), "pool", [row])
        (job.folder / mixture_file.FILE).touch()
        assert not job.finished
        (job.folder / WAVES).touch()
        assert job.finished
