"""DeepXDE truly learns, in a process of its own, with both of its optimisers."""

from importlib.util import find_spec

import pytest

from experiments.harness.process import ONE_THREAD, fresh

MODULE = "experiments.selection.in_deepxde"

pytestmark = pytest.mark.skipif(find_spec("deepxde") is None, reason="DeepXDE is not installed")


@pytest.mark.parametrize("problem", ["burgers", "poisson_l_shape", "helmholtz"])
def test_it_trains_until_its_time_is_up(problem: str) -> None:
    assert 0 < fresh(f"{MODULE}:error", problem, 1, 2.0, environment=ONE_THREAD) < 1e3


def test_all_candidates_are_stepped() -> None:
    found = fresh(f"{MODULE}:seconds_for_all", "helmholtz", 1500, 1, environment=ONE_THREAD)
    assert found > 1500 * 24 * 1e-5  # none is done in a hundredth of a millisecond
