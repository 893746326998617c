"""Worker processes that answer, fail and die."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ALL_COMPLETED
from pathlib import Path
from typing import TypeVar

import pytest
from joblib.externals.loky import process_executor

from nas.errors import UserError
from nas.runner.executors import Ended, Resources, local
from nas.runner.executors.local import Engine
from nas.runner.job import FAILED, KILLED
from nas.signals import ASKING

J = TypeVar("J")


def act(job: str, abandoned: Callable[[], bool]) -> str:
    """What a worker does, as the job's name says."""
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "wrong":
        raise UserError("expected this")
    if job == "number":
        return str(os.getpid())
    if job == "threads":
        return os.environ["OMP_NUM_THREADS"]
    if job == "gpu":
        return os.environ["CUDA_VISIBLE_DEVICES"]
    if job == "asked":
        for number in ASKING:
            os.kill(os.getpid(), number)
    if job == "abandoned":
        return str(abandoned())
    return f"{job} done"


@pytest.fixture
def two() -> Iterator[Engine[str]]:
    executor = Engine(act, Resources(workers=2, threads=3), Path())
    yield executor
    executor.close()


def all_of(executor: Engine[J]) -> list[Ended[J]]:
    ended: list[Ended[J]] = []
    while executor.busy:
        ended += executor.collect(1.0)
    return ended


def test_a_death_takes_nothing_else_with_it_and_the_worker_lives_on(two: Engine[str]) -> None:
    two.start("die")
    two.start("a")
    assert not two.free
    assert set(all_of(two)) == {Ended("die", KILLED), Ended("a", "a done")}
    two.start("b")
    two.start("threads")
    assert set(all_of(two)) == {Ended("b", "b done"), Ended("threads", "3")}


def test_each_worker_sees_one_gpu() -> None:
    executor = Engine(act, Resources(workers=3, gpus=("GPU-7", "GPU-9")), Path())
    for _ in range(3):
        executor.start("gpu")
    assert sorted(one.ending for one in all_of(executor)) == ["GPU-7", "GPU-7", "GPU-9"]
    executor.start("die")
    assert all_of(executor) == [Ended("die", KILLED)]
    executor.start("gpu")  # of the worker that was renewed
    assert all_of(executor) == [Ended("gpu", "GPU-7")]
    executor.close()


def test_a_process_killed_while_idle_is_replaced(two: Engine[str]) -> None:
    two.start("number")
    two.start("number")
    for ended in all_of(two):
        os.kill(int(ended.ending), signal.SIGKILL)
    two.start("a")  # before or after the deaths are noticed
    two.start("b")
    assert {one.ending for one in all_of(two)} <= {"a done", "b done", KILLED}
    two.start("c")
    assert all_of(two) == [Ended("c", "c done")]


def test_what_the_function_raises_costs_no_other_job(
    two: Engine[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "FIRST_COMPLETED", ALL_COMPLETED)  # both end together
    two.start("wrong")
    two.start("a")
    wrong, right = sorted(all_of(two), key=lambda one: one.ending, reverse=True)
    assert (wrong.job, wrong.ending, str(wrong.error)) == ("wrong", FAILED, "expected this")
    assert isinstance(wrong.error, UserError)
    assert right == Ended("a", "a done")
    assert two.free


def test_what_asks_a_command_to_stop_ends_no_worker(two: Engine[str]) -> None:
    """A batch system sends it to every process: the command lets its workers save."""
    two.start("asked")
    assert all_of(two) == [Ended("asked", "asked done")]


def test_a_job_is_not_abandoned_while_its_parent_lives(two: Engine[str]) -> None:
    two.start("abandoned")
    assert all_of(two) == [Ended("abandoned", "False")]


class Large:
    """A job that brings 400 MB with it, as one does whose modules import PyTorch."""

    brought = b""

    def __reduce__(self) -> tuple[Callable[[], "Large"], tuple[()]]:
        return arrived, ()


def arrived() -> Large:
    Large.brought = Large.brought or 400_000_000 * b"x"
    return Large()


def number_and_look(job: Large, abandoned: Callable[[], bool]) -> str:
    """The process's number; loky looks whether it has grown at once, not after a second."""
    process_executor._MEMORY_LEAK_CHECK_DELAY = 0.0
    return str(os.getpid())


def test_what_a_job_brings_with_it_costs_no_new_process_for_each() -> None:
    pytest.importorskip("psutil", reason="loky looks by it")
    executor = Engine(number_and_look, Resources(workers=1), Path())
    numbers = set()
    for _ in range(3):
        executor.start(Large())
        numbers |= {one.ending for one in all_of(executor)}
    executor.close()
    assert len(numbers) == 1
