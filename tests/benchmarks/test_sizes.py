"""Time and memory in a process of its own."""

import pytest

from experiments.benchmarks import sizes
from experiments.harness import process


def test_a_size_is_measured_in_a_process_of_its_own() -> None:
    found = sizes.size(2, 16)
    assert (found.m, found.points) == (2, 16)
    assert 2**26 < found.peak < 2**31  # its own, not the memory of the process that started it
    assert found.peak > found.extra >= 0
    assert found.seconds > 0
    assert found.parameters > 0


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(process.Died, match=r"sizes:here 0 16: it ended with exit code 1"):
        sizes.size(0, 16)
