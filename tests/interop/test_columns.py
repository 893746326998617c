from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.fields import Coordinate
from nas.errors import UserError
from nas.interop.columns import Columns, quantities

NAMES = ("x", "t")


@pytest.fixture
def xt() -> Columns:
    values = torch.tensor([[2.0, 3.0], [0.5, 4.0]]).T
    return Columns([Coordinate(NAMES, axis, value) for axis, value in enumerate(values)])


def test_columns_are_those_of_a_tensor(xt: Columns) -> None:
    tensor = torch.stack([one.value for one in xt.quantities], -1)

    def formula(y: torch.Tensor) -> torch.Tensor:
        x, t = y[:, 0:1], y[:, 1:]
        both = torch.cat([x / t - 1, 2 - np.float64(3.0) * t**2], dim=1)
        whole = torch.sum(both, dim=1, keepdim=True) / torch.mean(y, dim=-1, keepdim=True)
        return torch.sin(both * y).exp() + (-x).pow(2) * whole + torch.where(x > 1, x, t)

    got: Any = formula(xt)  # type: ignore[arg-type]
    expected = formula(tensor)
    assert isinstance(got, Columns)
    torch.testing.assert_close(torch.stack([one.value for one in got.quantities], -1), expected)


def test_what_a_function_returned_is_taken_apart(xt: Columns) -> None:
    x, t = xt.quantities
    assert [*map(id, quantities(xt))] == [id(x), id(t)]
    assert [*map(id, quantities([xt[:, 1:], x]))] == [id(t), id(x)]
    assert quantities(3) == (3,)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda y: y[0:1], r"expected columns as in y\[:, 0:1\], got y\[slice"),
        (lambda y: y.shape, "y.shape: expected columns and arithmetic alone"),
        (lambda y: y.size(), "y.size: expected columns and arithmetic alone"),
        (lambda y: y.only, r"expected one column, got 2: name it, y\[:, 0:1\]"),
        (lambda y: y + torch.cat([y, y[:, :1]], 1), r"as many columns on both sides, got \[2, 3\]"),
    ],
)
def test_what_is_more_than_columns_is_refused(xt: Columns, use: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        use(xt)  # type: ignore[operator]
