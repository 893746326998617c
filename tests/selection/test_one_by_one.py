"""DeepXDE truly steps, in a process of its own."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from experiments.selection import one_by_one


def test_all_candidates_are_stepped() -> None:
    if find_spec("deepxde") is None:
        pytest.skip("DeepXDE is not installed")
    # 15,000 steps of 24 networks, of which none is done in a hundredth of a millisecond
    assert one_by_one.seconds("helmholtz") > 15_000 * 24 * 1e-5


def test_a_measurement_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(subprocess.CalledProcessError):
        one_by_one.seconds("helmholtz")
