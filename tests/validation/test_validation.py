"""Baseline and validation of a small campaign, as a user runs them."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from nas.campaign.attempts import read_attempts
from nas.campaign.workers import Workers

from nas import validation
from nas.calculus.jets import DerivativeSet
from nas.campaign import campaign, config, jobs, records
from nas.campaign.config import Campaign
from nas.campaign.run_settings import seed_of
from nas.errors import UserError
from nas.problems import loading
from nas.search_spaces import Candidate
from nas.training.trainer import Progress, Trainer
from nas.validation import single_job, subset_job, warm_up_job
from nas.validation import validation as orchestra
from nas.validation.warm_up_job import WarmUpJob

PROBLEM = """
import numpy as np
import torch
from nas.problems import Box, Condition, Problem

problem = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=lambda u, x: u.xx + torch.pi**2 * torch.sin(torch.pi * x),
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
"""
CAMPAIGN = """
problem: bend.py
space: {activations: [sine, tanh], depths: [1, 2], widths: [6]}
gate: {depth: 1, width: 6}
tune: {m: 4, p: 0.3, threshold: 0.9}
trials: 1
seeds: 2
training:
  warm_up: {iterations: 6, points: {interior: 30, boundary: 4}}
  steps: 120
  points: {interior: 100, boundary: 8}
  fine_tuning: {iterations: 10}
parallel: {workers: 1}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("validation")
    (folder / "bend.py").write_text(PROBLEM)
    (folder / "bend.yaml").write_text(CAMPAIGN)
    return folder


@pytest.fixture(scope="module")
def found(home: Path) -> records.Records:
    """The campaign, searched and validated with few subsets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orchestra, "SUBSETS", 2)
        campaign.search(config.load(home / "bend.yaml"), home / "out")
        return validation.validate(home / "out")


def test_every_candidate_is_trained_alone_once_a_seed(found: records.Records) -> None:
    singles = found.singles
    assert len(singles) == 2 * 4
    assert not singles.duplicated(["repetition", "activation", "depth", "width"]).any()
    assert (singles.relative_l2 < 0.1).all()
    assert (singles.held_out_loss <= singles.individual_loss).all()
    assert (singles.held_out_loss < singles.individual_loss).any()
    assert (singles.seconds > 0).all()


def test_beside_each_run_stand_the_teams_that_it_has_to_beat(found: records.Records) -> None:
    for run, subsets in found.subsets.groupby("run"):
        experts = found.experts[found.experts.run == run].sort_values("candidate")
        survived = experts[experts.outcome == "survived"]
        names = [f"{e.activation} {e.depth}×{e.width}" for e in survived.itertuples()]
        kinds = subsets.set_index("kind")
        assert kinds.loc["selected", "members"] == ", ".join(names)
        assert kinds.loc["all", "size"] == 4
        assert kinds.loc["best", "size"] == len(names)
        assert kinds.loc["longest", "size"] == 1
        drawn = subsets[subsets.kind == "random"]
        assert (drawn["size"] == len(names)).all()
        assert len(drawn) == min(2, math.comb(4, len(names)) - 1)
        assert (subsets.status == "completed").all()
        assert (subsets.relative_l2 < 0.5).all()
        assert (subsets.parameters > 0).all()


def test_the_best_single_network_learns_as_long_as_the_search_took(found: records.Records) -> None:
    longest = found.subsets[found.subsets.kind == "longest"]
    for row in longest.to_dict("records"):
        spent = found.attempts.seconds[found.attempts.run == row["run"]].sum()
        ended = "stalled" in row["reason"] or "converged" in row["reason"]
        assert ended or row["seconds"] == pytest.approx(spent, abs=2.0)
        assert row["iterations"] > 10


def test_nothing_is_dropped_where_experts_have_no_price(found: records.Records) -> None:
    alone = found.subsets[found.subsets.kind == "all"]
    assert (alone["size"] == 4).all()
    assert (alone.parameters == found.runs.parameters_before.iloc[0]).all()


def test_what_is_done_is_not_done_again(
    found: records.Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(orchestra, "SUBSETS", 2)
    monkeypatch.setattr(Workers, "start", never)
    again = validation.validate(found.folder)
    assert again.subsets.equals(found.subsets)
    assert again.singles.equals(found.singles)


def test_the_report_tells_what_was_found(found: records.Records, tmp_path: Path) -> None:
    from nas import reports

    page = reports.write(found.folder, tmp_path / "report").read_text(encoding="utf-8")
    assert "random subsets of its size" in page
    assert "Not measured." not in page
    assert (tmp_path / "report" / "figures" / "subsets.svg").exists()
    assert (tmp_path / "report" / "tables" / "subsets.csv").exists()


def test_a_baseline_needs_no_search(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nas.cli", "baseline", str(home / "bend.yaml")]
    out = ["--out", str(tmp_path / "alone"), "--set", "seeds=1"]
    done = subprocess.run([*command, *out], capture_output=True, text=True, timeout=120, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "4 candidates, each alone, 1 repetition; the least held-out loss first"
    assert lines[1].split() == ["parameters", "held-out", "loss", "relative", "L2"]
    losses = [float(line.split()[3]) for line in lines[2:]]
    assert len(losses) == 4
    assert losses == sorted(losses)
    assert done.stderr == ""


def test_its_seeds_are_none_of_the_search(found: records.Records) -> None:
    """An expert that began with the search's weights would not be trained from scratch."""
    alone = found.singles.set_index(["repetition", "activation", "depth", "width"]).individual_loss
    learnt = found.experts.set_index(["repetition", "activation", "depth", "width"]).individual_loss
    both = alone.to_frame("alone").join(learnt.rename("search"))
    assert (both.alone != both.search).all()


def test_a_team_that_raises_is_a_row_in_the_record(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(subset_job, "Trainer", broken)
    job = subset_job.SubsetJob(
        folder=tmp_path,
        campaign=config.load(home / "bend.yaml"),
        problem=None,
        fingerprint=loading.load(home / "bend.py").fingerprint,
        run="0000-0",
        trial=0,
        repetition=0,
        kind="random",
        number=3,
        pool=(Candidate("tanh", 1, 6),),
        indices=(0,),
        run_seed=1,
        threads=1,
        parent=0,
    )
    assert subset_job.execute(job) == "failed"
    (row,) = records.read_rows(job.path / "subsets.parquet", "subsets")
    assert row["status"] == "failed"
    assert row["reason"] == "ZeroDivisionError: division by zero"
    assert row["relative_l2"] is None
    assert job.name == "0000-0 random 3"


def test_no_such_run_is_told(found: records.Records) -> None:
    with pytest.raises(
        UserError, match=r"expected the name of a completed run, got '0009-0'; there"
    ):
        validation.validate(found.folder, "0009-0")


def test_one_run_can_be_named(found: records.Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestra, "SUBSETS", 2)
    again = validation.validate(found.folder, "0000-1")
    assert set(again.subsets.run) == {"0000-0", "0000-1"}


def test_a_folder_without_a_campaign_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected a campaign folder, found no campaign.json"):
        validation.validate(tmp_path)


def test_another_problem_than_the_campaigns_is_told(found: records.Records, home: Path) -> None:
    other = replace(loading.load(home / "bend.py"), residual=lambda u: u.xx)
    with pytest.raises(UserError, match=r"the mathematics of problem bend has changed"):
        validation.validate(found.folder, problem=other)


def test_a_baseline_that_raises_is_told_in_a_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(single_job, "Baseline", broken)
    settings = config.load(home / "bend.yaml")
    known = loading.load(home / "bend.py").fingerprint
    job = single_job.SinglesJob(tmp_path, settings, None, known, 3, threads=1, parent=0)
    with pytest.raises(
        UserError, match=r"0003: training every candidate alone raised ZeroDivisionE"
    ):
        single_job.execute(job)
    assert "ZeroDivisionError" in (job.path / "error.txt").read_text()
    assert not job.finished


def warm_up(home: Path, folder: Path) -> WarmUpJob:
    campaign = config.load(home / "bend.yaml")
    return WarmUpJob(
        folder=folder,
        campaign=campaign,
        problem=None,
        fingerprint=loading.load(home / "bend.py").fingerprint,
        run="0000-0",
        trial=0,
        repetition=0,
        pool=campaign.search_space().candidates,
        threads=1,
        parent=os.getppid(),
    )


def beside(job: WarmUpJob, indices: tuple[int, ...], number: int = 0) -> subset_job.SubsetJob:
    """A subset that goes on from the warm-up."""
    return subset_job.SubsetJob(
        folder=job.folder,
        campaign=job.campaign,
        problem=job.problem,
        fingerprint=job.fingerprint,
        run=job.run,
        trial=0,
        repetition=0,
        kind="random",
        number=number,
        pool=job.pool,
        indices=indices,
        run_seed=1,
        threads=1,
        parent=os.getppid(),
        warm_up=job,
    )


def test_teams_go_on_from_one_warm_up_with_their_members_alone(home: Path, tmp_path: Path) -> None:
    job = warm_up(home, tmp_path)
    assert warm_up_job.execute(job) == warm_up_job.execute(job) == "completed"
    problem = loading.load(home / "bend.py")
    whole = Trainer(problem, job.settings(problem), job.warmed)
    assert whole.search.phase == "gate"
    subset = beside(job, (0, 3))
    assert subset.members == (job.pool[0], job.pool[3])
    begun = subset_job._begun(subset, problem)
    assert begun.mixture.alive == [0, 3]
    x = torch.rand(5, 1)
    alone = [trainer.mixture.experts(x[None], DerivativeSet([], 1)) for trainer in (whole, begun)]
    there = [whole.mixture.alive.index(index) for index in (0, 3)]
    assert torch.equal(alone[0][there], alone[1])
    assert subset_job.execute(subset) == "completed"
    (row,) = records.read_rows(subset.path / "subsets.parquet", "subsets")
    assert row["status"] == "completed"
    assert row["size"] == 2


def test_a_warm_up_that_is_stopped_goes_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = warm_up(home, tmp_path)
    whole = warm_up(home, tmp_path / "whole")
    asked = count()
    with monkeypatch.context() as patch:
        patch.setattr(warm_up_job, "should_stop", lambda *_: lambda: next(asked) == 3)
        assert warm_up_job.execute(job) == "interrupted"
    assert not job.finished
    attempts = read_attempts(job.path / "attempts.json")
    assert [row["to_step"] for row in attempts] == [3]
    assert warm_up_job.execute(job) == warm_up_job.execute(whole) == "completed"
    assert job.warmed.read_bytes() == whole.warmed.read_bytes()


def test_a_warm_up_in_which_nobody_learns_fails_its_teams(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = warm_up(home, tmp_path)
    hopeless = replace(loading.load(home / "bend.py"), residual=lambda u: u / 0)
    job = replace(job, problem=hopeless, fingerprint=hopeless.fingerprint)
    assert warm_up_job.execute(job) == "diverged"
    assert job.finished
    subset = beside(job, (0, 3))
    assert subset_job.execute(subset) == "failed"
    (row,) = records.read_rows(subset.path / "subsets.parquet", "subsets")
    assert row["status"] == "failed"
    assert row["reason"].startswith("the warm-up of the pool diverged: loss inf at step")


def test_a_member_that_diverged_is_told(home: Path, tmp_path: Path) -> None:
    job = warm_up(home, tmp_path)
    problem = loading.load(home / "bend.py")
    trainer = Trainer(problem, job.settings(problem), job.warmed)
    job.path.mkdir(parents=True)
    while trainer.search.step < trainer.settings.search.warm_up_ends - 1:
        trainer.search.advance()
    with torch.no_grad():
        for stack in trainer.search.mixture.expert_stacks:
            for number, (index, _) in enumerate(stack.members):
                if index == 3:
                    stack.biases[0][number] = torch.nan
    trainer.search.advance()
    trainer.save()
    subset = beside(job, (0, 3))
    assert subset_job.execute(subset) == "completed"
    (row,) = records.read_rows(subset.path / "subsets.parquet", "subsets")
    assert row["reason"] == f"without {job.pool[3]}, diverged in the warm-up"
    alone = beside(job, (3,), number=1)
    assert subset_job.execute(alone) == "failed"
    (row,) = records.read_rows(alone.path / "subsets.parquet", "subsets")
    assert "expected one of the experts at [3] to be alive after the warm-up" in row["reason"]


def test_a_team_goes_on_from_its_own_checkpoint(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = warm_up(home, tmp_path)
    warm_up_job.execute(job)
    whole, subset = beside(job, (0, 3)), beside(job, (0, 3), number=1)
    subset_job.execute(whole)
    asked = count()
    with monkeypatch.context() as patch:
        patch.setattr(subset_job, "should_stop", lambda *_: lambda: next(asked) == 40)
        assert subset_job.execute(subset) == "interrupted"
    job.warmed.unlink()  # which is needed no more
    assert subset_job.execute(subset) == "completed"
    rows = [
        records.read_rows(one.path / "subsets.parquet", "subsets")[0] for one in (whole, subset)
    ]
    assert rows[0]["held_out_loss"] == rows[1]["held_out_loss"]
    assert rows[0]["evaluations"] == rows[1]["evaluations"]


def test_no_two_kinds_of_training_share_their_seeds(found: records.Records) -> None:
    campaign = Campaign.from_resolved(found.campaign["configuration"])
    kinds = (0, single_job.OWN_SEEDS, warm_up_job.SUBSET_SEEDS)
    assert len({seed_of(campaign.seed, 0, 1, kind) for kind in kinds}) == 3


def test_a_warm_up_that_raises_is_told_in_a_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(warm_up_job, "Trainer", broken)
    job = warm_up(home, tmp_path)
    with pytest.raises(
        UserError, match=r"warm-up: the warm-up of the subsets raised ZeroDivisionError"
    ):
        warm_up_job.execute(job)
    assert "ZeroDivisionError" in (job.path / "error.txt").read_text()
    assert job.name == "0000-0 warm-up"


def test_a_problem_that_changed_meanwhile_ends_the_command(home: Path, tmp_path: Path) -> None:
    settings = config.load(home / "bend.yaml")
    job = single_job.SinglesJob(tmp_path, settings, None, "another", 0, threads=1, parent=0)
    with pytest.raises(UserError, match=r"expected the problem that the campaign began with, got"):
        single_job.execute(job)


def test_a_job_that_time_ends_tells_how_much_of_it_is_over(home: Path, tmp_path: Path) -> None:
    told: list[float] = []
    job = subset_job.SubsetJob(
        folder=tmp_path,
        campaign=config.load(home / "bend.yaml"),
        problem=None,
        fingerprint=loading.load(home / "bend.py").fingerprint,
        run="0000-0",
        trial=0,
        repetition=0,
        kind="longest",
        number=0,
        pool=(Candidate("tanh", 1, 6),),
        indices=(0,),
        run_seed=1,
        threads=1,
        parent=os.getppid(),
        seconds=100.0,
    )
    progress = Progress("fine-tuning", 0.001, 5, 0.1, 1)
    subset_job._by_time(job, 40.0, lambda one: told.append(one.done))(progress)
    subset_job._by_time(job, 400.0, lambda one: told.append(one.done))(progress)
    subset_job._by_time(replace(job, seconds=None), 40.0, lambda one: told.append(one.done))(
        progress
    )
    assert told == [pytest.approx(0.4, abs=0.01), 1.0, 0.001]


def test_failed_jobs_are_counted(
    found: records.Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, of three jobs: one done before, one that fails, one that does not."""
    states: list[jobs.State] = []
    monkeypatch.setattr(jobs, "Shift", InThisProcess)
    campaign = Campaign.from_resolved(found.campaign["configuration"])
    work = orchestra._Work(tmp_path, campaign, None, "")
    planned = [single_job.SinglesJob(tmp_path, campaign, None, "", one, 1, 0) for one in range(3)]
    planned[0].path.mkdir(parents=True)
    (planned[0].path / "singles.parquet").touch()
    endings = {1: "failed", 2: "completed"}
    orchestra._do(
        work,
        planned,
        lambda job: endings[job.repetition],
        lambda job, ending: None,
        states.append,
    )
    assert [(state.finished, state.failed) for state in states] == [(1, 0), (2, 1), (3, 1)]


class InThisProcess:
    """Does the jobs of a `jobs.Shift` one after the other, with a look between them."""

    def __init__(self, folder: Path, function: Any, count: int, threads: int) -> None:
        self.function = function

    def work(self, following: Any, ended: Any, look: Any) -> None:
        look([])
        while (job := following()) is not None:
            ended(job, self.function(job))
            look([])
