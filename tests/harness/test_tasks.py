"""What is kept is not done again, and one error does not lose what is done."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import pytest

from experiments.harness import tasks
from experiments.harness.tasks import kept, side_by_side


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


def test_works_are_side_by_side_and_answer_in_their_order() -> None:
    both_there = Barrier(2)

    def work(number: int) -> int:
        both_there.wait(timeout=30)  # raises if the other does not come
        return number

    assert side_by_side([partial(work, 1), partial(work, 2)], at_once=2) == [1, 2]


def test_an_error_ends_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()
    done: list[int] = []

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            ended.set()
            super().shutdown(wait)

    def work(number: int) -> None:
        if number == 0:
            raise ValueError("none")
        ended.wait(timeout=30)  # the second may have begun
        done.append(number)

    monkeypatch.setattr(tasks, "ThreadPoolExecutor", Pool)
    with pytest.raises(ValueError, match="none"):
        side_by_side([partial(work, number) for number in range(4)], at_once=1)
    assert done in ([], [1])
