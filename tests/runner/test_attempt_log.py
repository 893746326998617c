"""The log of attempts, and what is known of one that nobody has closed."""

import json
import platform
import re
from pathlib import Path

import pytest
import torch

from nas import json_file
from nas.runner import attempt_log
from nas.runner.attempt_log import ATTEMPTS_FILE, AttemptLog, read_attempts
from nas.runner.budget import time_taken
from nas.runner.progress import Progress, read_progress, write_progress
from tests.runner.counting import Report


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(attempt_log, "time", clock)
    return clock


def test_a_closed_attempt_tells_when_where_and_how_fast(tmp_path: Path, clock: Clock) -> None:
    log = AttemptLog(tmp_path, threads=3)
    log.begin(10, "cpu")
    clock.seconds += 5.25
    log.close("completed", 40)
    (row,) = read_attempts(tmp_path)
    assert (row["attempt"], row["seconds"], row["ending"]) == (0, 5.25, "completed")
    assert (row["from_step"], row["to_step"]) == (10, 40)
    assert (row["device"], row["threads"]) == ("cpu", 3)
    assert json.loads(row["versions"])["torch"] == torch.__version__
    assert row["started"].endswith("+00:00")
    assert row["machine"] == platform.node()
    assert log.seconds == 5.25


def test_a_log_of_an_earlier_version_names_no_machine(tmp_path: Path) -> None:
    AttemptLog(tmp_path, threads=1).begin(0, "cpu")
    (row,) = json_file.read(tmp_path / ATTEMPTS_FILE)["attempts"]
    del row["machine"]
    (tmp_path / ATTEMPTS_FILE).write_text(json.dumps([row]))
    assert read_attempts(tmp_path) == [row | {"machine": ""}]


def test_a_killed_attempt_is_as_long_as_its_last_sign_of_life(tmp_path: Path, clock: Clock) -> None:
    log = AttemptLog(tmp_path, threads=1)
    log.begin(0, "cpu")
    clock.seconds += 2.5
    log.report(Report("warm-up", 0.2, 17, loss=0.5))
    (row,) = read_attempts(tmp_path)
    assert (row["ending"], row["seconds"], row["to_step"]) == ("killed", 2.5, 17)
    again = AttemptLog(tmp_path, threads=1)
    assert again.seconds == 2.5
    again.begin(15, "cpu")
    assert read_progress(tmp_path) is None
    clock.seconds += 4
    again.close("interrupted", 30)
    rows = read_attempts(tmp_path)
    assert [row["attempt"] for row in rows] == [0, 1]
    assert [row["seconds"] for row in rows] == [2.5, 4.0]
    assert [row["to_step"] for row in rows] == [17, 30]
    assert again.seconds == 6.5


def test_signs_of_life_are_written_at_most_once_a_second(tmp_path: Path, clock: Clock) -> None:
    log = AttemptLog(tmp_path, threads=1)
    log.begin(0, "cpu")
    for step in range(1, 31):
        clock.seconds += 0.125
        log.report(Report("warm-up", 0.0, step))
    progress = read_progress(tmp_path)
    assert progress is not None
    assert progress.step == 27  # written at 9, 18 and 27


def test_an_attempt_closed_without_a_step_ends_at_the_last_one_known(
    tmp_path: Path, clock: Clock
) -> None:
    log = AttemptLog(tmp_path, threads=1)
    log.begin(5, "cpu")
    clock.seconds += 2
    log.report(Report("warm-up", 0.0, 9))
    log.close("failed")
    log.close("completed", 99)  # too late
    (row,) = read_attempts(tmp_path)
    assert (row["ending"], row["to_step"]) == ("failed", 9)


def test_an_attempt_that_has_not_begun_is_not_closed(tmp_path: Path) -> None:
    AttemptLog(tmp_path, threads=1).close("failed")
    assert read_attempts(tmp_path) == []


def test_a_sign_of_life_of_an_earlier_attempt_says_nothing_of_this_one(
    tmp_path: Path, clock: Clock
) -> None:
    """It is still there if a worker was killed just as it began."""
    for step in (0, 20):
        AttemptLog(tmp_path, threads=1).begin(step, "cpu")
    write_progress(tmp_path, Progress(0, 9.0, "warm-up", 0.1, 17))
    assert [(row["seconds"], row["to_step"]) for row in read_attempts(tmp_path)][1] == (0.0, 20)


@pytest.mark.parametrize(
    "text", ["", "{", '{"attempts": []}', "[1]", "[null]", "[{}]", '[{"ending": "killed"}]']
)
def test_a_log_that_cannot_be_read_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ATTEMPTS_FILE).write_text(text)
    assert read_attempts(tmp_path) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("attempt", "0"),
        ("attempt", 10**30),
        ("attempt", True),
        ("seconds", None),
        ("seconds", "5"),
        ("seconds", -1.0),
        ("seconds", float("inf")),
        ("to_step", [1]),
        ("from_step", 0.5),
        ("ending", 7),
        ("started", {}),
        ("versions", "\ud800"),
        ("colour", "red"),
    ],
)
def test_a_log_with_wrong_values_is_as_none_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str, value: object
) -> None:
    AttemptLog(tmp_path, threads=1).begin(0, "cpu")
    (row,) = read_attempts(tmp_path)
    (tmp_path / ATTEMPTS_FILE).write_text(json.dumps([row]))
    assert read_attempts(tmp_path) == [row]
    (tmp_path / ATTEMPTS_FILE).write_text(json.dumps([row | {key: value}]))
    for _ in range(2):
        assert read_attempts(tmp_path) == []
        assert time_taken(tmp_path) == 0.0
    (told,) = caplog.messages
    assert re.search(
        r"attempts\.json: expected a log of attempts, got .* damaged \(.+\); what", told
    )


def test_a_folder_in_place_of_the_log_is_as_none(tmp_path: Path) -> None:
    (tmp_path / ATTEMPTS_FILE).mkdir()
    assert read_attempts(tmp_path) == []


def test_a_flipped_bit_in_a_log_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    AttemptLog(tmp_path, threads=1).begin(0, "cpu")
    text = (tmp_path / ATTEMPTS_FILE).read_text()
    (tmp_path / ATTEMPTS_FILE).write_text(text.replace('"seconds": 0.0', '"seconds": 8.0'))
    assert read_attempts(tmp_path) == []
    assert "its digest is that of other contents" in caplog.text


@pytest.mark.parametrize(("step", "found"), [(None, 9), (12, 12)])
def test_an_attempt_is_closed_though_the_log_was_damaged_meanwhile(
    tmp_path: Path, clock: Clock, step: int | None, found: int
) -> None:
    log = AttemptLog(tmp_path, threads=1)
    log.begin(5, "cpu")
    clock.seconds += 2
    log.report(Report("warm-up", 0.0, 9))
    (tmp_path / ATTEMPTS_FILE).write_text("{")
    log.close("completed", step)
    (row,) = read_attempts(tmp_path)
    assert (row["ending"], row["seconds"], row["to_step"]) == ("completed", 2.0, found)


def test_the_attempt_under_way_counts_as_long_as_it_has_lasted(
    tmp_path: Path, clock: Clock
) -> None:
    log = AttemptLog(tmp_path, threads=1)
    assert log.seconds == 0.0
    log.begin(0, "cpu")
    clock.seconds += 3
    assert log.seconds == 3.0
    log.close("completed", 7)
    clock.seconds += 3
    assert log.seconds == 3.0
