"""Lines in a job's folder: whole ones, whatever stands there, and nothing that stops a job."""

import os
import re
import threading
from pathlib import Path

import pytest

from nas.runner import job_log
from nas.runner.job_log import LOG_FILE, PHASE, RUN


def test_each_line_has_its_time_its_kind_and_its_text(tmp_path: Path) -> None:
    job_log.add(tmp_path, PHASE, "0000-0 warm-up ended at step 5")
    job_log.add(tmp_path, RUN, "0000-0 failed: a\x1b[2Jb\nc")
    first, second = (tmp_path / LOG_FILE).read_text(encoding="utf-8").splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"
    assert re.fullmatch(rf"{time} phase 0000-0 warm-up ended at step 5", first)
    assert re.fullmatch(rf"{time} run 0000-0 failed: a\\x1b\[2Jb\\nc", second)


def test_what_a_kill_has_cut_short_stays_on_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).write_text("2026-11-29T10:00:00+00:00 phase 0000-0 warm-")
    job_log.add(tmp_path, RUN, "0000-0 completed")
    assert job_log.read(tmp_path)[0] == [("phase", "0000-0 warm-"), ("run", "0000-0 completed")]


def test_lines_of_several_writers_stay_whole(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(50):
            job_log.add(tmp_path, PHASE, f"{number}" * 100)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    texts = [text for _, text in job_log.read(tmp_path)[0]]
    assert sorted(texts) == sorted(f"{number}" * 100 for number in range(4) for _ in range(50))


def test_a_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    job_log.add(tmp_path, PHASE, "first")
    found, end = job_log.read(tmp_path)
    assert found == [("phase", "first")]
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write("now phase sec")
    assert job_log.read(tmp_path, end) == ([], end)
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write("ond\n")
    assert job_log.read(tmp_path, end)[0] == [("phase", "second")]


def test_what_is_no_log_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    assert job_log.read(tmp_path / "nowhere") == ([], 0)
    (tmp_path / LOG_FILE).write_bytes(b"\xff\xfe\nnot a line\n\x00 phase \xff\n")
    assert job_log.read(tmp_path)[0] == [("a", "line"), ("phase", "\ufffd")]


@pytest.mark.parametrize("place", ["folder", "pipe", "link", "nowhere"])
def test_what_stands_in_its_place_keeps_nobody(tmp_path: Path, place: str) -> None:
    folder, other = tmp_path / "job", tmp_path / "other"
    other.touch()
    if place != "nowhere":
        folder.mkdir()
    if place == "folder":
        (folder / LOG_FILE).mkdir()
    elif place == "pipe":
        os.mkfifo(folder / LOG_FILE)
    elif place == "link":
        (folder / LOG_FILE).symlink_to(other)
    job_log.add(folder, RUN, "0000-0 completed")
    assert job_log.read(folder)[0] == []
    assert other.read_bytes() == b""
