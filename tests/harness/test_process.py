"""What runs in a process of its own."""

import os

import pytest

from experiments.harness import process


def own(number: int, name: str) -> list[object]:
    """Talk, as libraries do, then answer."""
    print("talk")
    return [os.getpid(), 2 * number, os.environ[name]]


def test_the_answer_comes_from_another_process_with_its_environment() -> None:
    pid, doubled, value = process.fresh(
        f"{__name__}:own", 21, "MADE_UP", environment={"MADE_UP": "here"}
    )
    assert pid != os.getpid()
    assert (doubled, value) == (42, "here")


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(process.Died, match=r"os:_exit 3: it ended with exit code 3"):
        process.fresh("os:_exit", 3)
