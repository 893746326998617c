"""What is found out, or refused, by calling a function on made-up fields."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.expression import Expression, Names
from nas.calculus.probing import as_tensor
from nas.errors import UserError
from tests.calculus.formulas import expression

REAL = "expected a real number a point that is zero for the solution, got"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda u: 1 / 0, "raised ZeroDivisionError: division by zero; it is called with fields"),
        (lambda u: undefined_name, "raised NameError: name 'undefined_name'"),  # type: ignore[name-defined]  # noqa: F821
        (lambda u: u + torch.zeros(4), "raised RuntimeError: The size of tensor"),
        (lambda u: u + None, "raised TypeError: unsupported operand type(s) for +"),
        (lambda u: u.value + np.sin(u.value), "an array of a tensor: NumPy cannot work on fields"),
        (lambda u, x: np.sin(x.value) * u, "an array of a tensor: NumPy cannot work on fields"),
        (lambda u, x: u if x.value > 0.5 else -u, "if, and, or, not, min, max on a tensor"),
        (lambda u: float(u.value) * u, "a tensor of the formula is one number a point, not"),
        (lambda u: u.value * 2j, "complex numbers (a residual): fields and residuals are real"),
        (lambda u: 2j, "complex numbers (2j)"),
        (lambda u: None, "expected a tensor, got None"),
        (lambda u: "zero", "expected a tensor, got 'zero'"),
        (lambda u: True, "expected a tensor, got True"),
        (lambda u: {"a": u}, "expected a tensor, got {'a': u}"),
        (lambda u: np.zeros(10), "a residual: NumPy cannot work on fields"),
        (lambda u: (), "expected at least one equation, got an empty tuple"),
        (lambda u: u > 1, f"{REAL} torch.bool"),
        (lambda u: u == 1, f"{REAL} torch.bool"),
        (lambda u: u.long(), f"{REAL} torch.int64"),
        (
            lambda u: torch.stack([u.x, u.t]),
            "expected one number a point, shape (10,), got shape (2, 10); return a tuple",
        ),
        (lambda u: torch.lerp(u, u.x.double(), 0.5), "in single precision: raised RuntimeError"),
    ],
)  # fmt: skip
def test_mistakes_are_reported_before_training(function: Callable[..., Any], message: str) -> None:
    where = "residual, " if message.startswith("in single") else "residual: "
    with pytest.raises(UserError, match=re.escape(where + message)) as caught:
        expression(function)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("function", "got"),
    [
        (lambda u: (u, torch.zeros(3)), "(3,)"),
        (lambda u: (u, torch.cat([u, u])), "(20,)"),
        (lambda u: (u, torch.diff(u)), "(9,)"),
        (lambda u: (u, u[1:]), "(9,)"),
    ],
)
def test_another_number_of_values_than_of_points(function: Callable[..., Any], got: str) -> None:
    message = f"residual, equation 2: expected one number a point, shape (10,), got shape {got}"
    with pytest.raises(UserError, match=re.escape(message) + r".*nas\.Integral"):
        expression(function)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda u, x: (u[:, None] * torch.ones(3)).sum(1), "raised RuntimeError: The size of tens"),
        (lambda u: u.sum(0) if u.dim() > 1 else u, "its value at one point depends on the other"),
        (lambda u: u if u.dim() == 1 else u.sum(1), "expected one number a point, shape (4, 13)"),
    ],
)
def test_the_axis_of_experts_is_tried(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(UserError, match=f"residual.*: {re.escape(message)}"):
        expression(function)


def test_a_domain_of_one_point_is_tried_at_ten() -> None:
    """As the end of an interval is; a mean must be seen there, too."""
    names, end = Names(("u",), ("x",)), torch.ones(1, 1, dtype=torch.float64)
    assert len(Expression(lambda u: u - 1, names, "end", end).probed[0]) == 10
    with pytest.raises(UserError, match="end: its value at one point depends on the other points"):
        Expression(lambda u: u.value.mean() - 1, names, "end", end)


def test_points_very_close_to_each_other_are_told_apart() -> None:
    """As those of a domain of some nanometres are."""
    points = 1e-9 * torch.rand(16, 1, dtype=torch.float64)
    with pytest.raises(UserError, match=r"nas\.Integral"):
        Expression(lambda u: u - u.value.detach().mean(), Names(("u",), ("x",)), "u", points)


def test_it_works_where_gradients_are_off_and_leaves_none_behind() -> None:
    with torch.no_grad():
        found = expression(lambda u, x: (x * u.x).d("x"))
    assert not found.probed[0].requires_grad
    parameter = torch.nn.Parameter(torch.tensor(2.0))
    with torch.no_grad(), pytest.raises(UserError, match="requires a gradient"):
        expression(lambda u: parameter * u)


def test_residuals_are_taken_as_tensors() -> None:
    points = torch.zeros(3, 1)
    assert as_tensor(np.float32(0.5), points) == 0.5
    with pytest.raises(UserError, match="expected a tensor, got False"):
        as_tensor(False, points)


def test_a_coroutine_is_refused_without_more_ado(recwarn: pytest.WarningsRecorder) -> None:
    async def residual(u: Any) -> Any:
        return u

    with pytest.raises(UserError, match="expected a tensor, got <coroutine object"):
        expression(residual)
    assert [str(one.message) for one in recwarn if "never awaited" in str(one.message)] == []
