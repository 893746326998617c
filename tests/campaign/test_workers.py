"""Worker processes that answer, fail and die."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from nas.campaign.workers import KILLED, Ended, Workers
from nas.errors import UserError


def act(job: str) -> str:
    """What a worker does, told by the job's name."""
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "misuse":
        raise UserError("expected this")
    if job == "number":
        time.sleep(0.2)  # so that the other slot's process takes the other job
        return str(os.getpid())
    if job == "threads":
        return os.environ["OMP_NUM_THREADS"]
    time.sleep(0.05)
    return f"{job} done"


@pytest.fixture
def two() -> Iterator[Workers[str]]:
    workers = Workers(act, 2, threads=3)
    yield workers
    workers.close()


def all_of(workers: Workers[str]) -> list[Ended[str]]:
    ended: list[Ended[str]] = []
    while workers.busy:
        ended += workers.collect(1.0)
    return ended


def test_a_death_takes_nothing_else_with_it_and_the_slot_lives_on(two: Workers[str]) -> None:
    two.start("die")
    two.start("a")
    assert not two.free
    assert set(all_of(two)) == {Ended("die", KILLED), Ended("a", "a done")}
    two.start("b")
    two.start("threads")
    assert set(all_of(two)) == {Ended("b", "b done"), Ended("threads", "3")}


def test_a_process_killed_while_idle_is_replaced(two: Workers[str]) -> None:
    two.start("number")
    two.start("number")
    for ended in all_of(two):
        os.kill(int(ended.ending), signal.SIGKILL)
    time.sleep(0.5)  # until the deaths are noticed
    two.start("a")
    two.start("b")
    assert {one.ending for one in all_of(two)} <= {"a done", "b done", KILLED}
    two.start("c")
    assert all_of(two) == [Ended("c", "c done")]


def test_what_the_function_raises_is_raised(two: Workers[str]) -> None:
    two.start("misuse")
    with pytest.raises(UserError, match="expected this"):
        all_of(two)
