"""DeepXDE truly runs, in a process of its own."""

import sys
from importlib.util import find_spec

import pytest

from experiments.benchmarks.alone import Died
from experiments.training import alone, settings
from experiments.training.runs import TIME_IS_UP, Task

SECONDS = 3.0  # enough for both of its optimisers


def test_deepxde_runs_until_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("deepxde") is None:
        pytest.skip("DeepXDE is not installed")
    monkeypatch.setattr(settings, "THREADS", 1)
    task = Task("poisson_l_shape", settings.DEEPXDE, 1)
    run = alone.run(task, SECONDS)
    assert (run.task, run.budget, run.reason) == (task, SECONDS, TIME_IS_UP)
    assert run.last.seconds >= SECONDS
    assert 0 < run.last.error < 1e3
    assert run.last.parameters == 7851


def test_the_plain_network_is_the_same_for_every_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("deepxde") is None:
        pytest.skip("DeepXDE is not installed")
    monkeypatch.setattr(settings, "THREADS", 1)
    run = alone.run(Task("burgers", settings.DEEPXDE_PLAIN, 0), SECONDS)
    assert run.last.parameters == 7851  # and 921 in its demo


def test_a_process_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(Died, match="burgers, one network, seed 0: it ended with exit code 1"):
        alone.run(Task("burgers", settings.ONE, 0), SECONDS)
