"""Tasks are jobs of the runner: what is over is not done again, what is stopped goes on."""

from functools import partial
from pathlib import Path
from threading import Event, Timer

import pytest

from experiments.harness import tasks
from experiments.harness.process import Died, Stopped, fresh
from experiments.harness.tasks import Task, answers, kept
from nas.errors import UserError
from nas.runner.executors import Resources
from nas.runner.job_context import Context


def roots(folder: Path) -> list[Task]:
    return [Task(folder, f"of {number}", "math:sqrt", (number,)) for number in (9, 16)]


@pytest.mark.parametrize("engine", ["serial", "local"])
def test_tasks_answer_in_their_order_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    assert answers(roots(tmp_path), Resources(engine)) == [3.0, 4.0]
    monkeypatch.setattr(tasks, "fresh", None)  # nobody calls it again
    assert answers(roots(tmp_path), Resources(engine)) == [3.0, 4.0]


def test_an_error_is_told_and_what_is_done_is_kept(tmp_path: Path) -> None:
    wrong = Task(tmp_path, "of -1", "math:sqrt", (-1,))
    with pytest.raises(UserError, match="of -1 failed, and everything else depends on it: Died"):
        answers([*roots(tmp_path), wrong], Resources("serial"))
    assert all(task.finished for task in roots(tmp_path))
    assert not wrong.finished


def test_a_process_is_ended_where_it_is_to_stop(tmp_path: Path) -> None:
    task = Task(tmp_path, "long", "time:sleep", (600,))
    task.folder.mkdir()
    context = Context(task.folder, tmp_path, 1, abandoned=lambda: True)
    assert task.work(context) == "interrupted"
    assert not task.finished


def test_a_process_that_died_of_the_same_signal_was_stopped() -> None:
    with pytest.raises(Died, match="exit code 1"):
        fresh("math:sqrt", -1)
    with pytest.raises(Stopped):
        fresh("math:sqrt", -1, should_stop=lambda: True)


def test_a_process_goes_on_until_it_is_to_stop() -> None:
    stop = Event()
    timer = Timer(0.7, stop.set)
    timer.start()
    with pytest.raises(Stopped):
        fresh("time:sleep", 600, should_stop=stop.is_set)
    timer.join()


def test_what_is_kept_is_read_as_it_was_and_not_done_again(tmp_path: Path) -> None:
    done: list[str] = []

    def work(name: str) -> list[float | str]:
        done.append(name)
        return [float("inf"), 0.1, name]

    path = tmp_path / "deep" / "one, 240 × 2.json"
    for _ in range(2):
        assert kept(path, partial(work, "one")) == [float("inf"), 0.1, "one"]
    assert done == ["one"]


def test_work_that_fails_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    with pytest.raises(ZeroDivisionError, match="division"):
        kept(path, lambda: 1 / 0)
    assert kept(path, lambda: 1) == 1
