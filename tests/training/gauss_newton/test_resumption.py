"""The iteration goes on bit for bit from its state."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nas.training import checkpoint
from nas.training.gauss_newton import (
    GaussNewton,
)
from tests.training.gauss_newton.test_iteration import (
    DEFAULT,
    NOWHERE,
    STARTS,
    Functions,
    rosenbrock,
)


def facts(method: GaussNewton, systems: Functions) -> list[Any]:
    return [systems.x.tolist(), *(torch.as_tensor(v).tolist() for v in method.state().values())]


@pytest.mark.parametrize("stop", [0, 1, 5])
def test_it_goes_on_bit_for_bit(stop: int, tmp_path: Path) -> None:
    systems = Functions(rosenbrock, STARTS)
    method = GaussNewton(systems, DEFAULT)
    for step in range(9):
        if step == stop:
            checkpoint.save(tmp_path / "c", {"method": method.state(), "x": systems.x})
        method.advance(NOWHERE)
    kept = checkpoint.load(tmp_path / "c")
    again = Functions(rosenbrock, kept["x"])
    resumed = GaussNewton(again, DEFAULT)
    resumed.restore(kept["method"])
    for _ in range(9 - stop):
        resumed.advance(NOWHERE)
    assert facts(resumed, again) == facts(method, systems)
