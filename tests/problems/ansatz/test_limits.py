"""A value on the way to a place: what stays counts, what grows from there does not."""

import math

import pytest
import torch
from torch import Tensor

from nas.problems.ansatz.limits import on_the_way

STEPS = (1e-12, 1e-10)


def limit(*told: float) -> float:
    there, nearer, near = (torch.tensor([one], dtype=torch.float64) for one in told)
    return on_the_way(STEPS, (there, nearer, near), rounding=1e-12, same=1e-9).item()


@pytest.mark.parametrize("power", [0.1, 0.25, 0.5, 1.0])
def test_a_root_has_its_value_there(power: float) -> None:
    assert limit(2.0, *(2.0 + step**power for step in STEPS)) == 2.0


def test_a_step_has_that_on_the_way() -> None:
    assert limit(7.0, 2.0, 2.0) == 2.0
    assert limit(math.nan, 2.0, 2.0) == 2.0  # x / x
    assert limit(7.0, 2.0, 2.0 + 1e-3) == 2.0  # a slope of the step's own height


def test_what_is_none_on_the_way_is_left() -> None:
    assert limit(7.0, math.nan, math.nan) == 7.0
    assert limit(7.0, math.inf, math.inf) == 7.0
    assert limit(7.0, 2.0, 5.0) == 7.0  # it does not stay
    assert limit(7.0, 7.0 + 1e-10, 7.0 + 1e-10) == 7.0  # no other value


def test_each_place_counts_by_itself() -> None:
    def row(*values: float) -> Tensor:
        return torch.tensor(values, dtype=torch.float64)

    told = row(0.0, 7.0), row(1e-6, 2.0), row(1e-5, 2.0)
    assert on_the_way(STEPS, told, rounding=1e-12, same=1e-9).tolist() == [0.0, 2.0]
