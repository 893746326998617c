"""One run, in this process: done, stopped, failed."""

import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nas.campaign import config, layout, records, run_rows
from nas.campaign.folder import CampaignFolder
from nas.campaign.run_job import RunJob, outcome
from nas.campaign.tuner import Proposal
from nas.errors import UserError
from nas.problems import Box, Condition, Problem, Unknown
from nas.runner.attempt_log import read_attempts
from nas.runner.problem_source import ProblemSource
from nas.runner.worker import Worker
from nas.search_spaces import Candidate
from nas.training import mixture_file
from nas.training.training_run import TrainingRun
from nas.training.unknowns import estimates

BEND = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.xx + 2,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: x * (1 - x),
)
TRAINING = {
    "warm_up": {"iterations": 5, "points": {"interior": 30, "boundary": 4}},
    "steps": 30,
    "points": {"interior": 30, "boundary": 4},
    "fine_tuning": {"iterations": 4},
}


def run_in(folder: Path, problem: Problem = BEND) -> RunJob:
    campaign = config.build(
        problem="bend",
        space={"activations": ["tanh", "sine"], "depths": [1], "widths": [4, 6]},
        training=TRAINING,
    )
    home = CampaignFolder(folder, campaign, ProblemSource.of("bend", problem), "bend-1")
    return RunJob(home, Proposal(trial=3, m=3, p=0.5, threshold=0.5), repetition=1)


def done(job: RunJob, stop_after: int = 10**9) -> str:
    asked = count(1)
    return Worker(job.home.path, threads=1)(job, lambda: next(asked) > stop_after)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunJob:
    job = run_in(tmp_path_factory.mktemp("whole"))
    assert done(job) == "completed"
    return job


def test_a_run_leaves_its_rows(whole: RunJob) -> None:
    row = whole.row()
    assert (row["run"], row["trial"], row["repetition"]) == ("0003-1", 3, 1)
    assert (row["m"], row["p"], row["threshold"]) == (3, 0.5, 0.5)
    assert (row["status"], row["experts_before"], row["seed"]) == ("completed", 3, whole.seed)
    experts = records.read_rows(layout.table_file(whole.folder, "experts"), "experts")
    assert [(e["activation"], e["depth"], e["width"]) for e in experts] == [
        (c.activation, c.depth, c.width) for c in whole.pool
    ]
    survivors = sum(expert["outcome"] == "survived" for expert in experts)
    assert survivors == row["experts_after"] == 3 - row["drops"]
    assert row["corrections"] == ""
    assert not whole.checkpoint.exists()


def test_what_corrects_a_mixture_is_recorded_and_is_no_expert(whole: RunJob) -> None:
    mixture = mixture_file.load(whole.folder / mixture_file.FILE, [(0, 1)], outputs=1)
    waves, zeros = Candidate("sine", 1, 9), torch.zeros
    numbers = [zeros(1, 9), zeros(9, 1)], [zeros(9), zeros(1)]
    corrected = mixture.corrected(waves, *numbers).corrected(waves, *numbers)
    settings = whole.settings(BEND)
    result = TrainingRun(BEND, settings).run(should_stop=lambda: True)
    row = run_rows.figures(settings, replace(result, mixture=corrected))
    plain = run_rows.figures(settings, replace(result, mixture=mixture))
    assert row["corrections"] == "sine 1×9, sine 1×9"
    assert row["parameters_after"] == plain["parameters_after"] + 2 * (9 + 9 + 9 + 1)
    assert row["experts_after"] == plain["experts_after"]
    lost = run_rows.run(whole.keys, whole.proposal, "failed", "")
    assert lost["corrections"] == ""


def test_the_error_of_each_field_is_recorded(whole: RunJob) -> None:
    (row,) = records.read_rows(layout.table_file(whole.folder, "fields"), "fields")
    of_run = whole.row()
    assert row["field"] == "u"
    assert row["relative_l2"] == of_run["relative_l2"]
    assert row["error_estimate"] == pytest.approx(of_run["error_estimate"])  # there is one field
    assert records.read_rows(layout.table_file(whole.folder, "unknowns"), "unknowns") == []


@pytest.mark.parametrize("stop_after", [3, 20, 37])
def test_stopped_anywhere_it_ends_with_the_same_bytes(
    whole: RunJob, tmp_path: Path, stop_after: int
) -> None:
    job = run_in(tmp_path)
    assert done(job, stop_after) == "interrupted"
    assert not job.finished
    assert job.checkpoint.exists()
    assert done(job) == "completed"
    for name in layout.RUN_TABLES:
        there, here = (layout.table_file(one.folder, name) for one in (whole, job))
        assert there.read_bytes() == here.read_bytes()
    assert [row["ending"] for row in read_attempts(job.folder)] == ["interrupted", "completed"]


def test_a_run_that_raises_is_a_row_and_all_its_experts_are_censored(tmp_path: Path) -> None:
    def raising(u: Any, x: Any) -> Any:
        if x.numel() == 30:
            raise IndexError("list index out of range")
        return u.xx + 2

    job = run_in(tmp_path, replace(BEND, residual=raising))
    assert done(job) == "failed"
    assert job.row()["status"] == "failed"
    assert job.row()["reason"].startswith("IndexError: list index out of range (see ")
    experts = records.read_rows(layout.table_file(job.folder, "experts"), "experts")
    assert [expert["outcome"] for expert in experts] == ["censored"] * 3
    assert {expert["reason"] for expert in experts} == {job.row()["reason"]}
    assert job.finished


def test_a_run_whose_worker_always_dies_is_a_row(tmp_path: Path) -> None:
    job = run_in(tmp_path)
    job.fail("killed", "out of memory?")
    row = job.row()
    assert (row["status"], row["reason"], row["held_out_loss"]) == (
        "killed",
        "out of memory?",
        None,
    )
    assert row["experts_before"] == 3


def test_a_row_is_read_once_by_all_that_ask_for_it_as_a_run_ends(
    whole: RunJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(whole.folder, run_in(tmp_path).folder)
    job, read = run_in(tmp_path), records.read_rows
    asked: list[Path] = []

    def read_rows(path: Path, *of: Any) -> Any:
        asked.append(path)
        return read(path, *of)

    monkeypatch.setattr(records, "read_rows", read_rows)
    row = job.row()
    assert f"held-out loss {job.held_out_loss:.2e}, 3 → " in job.found
    assert job.held_out_loss == row["held_out_loss"]
    row["m"] = 99  # whoever has it may change it
    assert job.row()["m"] == 3
    assert asked == [job.table("runs")]
    records.write_table(job.table("runs"), "runs", [job.row() | {"held_out_loss": 0.5}])
    assert job.held_out_loss == 0.5
    assert len(asked) == 2


def test_what_is_known_of_a_run_is_not_read_again(
    whole: RunJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = outcome(whole.folder)
    assert known == {name: whole.row()[name] for name in known}
    assert "reason" not in known
    monkeypatch.setattr(records, "read_rows", None)
    assert replace(whole, known=known).known_row() == known
    assert replace(whole, known=known) == whole
    with pytest.raises(UserError, match="0003-1: began with m = 4, and the study has 3"):
        replace(whole, known=known | {"m": 4}).known_row()


def test_a_run_that_was_given_up_is_tried_again_from_its_checkpoint(
    whole: RunJob, tmp_path: Path
) -> None:
    job = run_in(tmp_path)
    assert done(job, stop_after=20) == "interrupted"
    job.fail("killed", "out of memory?")
    assert not job.finished
    assert done(job) == "completed"
    assert read_attempts(job.folder)[-1]["from_step"] > 10
    for name in layout.RUN_TABLES:
        there, here = (layout.table_file(one.folder, name) for one in (whole, job))
        assert there.read_bytes() == here.read_bytes()
    assert not job.checkpoint.exists()


def test_a_checkpoint_of_another_run_is_told_and_kept_and_nothing_is_recorded(
    whole: RunJob, tmp_path: Path
) -> None:
    other = run_in(tmp_path / "other")
    other = replace(other, proposal=replace(other.proposal, trial=4))
    assert done(other, stop_after=20) == "interrupted"
    job = run_in(tmp_path / "mine")
    job.folder.mkdir(parents=True)
    assert other.folder.name != job.folder.name
    shutil.copy(other.checkpoint, job.checkpoint)
    with pytest.raises(
        UserError, match=r"checkpoint of this run .*, got one of another \(.+\); del"
    ):
        done(job)
    assert job.checkpoint.read_bytes() == other.checkpoint.read_bytes()
    assert not list(job.folder.glob("*.parquet"))
    job.checkpoint.unlink()
    assert done(job) == "completed"
    assert job.table("runs").read_bytes() == whole.table("runs").read_bytes()


def test_a_reference_without_a_value_is_told(tmp_path: Path) -> None:
    def gap(x: Any) -> Any:
        return np.where(abs(x - 0.5) < 1e-3, np.nan, x * (1 - x))

    job = run_in(tmp_path, replace(BEND, solution=gap))
    assert done(job) == "completed"
    assert job.row()["relative_l2"] is None
    assert job.row()["reason"] == (
        "no relative error is known: the reference solution is zero, or has no value somewhere in "
        "the domain"
    )


def test_a_reference_that_raises_costs_no_network(tmp_path: Path) -> None:
    def wild(x: Any) -> Any:
        if len(x) < 1000:
            return x * (1 - x)
        raise ZeroDivisionError("division by zero")

    job = run_in(tmp_path, replace(BEND, solution=wild))
    assert done(job) == "completed"
    assert job.row()["relative_l2"] is None
    assert "the reference solution raised ZeroDivisionError: division by" in job.row()["reason"]


def test_a_run_whose_record_cannot_be_made_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its attempt says so too, although the training was completed."""

    def broken(*_: Any) -> None:
        raise IndexError("no such row")

    monkeypatch.setattr(run_rows, "experts", broken)
    job = run_in(tmp_path)
    assert done(job) == "failed"
    assert job.row()["status"] == "failed"
    assert [row["ending"] for row in read_attempts(job.folder)] == ["failed"]


def test_a_run_tells_the_path_of_unknown_coefficients(tmp_path: Path) -> None:
    """One row for each logged step; the last one is of the network that is kept."""
    decay = Problem(
        name="decay",
        domain=Box(t=(0, 1)),
        residual=lambda u, t, k: (u.t + k * u, u - torch.exp(-2 * t)),
        conditions=[Condition("t_min", lambda u: u - 1)],
        unknown={"k": Unknown(start=1.0, low=0, truth=2.0)},
    )
    job = run_in(tmp_path, decay)
    assert done(job) == "completed"
    rows = records.read_rows(layout.table_file(job.folder, "unknowns"), "unknowns")
    history = records.read_rows(layout.table_file(job.folder, "history"), "history")
    assert [row["step"] for row in rows] == [row["step"] for row in history]
    assert {(row["run"], row["trial"], row["repetition"]) for row in rows} == {("0003-1", 3, 1)}
    assert {(row["name"], row["truth"]) for row in rows} == {("k", 2.0)}
    assert rows[-1]["value"] == pytest.approx(2.0, abs=0.1)
    assert {row["standard_error"] for row in rows} == {None}  # nothing is noisy
    kept = mixture_file.load(job.folder / mixture_file.FILE, [(0, 1)], outputs=1)
    assert estimates(decay, kept.raw) == {"k": rows[-1]["value"]}


def test_a_run_without_unknown_coefficients_has_no_rows_of_them(whole: RunJob) -> None:
    assert records.read_rows(layout.table_file(whole.folder, "unknowns"), "unknowns") == []
