"""All candidates, each by itself, in this process."""

from itertools import count
from pathlib import Path

import pytest

from nas.campaign import records
from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from nas.validation import single_job
from nas.validation.single_job import SinglesJob
from tests.validation.bend import broken, campaign_in, done


def test_a_baseline_that_raises_is_told_in_a_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_job, "SingleNetworks", broken)
    job = SinglesJob(campaign_in(tmp_path, home), 3)
    with pytest.raises(
        UserError, match=r"0003: singles, repetition 3 failed, and everything .* ZeroDivisionError"
    ):
        done(job)
    assert "ZeroDivisionError" in (job.folder / "error.txt").read_text()
    assert not job.finished


def test_a_problem_that_changed_meanwhile_ends_the_command(home: Path, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path, home)
    object.__setattr__(folder.problem, "fingerprint", "another")
    with pytest.raises(UserError, match="the problem has changed since this work began"):
        done(SinglesJob(folder, 0))


def test_stopped_it_goes_on(home: Path, tmp_path: Path) -> None:
    whole = SinglesJob(campaign_in(tmp_path / "whole", home), 0)
    job = SinglesJob(campaign_in(tmp_path / "stopped", home), 0)
    asked = count()
    assert done(job, lambda: next(asked) == 9) == "interrupted"
    assert not job.finished
    assert [done(job), done(whole)] == ["completed", "completed"]
    assert [row["ending"] for row in read_attempts(job.folder)] == ["interrupted", "completed"]
    tables = [records.read_table(one.table("singles"), "singles") for one in (job, whole)]
    assert tables[0].drop(columns="seconds").equals(tables[1].drop(columns="seconds"))
    assert not job.checkpoint.exists()
