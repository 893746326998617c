"""The warm-up that all subsets of a run share, in this process."""

from itertools import count
from pathlib import Path

import pytest

from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from nas.validation import warm_up_job
from tests.validation.bend import broken, campaign_in, done, warm_up


def test_a_warm_up_that_is_stopped_goes_on(home: Path, tmp_path: Path) -> None:
    job = warm_up(campaign_in(tmp_path, home))
    whole = warm_up(campaign_in(tmp_path / "whole", home))
    asked = count()
    assert done(job, lambda: next(asked) == 3) == "interrupted"
    assert not job.finished
    assert [row["to_step"] for row in read_attempts(job.folder)] == [3]
    assert done(job) == done(whole) == "completed"
    assert job.warmed.read_bytes() == whole.warmed.read_bytes()


def test_a_warm_up_that_raises_is_told_in_a_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up_job, "TrainingRun", broken)
    job = warm_up(campaign_in(tmp_path, home))
    with pytest.raises(
        UserError, match=r"warm-up: 0000-0 warm-up failed, and everything .* ZeroDivisionError"
    ):
        done(job)
    assert "ZeroDivisionError" in (job.folder / "error.txt").read_text()
