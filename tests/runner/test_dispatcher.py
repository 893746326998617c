"""Jobs begun, begun again, given up and stopped: with an executor that does what the test says."""

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from nas import signals
from nas.errors import UserError
from nas.files import write_text
from nas.runner import dispatcher
from nas.runner.attempt_log import ATTEMPTS_FILE, AttemptLog
from nas.runner.dispatcher import DEATHS, Dispatcher, Interrupted
from nas.runner.executors import Resources
from nas.runner.job import COMPLETED, INTERRUPTED, KILLED
from nas.runner.job_context import stop_file
from tests.runner.counting import Count, Scripted, Tolerant

Ending = tuple[int, str]


def run(
    monkeypatch: pytest.MonkeyPatch,
    root: Path,
    jobs: list[Count],
    executor: Scripted,
    watch: Callable[[list[Count]], None] = lambda busy: None,
) -> list[Ending]:
    """The jobs' numbers with their endings, in the order in which they ended."""
    monkeypatch.setattr(dispatcher, "create", lambda resources, function, root: executor)
    left, endings = list(jobs), []
    Dispatcher[Count](root, Resources()).run(
        lambda: left.pop(0) if left else None,
        lambda job, ending: endings.append((job.number, ending)),
        watch,
    )
    return endings


def begin_at(job: Count, step: int) -> None:
    """Leave the log of an attempt that went on from ``step``."""
    job.folder.mkdir(parents=True, exist_ok=True)
    AttemptLog(job.folder, 1).begin(step, "cpu")


def test_all_is_done_by_as_many_workers_as_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    executor, most = Scripted(lambda job: COMPLETED, workers=2), []
    jobs = [Count(tmp_path, number) for number in range(5)]
    endings = run(monkeypatch, tmp_path, jobs, executor, lambda busy: most.append(len(busy)))
    assert endings == [(number, COMPLETED) for number in range(5)]
    assert most == [1, 1, 1, 1, 0]  # as one of two has just ended
    assert executor.closed


def test_a_log_that_is_damaged_is_told_by_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker, which would begin it anew, says nothing on its terminal."""
    job = Count(tmp_path, 0)
    begin_at(job, 3)
    (job.folder / ATTEMPTS_FILE).write_text("{")
    run(monkeypatch, tmp_path, [job], Scripted(lambda job: COMPLETED))
    assert f"{job.folder / ATTEMPTS_FILE}: expected a log of attempts, got a file" in caplog.text


def test_what_is_not_there_yet_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A job may become known only when another one has ended."""
    ended: list[int] = []
    first, second = Count(tmp_path, 0), Count(tmp_path, 1)
    left = [first, second]
    executor = Scripted(lambda job: COMPLETED, workers=2)
    monkeypatch.setattr(dispatcher, "create", lambda resources, function, root: executor)

    def following() -> Count | None:
        ready = left and (left[0] is first or ended)
        return left.pop(0) if ready else None

    Dispatcher[Count](tmp_path, Resources()).run(
        following, lambda job, ending: ended.append(job.number), lambda busy: None
    )
    assert ended == [0, 1]


def test_a_job_whose_worker_died_is_begun_again_before_any_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    endings = iter([KILLED, KILLED, COMPLETED, COMPLETED])
    executor = Scripted(lambda job: next(endings))
    jobs = [Count(tmp_path, 0), Count(tmp_path, 1)]
    assert run(monkeypatch, tmp_path, jobs, executor) == [(0, COMPLETED), (1, COMPLETED)]
    assert [job.number for job in executor.started] == [0, 0, 0, 1]


def test_three_deaths_at_one_step_end_a_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def die(job: Count) -> str:
        if job.number == 0:
            begin_at(job, 7)
            return KILLED
        return COMPLETED

    executor = Scripted(die)
    jobs: list[Count] = [Tolerant(tmp_path, 0), Tolerant(tmp_path, 1)]
    assert run(monkeypatch, tmp_path, jobs, executor) == [(0, KILLED), (1, COMPLETED)]
    assert [job.number for job in executor.started] == [0] * DEATHS + [1]
    reason = "killed: its worker was killed 3 times at step 7; out of memory?"
    assert (jobs[0].folder / "failed.txt").read_text() == reason


def test_deaths_at_steps_that_rise_do_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A job that gets on between its deaths will be done."""
    steps = iter([0, 0, 5, 5, 9, 9])

    def die(job: Count) -> str:
        step = next(steps, None)
        if step is None:
            return COMPLETED
        begin_at(job, step)
        return KILLED

    executor = Scripted(die)
    assert run(monkeypatch, tmp_path, [Count(tmp_path, 0)], executor) == [(0, COMPLETED)]


def test_a_job_that_cannot_be_done_without_ends_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    executor = Scripted(lambda job: KILLED)
    with pytest.raises(UserError, match=r"count 0 killed, and .* its worker was killed 3 times at"):
        run(monkeypatch, tmp_path, [Count(tmp_path, 0), Count(tmp_path, 1)], executor)
    assert executor.closed


def interrupt(busy: list[Count]) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_lets_the_workers_save_and_tells_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[bool] = []

    def save(job: Count) -> str:
        seen.append(stop_file(tmp_path).exists())
        return INTERRUPTED

    executor = Scripted(save, workers=6)
    jobs = [Count(tmp_path, number) for number in range(6)]
    with pytest.raises(Interrupted, match="run the same again to go on") as caught:
        run(monkeypatch, tmp_path, jobs, executor, interrupt)
    assert caught.value.saved
    names = "count 1 and count 2 and count 3 and 2 more"
    assert caplog.messages == [f"waiting for {names} to save; Ctrl-C ends that at once"]
    assert seen == [False] + [True] * 5
    assert executor.closed


def test_an_interrupt_that_a_library_has_swallowed_is_heard_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As happens where the signal comes while C code imports something."""

    def command() -> int:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        executor = Scripted(lambda job: INTERRUPTED if stop_file(tmp_path).exists() else COMPLETED)
        with pytest.raises(Interrupted):
            run(monkeypatch, tmp_path, [Count(tmp_path, 0)], executor)
        return 0

    assert signals.listening(command) == 0
    assert not signals.asked_to_stop()


def test_a_second_interrupt_does_not_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[Count] = []

    def save(job: Count) -> str:
        calls.append(job)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return INTERRUPTED

    executor = Scripted(save, workers=3)
    jobs = [Count(tmp_path, number) for number in range(3)]
    with pytest.raises(Interrupted) as caught:
        run(monkeypatch, tmp_path, jobs, executor, interrupt)
    assert not caught.value.saved
    assert len(calls) == 2
    assert executor.closed


def test_a_worker_that_dies_as_it_is_to_save_has_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    endings = iter([COMPLETED, KILLED])
    executor = Scripted(lambda job: next(endings), workers=2)
    jobs = [Count(tmp_path, number) for number in range(2)]
    with pytest.raises(Interrupted) as caught:
        run(monkeypatch, tmp_path, jobs, executor, interrupt)
    assert not caught.value.saved


def test_what_a_job_raises_stops_the_others_and_is_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first reason is the one that is shown."""
    errors = iter(["the first", "the second"])

    def fail(job: Count) -> str:
        raise UserError(next(errors))

    executor = Scripted(fail, workers=2)
    with pytest.raises(UserError, match="the first"):
        run(monkeypatch, tmp_path, [Count(tmp_path, 0), Count(tmp_path, 1)], executor)
    assert stop_file(tmp_path).exists()
    assert executor.closed


def test_the_stop_file_of_an_earlier_call_is_forgotten(tmp_path: Path) -> None:
    write_text(stop_file(tmp_path), "")
    job = Count(tmp_path, 0)
    left = [job]
    Dispatcher[Count](tmp_path, Resources("serial")).run(
        lambda: left.pop() if left else None, lambda job, ending: None, lambda busy: None
    )
    assert job.finished


def test_a_job_that_cannot_save_as_it_is_told_to_stop_is_not_saved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def save(job: Count) -> str:
        if job.number == 1:
            raise UserError("expected a disk with room")
        return INTERRUPTED

    executor = Scripted(save, workers=3)
    jobs = [Count(tmp_path, number) for number in range(3)]
    with pytest.raises(Interrupted) as caught:
        run(monkeypatch, tmp_path, jobs, executor, interrupt)
    assert not caught.value.saved
    assert executor.busy == []


def test_what_ended_together_with_an_error_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def act(job: Count) -> str:
        if job.number == 0:
            raise UserError("expected this")
        return COMPLETED

    left, endings = [Count(tmp_path, 0), Count(tmp_path, 1)], []
    executor = Scripted(act, workers=2, at_once=2)
    monkeypatch.setattr(dispatcher, "create", lambda resources, function, root: executor)
    with pytest.raises(UserError, match="expected this"):
        Dispatcher[Count](tmp_path, Resources()).run(
            lambda: left.pop(0) if left else None,
            lambda job, ending: endings.append((job.number, ending)),
            lambda busy: None,
        )
    assert endings == [(1, COMPLETED)]
