"""What a command gives to jobs and takes back, while their folders are kept in a store."""

from dataclasses import dataclass
from pathlib import Path
from unittest import mock
from uuid import uuid4

import pytest

from nas import belonging, json_file
from nas.errors import UserError
from nas.files import write_text
from nas.runner.attempt_log import AttemptLog, read_attempts
from nas.runner.job import INTERRUPTED
from nas.runner.progress import read_progress
from nas.runner.store import Store
from nas.runner.stored_attempt import begin, latest
from nas.runner.stored_jobs import StoredJobs, signs_of_life
from tests.runner.counting import Count, attempted, under_way


@pytest.fixture
def url() -> str:
    return f"memory://{uuid4().hex}"


@dataclass(frozen=True)
class After(Count):
    """A job that reads what another one has left."""

    before: Count | None = None


def test_a_prefix_belongs_to_one_folder(url: str, tmp_path: Path) -> None:
    for _ in range(2):  # the same folder comes again
        StoredJobs(url, tmp_path / "a")
    told = (
        rf"^parallel\.store: expected an empty place, or that of {tmp_path}/b, got another "
        f"campaign's at {url}; choose another prefix, or remove what is there$"
    )
    with pytest.raises(UserError, match=told):
        StoredJobs(url, tmp_path / "b")
    StoredJobs(f"{url}/b", tmp_path / "b")


def test_another_store_may_be_taken(url: str, tmp_path: Path) -> None:
    assert StoredJobs(url, tmp_path).place.claim == StoredJobs(f"{url}-2", tmp_path).place.claim


def test_a_damaged_claim_is_a_line(url: str, tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text("{")
    told = r"store\.json: expected whose store it is, got a file that is damaged; delete it and all"
    with pytest.raises(UserError, match=told):
        StoredJobs(url, tmp_path)


def test_a_job_is_given_what_it_reads_once(url: str, tmp_path: Path) -> None:
    jobs, before = StoredJobs(url, tmp_path), Count(tmp_path, 1)
    write_text(before.folder / "3", "three")
    (before.folder / ".lock").touch()
    json_file.write(tmp_path / belonging.FILE, {belonging.KEY: "3f2a"})
    write_text(tmp_path / "study.sqlite", "not for workers")
    after = After(tmp_path, 2, before=before)
    with mock.patch.object(Store, "write", autospec=True, side_effect=Store.write) as put:
        assert jobs.offer(after).given == ("campaign.json", "count-1/3")
        assert jobs.offer(after).given == ("campaign.json", "count-1/3")
        assert put.call_count == 2
        write_text(before.folder / "3", "III, another time")
        jobs.offer(after)
        assert put.call_count == 3
    assert Store(url).read("given/count-1/3") == b"III, another time"
    assert after.folder.is_dir()  # so that whoever looks sees that it has begun
    assert latest(Store(url), "count-2") is None


def test_what_was_done_without_the_store_goes_on_in_it(url: str, tmp_path: Path) -> None:
    jobs, job, store = StoredJobs(url, tmp_path), Count(tmp_path, 0), Store(url)
    AttemptLog(job.folder, threads=1).begin(step=0, device="cpu")
    write_text(job.folder / "2", "two")
    jobs.offer(job)
    last = latest(store, "count-0")
    assert last is not None
    assert last.paths == ("count-0/attempts.json", "count-0/2")  # as they were written
    jobs.offer(job)
    assert latest(store, "count-0") == last  # the store has as much
    AttemptLog(job.folder, threads=1).begin(step=2, device="cpu")
    jobs.offer(job)
    newer = latest(store, "count-0")
    assert newer is not None
    assert newer.number == 1
    (job.folder / "attempts.json").unlink()
    AttemptLog(job.folder, threads=1).begin(step=0, device="cpu")
    jobs.offer(job)
    assert latest(store, "count-0") == newer  # it is a copy of long ago


def test_what_a_job_has_left_is_taken_in_its_order(url: str, tmp_path: Path) -> None:
    jobs, job, store = StoredJobs(url, tmp_path), Count(tmp_path, 0), Store(url)
    names = [f"count-0/{name}" for name in ("checkpoint", "history", "runs")]
    gone, *left = names
    begin(store, "count-0", 0, dict.fromkeys([*left, "runs/race-0-0/runs"], b"new"), [gone])
    for name in ("checkpoint", "mine"):
        write_text(job.folder / name, "old")
    taken: list[str] = []
    with mock.patch("nas.files.changed", lambda path: taken.append(path.name)):
        jobs.fetch(job)
    assert taken == ["history", "runs", "runs", "checkpoint"]
    assert sorted(path.name for path in job.folder.iterdir()) == ["history", "mine", "runs"]
    assert (tmp_path / "runs" / "race-0-0" / "runs").read_bytes() == b"new"


def test_of_a_job_that_left_nothing_nothing_is_taken(url: str, tmp_path: Path) -> None:
    StoredJobs(url, tmp_path).fetch(Count(tmp_path, 0))
    assert [path.name for path in tmp_path.iterdir()] == ["store.json"]


def test_signs_of_life_arrive_while_a_job_is_busy(url: str, tmp_path: Path) -> None:
    jobs, there = StoredJobs(url, tmp_path / "here"), tmp_path / "scratch"
    attempted(there, 1.0)
    under_way(there, 7.0, done=0.5)
    signs = signs_of_life(there)
    assert sorted(signs) == ["attempts.json", "progress.json"]
    job = Count(tmp_path / "here", 0)
    jobs.hear({"job": "count-0", **signs}, [])  # it has ended: what it left is final
    assert not job.folder.exists()
    jobs.hear({"job": "count-0", **signs, "../mine": "no sign"}, [Count(tmp_path / "here", 1), job])
    progress = read_progress(job.folder)
    assert progress is not None
    assert progress.done == 0.5
    assert [row["ending"] for row in read_attempts(job.folder)] == [INTERRUPTED, "killed"]
    assert not (tmp_path / "here" / "mine").exists()


def test_a_folder_that_cannot_be_read_is_a_line(url: str, tmp_path: Path) -> None:
    jobs, job = StoredJobs(url, tmp_path), Count(tmp_path, 0)
    job.folder.write_text("in its place")
    told = rf"^{job.folder}: expected folders that can be read and written, got File exists; mend"
    with pytest.raises(UserError, match=told):
        jobs.offer(job)
