"""The queue of workers before their command: two limits that are known."""

import pytest

from experiments.benchmarks.queueing import SPREAD, busy


def test_a_command_that_takes_no_time_keeps_all_busy() -> None:
    assert busy(10, 60.0, 0.0, 10_000) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("workers", [1200, 4800])
def test_more_than_it_can_serve_wait_for_it(workers: int) -> None:
    # It serves one run every 0.1 s whatever they are: 600 runs of a minute at a time.
    assert busy(workers, 60.0, 0.1, 100 * workers) == pytest.approx(600 / workers, rel=0.02)


def test_one_worker_waits_for_its_own_service_alone() -> None:
    assert busy(1, 3.0, 1.0, 4000) == pytest.approx(3 / 4, rel=0.01)


def test_the_same_seed_draws_the_same() -> None:
    assert SPREAD > 0
    assert busy(3, 1.0, 0.1, 50, seed=1) == busy(3, 1.0, 0.1, 50, seed=1)
    assert busy(3, 1.0, 0.1, 50, seed=1) != busy(3, 1.0, 0.1, 50, seed=2)
