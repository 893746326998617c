"""A process's memory is its own: not that of the process which started it."""

from experiments.harness import memory
from experiments.harness.process import fresh


def test_a_fresh_process_has_none_of_what_its_parent_has_had() -> None:
    held = bytearray(2**29)
    held[::4096] = b"x" * len(held[::4096])
    most = memory.now()
    del held
    assert memory.now() < most - 2**28
    assert memory.peak() > most - 2**26  # Linux counts both in batches of pages
    assert fresh("experiments.harness.memory:peak") < 2**28
