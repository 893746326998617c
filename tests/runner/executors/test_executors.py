"""The registry: a file is an engine."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.runner.executors import Ended, Executor, Resources, create, names
from nas.runner.executors.local import Engine as Local
from nas.runner.executors.serial import Engine as Serial
from nas.runner.job import FAILED


def test_the_engine_is_the_one_that_is_named(tmp_path: Path) -> None:
    def work(job: str, abandoned: Callable[[], bool]) -> str:
        return "done"

    assert isinstance(create(Resources("serial"), work, tmp_path), Serial)
    local: Executor[str] = create(Resources("local", workers=3), work, tmp_path)
    assert isinstance(local, Local)
    local.close()


@pytest.mark.parametrize("name", names())
def test_every_file_is_an_engine(name: str) -> None:
    module = importlib.import_module(f"nas.runner.executors.{name}")
    wanted = {"free", "busy", "start", "collect", "close"}
    assert wanted <= set(vars(module.Engine))


@pytest.mark.parametrize("name", names())
def test_every_engine_reports_each_job_once_with_what_it_raised(name: str, tmp_path: Path) -> None:
    def work(job: str, abandoned: Callable[[], bool]) -> str:
        if job == "bad":
            raise ValueError("no")
        return f"{job} done"

    executor: Executor[str] = create(Resources(name, workers=1), work, tmp_path)
    try:
        for job in ("a", "b"):
            executor.start(job)
            assert (executor.free, executor.busy) == (False, [job])
            assert executor.collect(60) == [Ended(job, f"{job} done")]
            assert (executor.free, executor.busy) == (True, [])
        executor.start("bad")
        (ended,) = executor.collect(60)
        assert (ended.job, ended.ending) == ("bad", FAILED)
        assert isinstance(ended.error, ValueError)
        assert str(ended.error) == "no"
        assert executor.busy == []
    finally:
        executor.close()
