"""What the jobs of a campaign have in common."""

from dataclasses import dataclass
from pathlib import Path

from nas.campaign import config, records
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.folder import CampaignFolder
from nas.campaign.pool_job import PoolJob
from nas.runner.job_context import Context
from nas.runner.problem_source import ProblemSource


@dataclass(frozen=True)
class Two(CampaignJob):
    """A job that leaves two tables."""

    TABLES = ("singles", "subsets")

    name = "two"

    @property
    def folder(self) -> Path:
        return self.home.path / "two"

    def work(self, context: Context) -> str:
        raise NotImplementedError


def job_in(folder: Path) -> Two:
    source = ProblemSource.of("burgers")
    return Two(CampaignFolder(folder, config.build(problem="burgers"), source, "burgers-1"))


def test_it_is_finished_once_its_last_table_stands(tmp_path: Path) -> None:
    job, finished = job_in(tmp_path), []
    for name in job.TABLES:
        finished.append(job.finished)
        records.write_table(job.table(name), name, [])
    assert [*finished, job.finished] == [False, False, True]
    assert job.table("subsets") == tmp_path / "two" / "subsets.parquet"


def test_the_checkpoint_goes_with_the_record(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    job.folder.mkdir()
    job.checkpoint.touch()
    job.record({"singles": [], "subsets": []})
    assert job.finished
    assert not list(job.folder.glob("checkpoint*"))


@dataclass(frozen=True)
class Third(Two):
    """A job of a repetition."""

    repetition: int = 2


def test_within_a_budget_a_job_reads_its_pool(tmp_path: Path) -> None:
    source, pool = ProblemSource.of("burgers"), tmp_path / "pools" / "2"
    for budget, reads in ((60, (pool,)), (None, ())):
        campaign = config.build(problem="burgers", budget=budget)
        home = CampaignFolder(tmp_path, campaign, source, "burgers-1")
        assert Third(home).reads == reads
        assert Two(home).reads == ()
        assert PoolJob(home, 2, seconds=60.0).reads == ()


def test_a_turn_in_a_race_is_told_by_the_name_of_its_run(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    assert job.told("race: 3") == "two-3 turn"
    assert job.told("fine-tuning") == "two fine-tuning"
