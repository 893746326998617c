"""What is told of jobs: each phase and each job once, by whom it is to be heard."""

import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from nas.runner import job_log
from nas.runner.batch import run_all
from nas.runner.dispatcher import Interrupted
from nas.runner.executors import Resources
from nas.runner.job import COMPLETED, INTERRUPTED
from nas.runner.job_context import Context, stop_file
from nas.runner.telling import Telling
from nas.runner.worker import Worker
from tests.runner.counting import Count, Report, Tolerant, attempted, under_way

READINGS = [
    Report("warm-up", 0.1, 5, 0.5, 3),
    Report("warm-up", 0.2, 10, 0.25, 3),
    Report("choice", 0.6, 1500, 0.125, 1),
    Report("race: 7", 1.0, 2000),
]


@dataclass(frozen=True)
class Learn(Count):
    """Reports of three phases; in the second its loss is held out."""

    ending: str = COMPLETED
    found: str = "held-out loss 1.00e-03"

    def is_held_out(self, phase: str) -> bool:
        return phase == "choice"

    def work(self, context: Context) -> str:
        context.begin(0, "cpu")
        for reading in READINGS:
            context.report(reading)
        if self.ending == COMPLETED:
            (self.folder / "3").touch()
        context.close(self.ending, 2000)
        return self.ending


TOLD = [
    "count 0 warm-up ended at step 10: training loss 2.50e-01, 3 experts",
    "count 0 choice ended at step 1,500: held-out loss 1.25e-01, 1 expert",
    "count 0 race: 7 ended at step 2,000",
    "count 0 completed after 0:00:00: held-out loss 1.00e-03",
]


def texts(job: Count) -> list[str]:
    return [text for _, text in job_log.read(job.folder)[0]]


def test_each_phase_and_the_end_are_a_line_in_the_log(tmp_path: Path) -> None:
    job = Learn(tmp_path, 0)
    assert Worker(tmp_path, 1)(job, lambda: False) == COMPLETED
    assert texts(job) == TOLD


def test_the_phase_of_a_job_that_did_not_complete_has_not_ended(tmp_path: Path) -> None:
    stopped, lost = Learn(tmp_path, 0, ending=INTERRUPTED), Learn(tmp_path, 1, ending="diverged")
    for job in (stopped, lost):
        Worker(tmp_path, 1)(job, lambda: False)
    assert texts(stopped) == TOLD[:2]
    assert texts(lost)[2:] == ["count 1 diverged after 0:00:00: held-out loss 1.00e-03"]


def test_a_failure_is_a_line_too(tmp_path: Path) -> None:
    job = Tolerant(tmp_path, 0, "raises")
    Worker(tmp_path, 1)(job, lambda: False)
    assert texts(job) == ["count 0 failed after 0:00:00"]


def test_all_is_told_once_by_the_logger(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "nas")
    job = Learn(tmp_path, 0)
    job.folder.mkdir()
    job_log.add(job.folder, job_log.PHASE, "of an earlier attempt")
    run_all([job], tmp_path, Resources("serial"))
    assert caplog.messages == TOLD
    assert [record.name for record in caplog.records] == 3 * ["nas.phases"] + ["nas"]
    assert {record.levelno for record in caplog.records} == {logging.INFO}


def test_an_interrupted_job_has_not_ended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "nas")
    monkeypatch.setattr("nas.runner.dispatcher.withdraw_stop", lambda root: None)
    stop_file(tmp_path).touch()
    with pytest.raises(Interrupted, match="interrupted; run the same again to go on"):
        run_all([Count(tmp_path, 0), Count(tmp_path, 1)], tmp_path, Resources("serial"))
    assert caplog.messages == []
    assert not (tmp_path / "count-1").exists()


def test_readings_are_told_once_each_to_those_who_want_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job, telling = Count(tmp_path, 0), Telling()
    job.folder.mkdir()
    under_way(job.folder, 5.0, 0.5)
    caplog.set_level(logging.INFO, "nas")
    telling.look(job)
    assert caplog.messages == []
    caplog.set_level(logging.DEBUG, "nas")
    for _ in range(2):
        telling.look(job)
    assert caplog.messages == ["count 0 selection at step 300: training loss 2.50e-01, 4 experts"]
    assert caplog.records[0].name == "nas.readings"


def test_the_time_is_that_of_all_attempts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "nas")
    job = Count(tmp_path, 0)
    job.folder.mkdir()
    attempted(job.folder, 50.0, 30.4)
    Telling().ended(job, COMPLETED)
    assert caplog.messages == ["count 0 completed after 0:01:20"]


def test_from_python_nothing_is_shown_but_warnings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_all([Learn(tmp_path, 0)], tmp_path, Resources("serial"))
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("nas").handlers == []  # one would keep warnings from whoever has none
