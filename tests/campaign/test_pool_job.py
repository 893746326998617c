"""The pool: it is over once there is all that trials and race need."""

from pathlib import Path

from nas.campaign import records
from nas.campaign.folder import opened
from nas.campaign.pool_job import PoolJob
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
