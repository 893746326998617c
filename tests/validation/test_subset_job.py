"""Subsets that are trained again, in this process."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import torch

from nas import json_file
from nas.calculus.jets import DerivativeSet
from nas.campaign import records
from nas.campaign.parquet import Row
from nas.errors import UserError
from nas.problems import loading
from nas.search_spaces import Candidate
from nas.training.training_run import Progress, TrainingRun
from nas.validation import subset_job
from nas.validation.subset_job import SubsetJob, TimeBudget
from nas.validation.warm_up_job import WarmUpJob
from tests.validation.bend import BESIDE, broken, campaign_in, done, warm_up


def beside(job: WarmUpJob, indices: tuple[int, ...], number: int = 0) -> SubsetJob:
    """A subset that goes on from the warm-up."""
    pool = job.pool
    return SubsetJob(job.home, BESIDE, "random", number, pool, indices, run_seed=1, warm_up=job)


def row_of(job: SubsetJob) -> Row:
    (row,) = records.read_rows(job.table("subsets"), "subsets")
    return row


def test_a_subset_that_raises_is_a_row_in_the_record(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subset_job, "TrainingRun", broken)
    pool = (Candidate("tanh", 1, 6),)
    job = SubsetJob(campaign_in(tmp_path, home), BESIDE, "random", 3, pool, (0,), run_seed=1)
    assert done(job) == "failed"
    row = row_of(job)
    assert row["status"] == "failed"
    assert row["reason"].startswith("ZeroDivisionError: division by zero (see ")
    assert row["relative_l2"] is None


def test_a_subset_whose_worker_always_dies_is_a_row_in_the_record(
    home: Path, tmp_path: Path
) -> None:
    warming = warm_up(campaign_in(tmp_path, home))
    assert done(warming) == "completed"
    job = beside(warming, (0,))
    job.fail("killed", "out of memory?")
    assert (row_of(job)["status"], row_of(job)["reason"]) == ("killed", "out of memory?")
    assert not job.finished  # the next command tries again
    assert done(job) == "completed"
    assert row_of(job)["status"] == "completed"
    assert job.finished


def test_a_subset_reads_its_warm_up(home: Path, tmp_path: Path) -> None:
    warming = warm_up(campaign_in(tmp_path, home))
    assert beside(warming, (0,)).reads == (warming.folder,)


def test_subsets_go_on_from_one_warm_up_with_their_members_alone(
    home: Path, tmp_path: Path
) -> None:
    job = warm_up(campaign_in(tmp_path, home))
    assert done(job) == done(job) == "completed"
    problem = loading.load(home / "bend.py")
    whole = TrainingRun(problem, job.settings(problem), job.warmed)
    assert whole.phase.name == "gate"
    subset = beside(job, (0, 3))
    assert subset.members == (job.pool[0], job.pool[3])
    begun = subset.begun(problem)
    assert begun.mixture.alive == [0, 3]
    x = torch.rand(5, 1)
    jets = [trainer.mixture.experts(x[None], DerivativeSet([], 1)) for trainer in (whole, begun)]
    there = [whole.mixture.alive.index(index) for index in (0, 3)]
    assert torch.equal(jets[0][there], jets[1])
    assert done(subset) == "completed"
    assert (row_of(subset)["status"], row_of(subset)["size"]) == ("completed", 2)


def test_a_warm_up_in_which_nobody_learns_fails_its_subsets(home: Path, tmp_path: Path) -> None:
    bend = loading.load(home / "bend.py")
    hopeless = replace(bend, residual=lambda u: (1e9 * u**2).exp(), balanced=False)
    job = warm_up(campaign_in(tmp_path, home, hopeless))
    assert done(job) == "diverged"
    assert job.finished
    subset = beside(job, (0, 3))
    assert done(subset) == "failed"
    assert row_of(subset)["status"] == "failed"
    assert row_of(subset)["reason"].startswith("the warm-up of the pool diverged: loss inf at step")


def lose(job: WarmUpJob, home: Path, lost: int) -> None:
    """Leave a warm-up in whose last iteration an expert diverges."""
    problem = loading.load(home / "bend.py")
    trainer = TrainingRun(problem, job.settings(problem), job.warmed)
    job.folder.mkdir(parents=True)
    trainer.run(lambda: trainer.step == trainer.settings.warm_up.iterations - 1)
    with torch.no_grad():
        for stack in trainer.mixture.expert_stacks:
            for number, (index, _) in enumerate(stack.members):
                if index == lost:
                    stack.biases[0][number] = torch.nan
    trainer.run(lambda: trainer.selection is not None)


def test_why_a_warm_up_ended_is_told_if_it_is_damaged(home: Path, tmp_path: Path) -> None:
    job = warm_up(campaign_in(tmp_path, home))
    json_file.write(job.diverged, {"reason": "loss inf"})
    assert job.reason() == "loss inf"
    job.diverged.write_bytes(job.diverged.read_bytes().replace(b"inf", b"inn"))
    with pytest.raises(UserError, match=r"diverged\.json: .* got a file that is damaged; delete"):
        job.reason()


def test_a_member_that_diverged_is_told(home: Path, tmp_path: Path) -> None:
    job = warm_up(campaign_in(tmp_path, home))
    lose(job, home, 3)
    subset = beside(job, (0, 3))
    assert done(subset) == "completed"
    assert row_of(subset)["reason"] == f"without {job.pool[3]}, diverged in the warm-up"
    single = beside(job, (3,), number=1)
    assert done(single) == "failed"
    reason = row_of(single)["reason"]
    assert "expected one of the experts [3] to be alive after the warm-up" in reason


def test_a_subset_goes_on_from_its_own_checkpoint(home: Path, tmp_path: Path) -> None:
    job = warm_up(campaign_in(tmp_path, home))
    done(job)
    whole, subset = beside(job, (0, 3)), beside(job, (0, 3), number=1)
    done(whole)
    asked = count()
    assert done(subset, lambda: next(asked) == 40) == "interrupted"
    job.warmed.unlink()  # which is needed no more
    assert done(subset) == "completed"
    for name in ("held_out_loss", "evaluations", "relative_l2", "iterations"):
        assert row_of(whole)[name] == row_of(subset)[name]


def ticks(*seconds: float) -> Iterator[float]:
    return iter(seconds)


def test_a_job_that_time_ends_tells_how_much_of_it_is_over() -> None:
    told: list[float] = []
    progress = Progress("fine-tuning", 0.001, 5, 0.1, 1)
    times = ticks(1000.0, 1010.0, 1070.0)
    budget = TimeBudget(100.0, spent=40.0, now=lambda: next(times))
    report = budget.share(lambda one: told.append(one.done))
    report(progress)
    report(progress)
    TimeBudget(None, spent=40.0).share(lambda one: told.append(one.done))(progress)
    assert told == [0.5, 1.0, 0.001]


def test_time_is_spent_over_all_attempts() -> None:
    times = ticks(1000.0, 1059.0, 1061.0)
    budget = TimeBudget(100.0, spent=40.0, now=lambda: next(times))
    assert [budget.is_spent(), budget.is_spent()] == [False, True]
    assert not TimeBudget(None, spent=1e9).is_spent()


class Hourly:
    """A clock on which every look takes an hour."""

    def __init__(self) -> None:
        self.hours = 0

    def __call__(self) -> float:
        self.hours += 1
        return 3600.0 * self.hours


def timed(job: SubsetJob, monkeypatch: pytest.MonkeyPatch, hours: float) -> Row:
    """The row of a job that has so many hours on that clock."""
    monkeypatch.setattr(subset_job, "TimeBudget", partial(TimeBudget, now=Hourly()))
    job = replace(job, kind="longest", warm_up=None, seconds=3600.0 * hours)
    assert done(job) == "completed"
    return row_of(job)


def test_time_that_is_up_leaves_the_best_network_so_far(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at the clock before each of the six iterations of the warm-up, then fine-tuning."""
    job = beside(warm_up(campaign_in(tmp_path, home)), (0,))
    row = timed(job, monkeypatch, 40)
    assert (row["status"], row["reason"]) == ("completed", "its time was up")
    assert 0 < row["iterations"] < 40
    assert row["held_out_loss"] is not None


def test_time_that_is_up_too_early_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = beside(warm_up(campaign_in(tmp_path, home)), (0,))
    row = timed(job, monkeypatch, 3)
    assert (row["status"], row["reason"]) == ("failed", "its time was up before the fine-tuning")
    assert row["held_out_loss"] is None
