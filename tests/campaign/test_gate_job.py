"""The jobs of a repetition within a budget, one after the other in this process."""

import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.campaign import layout, records, schedule
from nas.campaign.contestants import entries
from nas.campaign.folder import CampaignFolder
from nas.campaign.gate_job import GateJob
from nas.campaign.pool_job import MOST, PoolJob
from nas.campaign.race_job import RaceJob
from nas.campaign.tuner import Proposal
from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from nas.runner.problem_source import ProblemSource
from nas.runner.worker import Worker
from nas.training.pool import leaders
from tests.campaign.within_a_budget import BUDGET, PROBLEM, STAGES, campaign_of, quick
from tests.training.selection.test_frozen import experts_of


def home_in(folder: Path, problem: Any = PROBLEM, **sections: Any) -> CampaignFolder:
    source = ProblemSource.of("bend", problem)
    return CampaignFolder(folder, campaign_of(**sections), source, "bend-1", STAGES)


def done(job: Any, stop_after: int = 10**9) -> str:
    asked = count(1)
    with quick():
        return Worker(job.home.path, threads=1)(job, lambda: next(asked) > stop_after)


def gate_job(home: CampaignFolder) -> GateJob:
    return GateJob(home, Proposal(2, m=3, p=0.4, threshold=0.9), 0, BUDGET)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> PoolJob:
    job = PoolJob(home_in(tmp_path_factory.mktemp("jobs")), 0, BUDGET)
    assert done(job) == "completed"
    return job


@pytest.fixture(scope="module")
def trial(pool: PoolJob) -> GateJob:
    job = gate_job(pool.home)
    assert done(job) == "completed"
    return job


def test_a_pool_leaves_its_rows_its_networks_and_its_schedule(pool: PoolJob) -> None:
    rows = records.read_rows(pool.table("pool"), "pool")
    assert {row["candidate"] for row in rows} == set(range(len(pool.pool)))
    assert {row["round"] for row in rows} == {1, 2}
    last = {row["candidate"]: row["held_out_loss"] for row in rows}
    assert pool.losses() == last
    learnt = pool.learnt(PROBLEM)
    assert sorted(learnt.alive) == sorted(last)
    assert learnt.centre.dtype == torch.float64
    part = schedule.read_part(pool.folder)
    assert part is not None
    assert part.seconds == BUDGET
    for row in rows:
        stage = f"round {row['round']}: {row['depth']}×{row['width']}"
        assert row["iterations"] == part.counts.get(stage, 0)
    assert pool.finished
    assert not pool.checkpoint.exists()


def test_its_schedule_gives_the_same_pool(pool: PoolJob, tmp_path: Path) -> None:
    part = schedule.read_part(pool.folder)
    assert part is not None
    again = PoolJob(home_in(tmp_path), 0, 0.0, part.counts)
    assert done(again) == "completed"
    assert again.table("pool").read_bytes() == pool.table("pool").read_bytes()
    assert experts_of(again.learnt(PROBLEM)) == experts_of(pool.learnt(PROBLEM))


@pytest.mark.parametrize("stop_after", [2, 4])
def test_a_pool_stopped_goes_on_with_the_same_bytes(
    pool: PoolJob, tmp_path: Path, stop_after: int
) -> None:
    part = schedule.read_part(pool.folder)
    assert part is not None
    job = PoolJob(home_in(tmp_path), 0, 0.0, part.counts)
    assert done(job, stop_after) == "interrupted"
    assert not job.finished
    assert done(job) == "completed"
    assert job.table("pool").read_bytes() == pool.table("pool").read_bytes()
    assert [row["ending"] for row in read_attempts(job.folder)] == ["interrupted", "completed"]


def test_a_small_space_is_tried_whole_and_of_a_large_one_some(tmp_path: Path) -> None:
    small = PoolJob(home_in(tmp_path), 0, BUDGET)
    assert len(small.pool) == len(set(small.pool)) == 4
    widths = list(range(4, 54))
    space = {"activations": ["tanh", "sine"], "depths": [1], "widths": widths}
    large = PoolJob(home_in(tmp_path, space=space), 0, BUDGET)
    assert len(large.pool) == MOST == large.experts
    other = PoolJob(home_in(tmp_path, space=space), 1, BUDGET)
    assert large.pool != other.pool


def test_a_pool_that_fails_ends_the_search(tmp_path: Path) -> None:
    def raising(u: Any, x: Any) -> Any:
        if x.numel() == 24:  # points of the second round
            raise IndexError("list index out of range")
        return u.xx + 2

    job = PoolJob(home_in(tmp_path, replace(PROBLEM, residual=raising)), 0, BUDGET)
    with pytest.raises(UserError, match=r"pool-0 failed, and everything else .* IndexError: list"):
        done(job)
    assert not job.finished


def test_a_trial_is_among_the_leaders_as_they_have_learnt(pool: PoolJob, trial: GateJob) -> None:
    members = tuple(leaders(pool.losses(), pool.pool, 3))
    assert trial.members == members
    assert trial.pool == tuple(pool.pool[index] for index in members)
    row = trial.row()
    assert (row["stage"], row["status"], row["m"]) == ("selection", "completed", 3)
    assert (row["steps"], row["iterations"]) == (50, 0)
    left, learnt = experts_of(trial.mixture(PROBLEM)), experts_of(pool.learnt(PROBLEM))
    assert left == {index: learnt[members[index]] for index in left}


def test_a_trial_tells_of_those_that_were_cut_before(pool: PoolJob, trial: GateJob) -> None:
    rows = records.read_rows(trial.table("experts"), "experts")
    assert [row["candidate"] for row in rows] == list(range(len(pool.pool)))
    cut = [row for row in rows if row["outcome"] == "cut"]
    (other,) = set(range(len(pool.pool))) - set(trial.members)
    assert [row["individual_loss"] for row in cut] == [pool.losses()[other]]
    assert cut[0]["reason"].endswith("others had learnt more")


@pytest.mark.parametrize("stop_after", [1, 30])
def test_a_trial_stopped_goes_on_with_the_same_bytes(
    pool: PoolJob, trial: GateJob, tmp_path: Path, stop_after: int
) -> None:
    shutil.copytree(pool.folder, layout.pool_folder(tmp_path, 0))
    job = gate_job(home_in(tmp_path))
    assert done(job, stop_after) == "interrupted"
    assert done(job) == "completed"
    for name in layout.RUN_TABLES:
        assert job.table(name).read_bytes() == trial.table(name).read_bytes()


def test_a_trial_that_is_lost_censors_its_members(pool: PoolJob) -> None:
    job = GateJob(pool.home, Proposal(50, m=2, p=0.4, threshold=0.9), 0, BUDGET)
    job.fail("killed", "out of memory?")
    experts = records.read_rows(job.table("experts"), "experts")
    assert [row["outcome"] for row in experts] == ["censored"] * 2
    assert job.row()["status"] == "killed"


def test_a_race_begins_with_what_pool_and_trials_have_spent(pool: PoolJob, trial: GateJob) -> None:
    job = RaceJob(pool.home, 0, BUDGET, (trial,))
    attempts = [*read_attempts(pool.folder), *read_attempts(trial.folder)]
    assert job.spent == pytest.approx(sum(row["seconds"] for row in attempts))
    assert job.spent > 0


def test_a_race_by_its_schedule_ends_with_the_same_rows(pool: PoolJob, trial: GateJob) -> None:
    first = RaceJob(pool.home, 0, BUDGET, (trial,))
    assert done(first) == "completed"
    rows = records.read_rows(first.table("race"), "race")
    part = schedule.read_part(first.folder)
    assert part is not None
    names = [row["run"] for row in rows]
    assert len(names) == len(entries(pool.learnt(PROBLEM), pool.losses(), first._teams(PROBLEM)))
    tables = [layout.table_file(layout.run_folder(pool.home.path, one), "runs") for one in names]
    told = [path.read_bytes() for path in tables]
    for path in first.folder.iterdir():
        path.unlink()
    again = RaceJob(pool.home, 0, 0.0, (trial,), part.counts)
    assert done(again, 8) == "interrupted"
    assert done(again) == "completed"
    assert records.read_rows(again.table("race"), "race") == rows
    assert [path.read_bytes() for path in tables] == told
