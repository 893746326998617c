"""Jobs one after the other in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nas.errors import UserError
from nas.runner.executors import Ended, Resources
from nas.runner.executors.serial import Engine
from nas.runner.job import FAILED


def test_a_job_is_done_when_it_is_collected() -> None:
    done: list[str] = []

    def act(job: str, abandoned: Callable[[], bool]) -> str:
        done.append(job)
        return f"{job} done, abandoned: {abandoned()}"

    executor = Engine(act, Resources("serial", workers=7), Path())
    assert executor.free
    executor.start("a")
    assert (executor.free, executor.busy, done) == (False, ["a"], [])
    assert executor.collect(0.0) == [Ended("a", "a done, abandoned: False")]
    assert (executor.free, executor.busy, done) == (True, [], ["a"])
    assert executor.collect(0.0) == []


def test_what_a_job_raises_is_its_ending() -> None:
    error = UserError("expected this")

    def act(job: str, abandoned: Callable[[], bool]) -> str:
        raise error

    executor = Engine(act, Resources("serial"), Path())
    executor.start("a")
    assert executor.collect(0.0) == [Ended("a", FAILED, error)]
    assert executor.collect(0.0) == []


def test_an_interrupted_job_is_still_under_way() -> None:
    """It is called again, to save itself."""
    calls: list[str] = []

    def act(job: str, abandoned: Callable[[], bool]) -> str:
        calls.append(job)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return "interrupted"

    executor = Engine(act, Resources("serial"), Path())
    executor.start("a")
    with pytest.raises(KeyboardInterrupt):
        executor.collect(0.0)
    assert executor.busy == ["a"]
    assert executor.collect(0.0) == [Ended("a", "interrupted")]
