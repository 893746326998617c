"""What a job is given in its worker."""

from pathlib import Path

import pytest

from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from nas.runner.job_context import Context, stop_file, withdraw_stop


def test_the_seconds_of_earlier_attempts_are_known(tmp_path: Path) -> None:
    first = Context(tmp_path, tmp_path, threads=1, abandoned=lambda: False)
    assert first.seconds == 0.0
    first.begin(0, "cpu")
    first.close("interrupted", 5)
    (row,) = read_attempts(tmp_path)
    assert first.seconds == row["seconds"]
    assert Context(tmp_path, tmp_path, 1, lambda: False).seconds == row["seconds"]


def test_it_stops_for_the_stop_file_and_when_abandoned(tmp_path: Path) -> None:
    job, root = tmp_path / "job", tmp_path
    job.mkdir()
    assert Context(job, root, 1, lambda: True).should_stop()
    context = Context(job, root, 1, lambda: False)
    assert not context.should_stop()
    stop_file(root).touch()
    assert context.should_stop()


def test_a_stop_file_that_cannot_be_removed_is_told(tmp_path: Path) -> None:
    """Every job would end at once, for ever."""
    stop_file(tmp_path).touch()
    withdraw_stop(tmp_path)
    withdraw_stop(tmp_path)
    stop_file(tmp_path).mkdir()
    told = "stop: expected a file that stops the search, or none, got what cannot be removed"
    with pytest.raises(UserError, match=told):
        withdraw_stop(tmp_path)
