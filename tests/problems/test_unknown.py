"""Unknown coefficients: raw values, bounds, and what is no number."""

from typing import Any

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.problems import Unknown


@pytest.mark.parametrize(
    "unknown",
    [
        Unknown(3.0), Unknown(-3e-6), Unknown(0.0), Unknown(2.0, low=1.5), Unknown(2.0, high=7.0),
        Unknown(2.0, low=1.0, high=9.0), Unknown(-2.0, low=-10.0, high=-1.0),
    ],
    ids=repr,
)  # fmt: skip
def test_the_first_raw_value_is_the_start(unknown: Unknown) -> None:
    raw = torch.tensor(unknown.first, dtype=torch.float64, requires_grad=True)
    value = unknown.value(raw)
    assert value.item() == pytest.approx(unknown.start, rel=1e-14, abs=0)
    (slope,) = torch.autograd.grad(value, raw)
    assert slope != 0


@pytest.mark.parametrize("raw", [-1e8, -30.0, 0.0, 30.0, 1e8])
def test_bounds_are_kept(raw: float) -> None:
    at = torch.tensor(raw, dtype=torch.float64)
    assert Unknown(2.0, low=1.0).value(at) >= 1
    assert Unknown(2.0, high=3.0).value(at) <= 3
    assert 1 <= Unknown(2.0, low=1.0, high=3.0).value(at) <= 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"start": float("nan")}, "start=nan: expected a finite number"),
        ({"start": "1"}, "start='1': expected a finite number"),
        ({"start": True}, "start=True: expected a finite number"),
        ({"start": 1.0, "low": 1.0}, "expected a start above low=1.0, got start=1.0"),
        ({"start": 1.0, "high": 0.0}, "expected a start below high=0.0, got start=1.0"),
        ({"start": None}, "start=None: expected a finite number"),
        (
            {"start": 1.0, "low": 0, "truth": -1.0},
            "expected a truth between the bounds, .* got low=0, high=None and truth=-1.0",
        ),
        ({"start": 1.0, "truth": float("inf")}, "truth=inf: expected a finite number"),
    ],
)
def test_what_is_no_coefficient_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Unknown(**values)


def test_a_number_of_an_array_library_is_taken() -> None:
    assert repr(Unknown(np.float32(0.5))) == repr(Unknown(0.5))  # type: ignore[arg-type]
