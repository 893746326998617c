"""A list of jobs, in this process."""

from pathlib import Path

import pytest

from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from nas.runner.batch import run_all
from nas.runner.executors import Resources
from nas.runner.overview import State
from tests.runner.counting import Count, Tolerant

SERIAL = Resources("serial")


def test_failed_jobs_are_counted(tmp_path: Path) -> None:
    """Of three jobs: one done before, one that fails, one that does not."""
    jobs = [Count(tmp_path, 0), Tolerant(tmp_path, 1, "raises"), Count(tmp_path, 2)]
    run_all(jobs[:1], tmp_path, SERIAL)
    states: list[State] = []
    run_all(jobs, tmp_path, SERIAL, states.append)
    assert [(state.jobs, state.finished, state.failed) for state in states] == [
        (3, 2, 1),
        (3, 3, 1),
    ]
    assert [job.finished for job in jobs] == [True, False, True]


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    job = Count(tmp_path, 0)
    run_all([job], tmp_path, SERIAL)
    before = read_attempts(job.folder)
    run_all([job], tmp_path, SERIAL)
    assert read_attempts(job.folder) == before


def test_a_job_without_which_nothing_can_go_on_ends_all(tmp_path: Path) -> None:
    jobs = [Count(tmp_path, 0, "raises"), Count(tmp_path, 1)]
    with pytest.raises(UserError, match=r"count 0 failed, and .*ZeroDivisionError: division by"):
        run_all(jobs, tmp_path, SERIAL)
    assert not jobs[1].finished


def test_jobs_travel_to_other_processes(tmp_path: Path) -> None:
    jobs = [Count(tmp_path, 0), Tolerant(tmp_path, 1, "raises")]
    run_all(jobs, tmp_path, Resources("local", workers=2))
    assert jobs[0].finished
    assert "ZeroDivisionError" in (jobs[1].folder / "failed.txt").read_text()
