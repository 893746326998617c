"""One job in its worker."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from nas.errors import UserError
from nas.runner.attempt_log import read_attempts
from nas.runner.job import COMPLETED, FAILED, INTERRUPTED, KILLED
from nas.runner.job_context import Context, stop_file
from nas.runner.worker import Worker
from nas.signals import Stop
from tests.runner.counting import Count, Tolerant


def never() -> bool:
    return False


def endings(job: Count) -> list[tuple[str, int, int]]:
    return [(row["ending"], row["from_step"], row["to_step"]) for row in read_attempts(job.folder)]


def test_a_job_is_done_once(tmp_path: Path) -> None:
    job, worker = Count(tmp_path, 0), Worker(tmp_path, 1)
    assert [worker(job, never), worker(job, never)] == [COMPLETED, COMPLETED]
    assert endings(job) == [("completed", 0, 3)]


def test_it_stops_when_told_so_and_goes_on(tmp_path: Path) -> None:
    job, worker = Count(tmp_path, 0), Worker(tmp_path, 1)
    stop_file(tmp_path).touch()
    assert worker(job, never) == INTERRUPTED
    stop_file(tmp_path).unlink()
    assert worker(job, never) == COMPLETED
    assert endings(job) == [("interrupted", 0, 0), ("completed", 0, 3)]


def test_it_stops_when_it_is_abandoned(tmp_path: Path) -> None:
    job, asked = Count(tmp_path, 0), iter([False, False, True])
    assert Worker(tmp_path, 1)(job, lambda: next(asked)) == INTERRUPTED
    assert endings(job) == [("interrupted", 0, 2)]


def test_parts_that_a_killed_process_left_are_swept(tmp_path: Path) -> None:
    job = Count(tmp_path, 0)
    job.folder.mkdir()
    (job.folder / ".3.x7y2z3_4.part").touch()
    Worker(tmp_path, 1)(job, never)
    assert not list(job.folder.glob(".*.part"))


def test_what_a_job_raises_is_recorded(tmp_path: Path) -> None:
    job = Tolerant(tmp_path, 0, "raises")
    assert Worker(tmp_path, 1)(job, never) == FAILED
    told = (job.folder / "failed.txt").read_text()
    path = job.folder / "error.txt"
    where = f"{tmp_path.name}/count-0/error.txt"  # the same wherever the folder lies
    assert told == f"failed: ZeroDivisionError: division by zero (see {where})"
    assert "Traceback" in path.read_text()
    assert endings(job) == [("failed", 0, 0)]


def test_what_only_the_user_can_mend_is_raised(tmp_path: Path) -> None:
    job = Tolerant(tmp_path, 0, "user")
    with pytest.raises(UserError, match="expected a disk with room"):
        Worker(tmp_path, 1)(job, never)
    assert not (job.folder / "failed.txt").exists()


def test_it_has_its_threads_while_it_works(tmp_path: Path) -> None:
    """The process may be the user's own."""
    before, seen = torch.get_num_threads(), []

    def look() -> bool:
        seen.append(torch.get_num_threads())
        return False

    Worker(tmp_path, before + 1)(Count(tmp_path, 0), look)
    assert set(seen) == {before + 1}
    assert torch.get_num_threads() == before
    assert read_attempts(tmp_path / "count-0")[0]["threads"] == before + 1


def test_an_interrupt_of_its_own_process_is_no_death(tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also in a shell's background
    job = Count(tmp_path, 0, "Ctrl-C")
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        Worker(tmp_path, 1)(job, never)
    assert endings(job) == [("interrupted", 0, 0)]


@dataclass(frozen=True)
class Raises(Tolerant):
    """A job whose user's code raises what is to end Python."""

    error: BaseException | None = None

    def work(self, context: Context) -> str:
        context.begin(0, "cpu")
        assert self.error is not None
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SystemExit(), "SystemExit"),
        (SystemExit(3), "SystemExit: 3"),
        (GeneratorExit("no more"), "GeneratorExit: no more"),
        (BaseException("all of it"), "BaseException: all of it"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (UserWarning("as an error"), "UserWarning: as an error"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("half \ud800"), "ValueError: half \\ud800"),
    ],
)
def test_what_would_end_python_ends_the_job_alone(
    error: BaseException, told: str, tmp_path: Path
) -> None:
    """In a worker's process Ctrl-C is ignored: an interrupt there can only be a user's code's."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        job = Raises(tmp_path, 0, error=error)
        assert Worker(tmp_path, 1)(job, never) == FAILED
    finally:
        signal.signal(signal.SIGINT, before)
    failed = (job.folder / "failed.txt").read_text()
    assert failed == f"failed: {told} (see {tmp_path.name}/count-0/error.txt)"
    assert endings(job) == [("failed", 0, 0)]


def test_a_request_to_stop_is_no_failure_where_interrupts_are_ignored(tmp_path: Path) -> None:
    """As in a shell's background, where the command itself does the work and is told to stop."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        job = Raises(tmp_path, 0, error=Stop())
        with pytest.raises(Stop, match=r"^$"):
            Worker(tmp_path, 1)(job, never)
    finally:
        signal.signal(signal.SIGINT, before)
    assert endings(job) == [("interrupted", 0, 0)]


@dataclass(frozen=True)
class Meddles(Count):
    """A job that changes what others would find."""

    def work(self, context: Context) -> str:
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        os.chdir("/")
        return super().work(context)


def test_what_a_job_does_to_the_process_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Worker(tmp_path, 1)(Meddles(tmp_path, 0), never) == COMPLETED
    assert (torch.get_default_dtype(), torch.is_grad_enabled()) == (torch.float32, True)
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_too_little_memory_is_no_failure_of_the_job(error: BaseException, tmp_path: Path) -> None:
    """There may be enough later: it is as if the system had killed the worker for it."""
    job = Raises(tmp_path, 0, error=error)
    assert Worker(tmp_path, 1)(job, never) == KILLED
    assert not (job.folder / "failed.txt").exists()
    assert str(error) in (job.folder / "error.txt").read_text()
    assert endings(job) == [("killed", 0, 0)]
    assert not (job.folder / "log.txt").exists()
