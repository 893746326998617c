"""Jobs on the workers of a Dask cluster, which are killed, told to end, or cannot do them."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.harness.dask_cluster import Cluster, cluster
from nas.errors import UserError
from nas.files import write_text
from nas.runner import dask_worker
from nas.runner.attempt_log import read_attempts
from nas.runner.executors import Ended, Resources
from nas.runner.executors.dask import Engine, slots_at
from nas.runner.job import FAILED, INTERRUPTED, KILLED
from nas.runner.job_context import Context, stop_file
from nas.runner.progress import read_progress
from nas.runner.provenance import versions
from nas.runner.scratch import Place
from nas.runner.store import Store
from nas.runner.worker import Worker
from tests.runner.counting import Count, Report

pytest.importorskip("distributed", reason="the extra `distributed` is not installed")


HOSTS = ("127.0.0.2", "127.0.0.3")


def act(job: tuple[str, str], abandoned: Callable[[], bool]) -> str:
    """What a job does, by its name; it leaves in the folder who does it."""
    name, folder = job
    there = Path(folder) / name
    attempt = len(list(there.parent.glob(f"{name}*")))
    there.with_name(f"{name}-{attempt}").write_text(f"{os.getpid()} {os.getppid()}")
    if name == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "wrong":
        raise UserError("expected this")
    if name == "threads":
        return os.environ["OMP_NUM_THREADS"]
    while name == "long" and not (there.parent / "enough").exists():
        if abandoned():
            (there.parent / "saved").touch()
            return INTERRUPTED
        time.sleep(0.02)
    return f"{name} done"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("two"), HOSTS) as there:
        yield there


def engine(address: str | None, root: Path, workers: int = 2) -> Engine[tuple[str, str]]:
    return Engine(act, Resources("dask", workers, threads=1, address=address), root)


def all_of(executor: Engine[tuple[str, str]]) -> dict[str, Ended[tuple[str, str]]]:
    found: dict[str, Ended[tuple[str, str]]] = {}
    while executor.busy:
        found |= {one.job[0]: one for one in executor.collect(1.0)}
    return found


def numbers(folder: Path, name: str) -> tuple[int, int]:
    """The processes of a job and of the worker that has begun it."""
    path = folder / name
    deadline = time.monotonic() + 60
    while not (path.exists() and len(path.read_text().split()) == 2):
        assert time.monotonic() < deadline, f"{name} was not begun"
        time.sleep(0.02)
    own, parent = map(int, path.read_text().split())
    return own, parent


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_job_that_dies_or_raises_costs_no_other(two: Cluster, tmp_path: Path) -> None:
    executor = engine(two.address, tmp_path)
    for name in ("die", "wrong", "threads", "a"):
        executor.start((name, str(tmp_path)))
    found = all_of(executor)
    executor.close()
    assert found["die"].ending == KILLED
    assert found["wrong"].ending == FAILED
    assert str(found["wrong"].error) == f"worker on {socket.gethostname()}: expected this"
    assert isinstance(found["wrong"].error, UserError)
    assert [found[name].ending for name in ("threads", "a")] == ["1", "a done"]
    assert not list(tmp_path.glob(".*.part"))


def test_there_are_as_many_jobs_as_workers_and_no_more_than_asked_for(
    two: Cluster, tmp_path: Path
) -> None:
    assert slots_at(two.address) == 2
    for most, jobs in ((1, 1), (2, 2), (9, 2)):
        executor = engine(two.address, tmp_path, workers=most)
        begun = 0
        while executor.free:
            executor.start(("a", str(tmp_path)))
            begun += 1
        assert begun == jobs
        executor.close()


def test_a_job_goes_on_elsewhere_when_its_worker_is_killed(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", HOSTS) as there:
        executor = engine(there.address, tmp_path)
        executor.start(("long", str(tmp_path)))
        first, worker = numbers(tmp_path, "long-0")
        os.kill(worker, signal.SIGKILL)
        second, other = numbers(tmp_path, "long-1")
        until((tmp_path / "saved").exists)  # the first one has noticed, and left
        (tmp_path / "enough").touch()
        assert [one.ending for one in all_of(executor).values()] == ["long done"]
        executor.close()
    assert (first, worker) != (second, other)


def test_a_worker_that_is_told_to_end_lets_its_job_save_itself(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", HOSTS) as there:
        executor = engine(there.address, tmp_path)
        executor.start(("long", str(tmp_path)))
        _, worker = numbers(tmp_path, "long-0")
        os.kill(worker, signal.SIGTERM)  # a batch system, whose time is over
        numbers(tmp_path, "long-1")
        assert (tmp_path / "saved").exists()
        (tmp_path / "enough").touch()
        assert [one.ending for one in all_of(executor).values()] == ["long done"]
        executor.close()


def test_a_closed_engine_lets_jobs_save_themselves_and_leaves_no_process(
    two: Cluster, tmp_path: Path
) -> None:
    executor = engine(two.address, tmp_path)
    executor.start(("long", str(tmp_path)))
    own, _ = numbers(tmp_path, "long-0")
    executor.close()
    until((tmp_path / "saved").exists)
    other = engine(two.address, tmp_path)  # what it closes, it is rid of
    other.close()
    until(lambda: not Path(f"/proc/{own}").exists())


def test_without_a_scheduler_there_is_a_line() -> None:
    told = "parallel.address: expected a Dask scheduler at tcp://127.0.0.1:9, got no answer"
    with pytest.raises(UserError, match=re.escape(told)):
        engine("tcp://127.0.0.1:9", Path())


def test_a_scheduler_that_goes_away_is_told(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", HOSTS[:1]) as there:
        executor = engine(there.address, tmp_path)
        executor.start(("long", str(tmp_path)))
        numbers(tmp_path, "long-0")
        assert there.scheduler is not None
        there.scheduler.kill()
        with pytest.raises(UserError, match=r"^parallel.address: the Dask scheduler at .* is gone"):
            all_of(executor)
        executor.close()
        until((tmp_path / "saved").exists)


def test_a_worker_that_does_not_see_the_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_worker, "refusal", lambda *asked: "worker on b: expected")
    with pytest.raises(UserError, match=r"^parallel.address: worker on b: expected"):
        engine(None, tmp_path, workers=1)
    assert not list(tmp_path.glob(".*.part"))


def test_a_worker_without_the_toolkit_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal(*asked: object) -> str:
        raise ModuleNotFoundError("No module named 'nas'")

    monkeypatch.setattr(dask_worker, "refusal", refusal)
    told = (
        r"^parallel.address: expected Dask workers with this toolkit, got ModuleNotFoundError\(.*"
        r"\); install the same on all machines$"
    )
    with pytest.raises(UserError, match=told):
        engine(None, tmp_path, workers=1)


def test_what_is_refused_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    known = versions()
    assert dask_worker.refusal(str(tmp_path / "token"), known) == ""
    told = dask_worker.refusal(str(tmp_path / "token"), known | {"torch": "1.0"})
    assert re.fullmatch(
        r"worker on \S+: expected torch 1\.0, as where the command runs, got \S+; "
        "install the same on all machines",
        told,
    )
    told = dask_worker.refusal(str(tmp_path / "elsewhere" / "token"), known)
    assert re.fullmatch(
        r"worker on \S+: expected a folder that all workers see, got none here: .*/elsewhere; "
        "put --out on a file system that all machines share, under the same path, or say where "
        "to keep it: parallel.store",
        told,
    )


def test_a_worker_that_comes_later_is_asked_with_its_first_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = engine(None, tmp_path, workers=1)
    for token in tmp_path.glob(".*.part"):
        token.unlink()
    executor.start(("a", str(tmp_path)))
    (ended,) = all_of(executor).values()
    executor.close()
    assert ended.ending == FAILED
    assert isinstance(ended.error, UserError)
    assert "expected a folder that all workers see" in str(ended.error)


def test_without_dask_there_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told = (
        r"expected Dask beside dask, got none installed; run: pip install 'pinn-nas.distributed.'"
    )
    with pytest.raises(UserError, match=told):
        engine(None, Path())


@dataclass(frozen=True)
class Patient(Count):
    """Dies at its first attempt; at the next one it waits until it is told to stop."""

    def work(self, context: Context) -> str:
        context.begin(self.step, "cpu")
        write_text(self.folder / str(self.step + 1), "")
        if self.step == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        while not context.should_stop():
            context.report(Report("waiting", 0.5, self.step))
            time.sleep(0.02)
        context.close(INTERRUPTED, self.step)
        return INTERRUPTED


def storing(store: str, root: Path, address: str | None = None) -> Engine[Any]:
    resources = Resources("dask", workers=1, threads=1, address=address, store=store)
    return Engine(Worker(root, 1), resources, root)


def test_a_job_in_a_store_lives_dies_and_stops_as_one_in_a_folder_would(tmp_path: Path) -> None:
    root = tmp_path / "out"
    job = Patient(root, 0)
    executor = storing(f"file://{tmp_path}/store", root)
    executor.start(job)
    (ended,) = executor.collect(60)
    assert ended.ending == KILLED
    assert [row["ending"] for row in read_attempts(job.folder)] == ["killed"]
    executor.start(job)
    deadline = time.monotonic() + 60
    while (seen := read_progress(job.folder)) is None:
        assert time.monotonic() < deadline
        assert not executor.collect(0.1)
    assert (seen.attempt, seen.phase, seen.step) == (1, "waiting", 2)
    stop_file(root).touch()
    while executor.busy:
        ended = next(iter(executor.collect(0.1)), ended)
    executor.close()
    assert ended.ending == INTERRUPTED
    attempts = read_attempts(job.folder)
    assert [(row["ending"], row["from_step"]) for row in attempts] == [
        ("killed", 0),
        ("interrupted", 1),
    ]
    assert (job.folder / "2").exists()
    assert read_progress(job.folder) is None
    assert not list(root.glob(".*.part"))


def test_a_store_that_a_worker_does_not_reach_is_a_line(tmp_path: Path) -> None:
    """Of this process alone, in which Dask's worker is, and the job's own is not."""
    executor = storing("memory://alone", tmp_path)
    executor.start(Count(tmp_path, 0))
    (ended,) = executor.collect(60)
    executor.close()
    told = (
        f"worker on {socket.gethostname()}: expected a store that all workers reach, got none of "
        "this campaign at memory://alone; it is another campaign's, or there is one of this name "
        "on each machine"
    )
    assert str(ended.error) == told
    place = Place("memory://nothing", "mine", tmp_path)
    assert dask_worker.refusal("", versions(), place) == told.replace("alone", "nothing")
    assert (
        dask_worker.refusal("", versions() | {"torch": "1.0"}, place)
        .split(" as ")[0]
        .endswith("expected torch 1.0,")
    )


def test_what_is_wrong_with_a_store_is_told_before_anything_begins(
    two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"^parallel\.store: expected a URL such as s3://bucket/pr"):
        storing("s4://bucket", tmp_path)
    Store(f"file://{tmp_path}/store").write("claim", b"another's")
    with pytest.raises(UserError, match=r"^parallel\.store: expected an empty place, or that of"):
        storing(f"file://{tmp_path}/store", tmp_path)
    told = r"^parallel\.address: worker on \S+: expected a store that all workers reach, got none"
    with pytest.raises(UserError, match=told):
        storing("memory://here", tmp_path, two.address)
