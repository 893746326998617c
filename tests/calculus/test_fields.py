"""The residual's language: arithmetic, derivatives by name, and what it refuses.

Axis legend: E experts, S derivatives, B points, C fields.
"""

import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.fields import Expression, Field, laplacian
from nas.calculus.jets import Derivative, DerivativeSet, Laplacian
from nas.errors import UserError

VALUE = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)
OTHER = torch.tensor([4.0, 1.5, 0.25], dtype=torch.float64)


def field(value: Tensor = VALUE, name: str = "u") -> Any:
    return Field(name, ("x", "t"), lambda derivative: value)


def expression(
    function: Callable[..., Any],
    fields: tuple[str, ...] = ("u",),
    coordinates: tuple[str, ...] = ("x", "t"),
) -> Expression:
    probe = torch.linspace(0.1, 0.9, 6 * len(coordinates), dtype=torch.float64)
    return Expression(function, fields, coordinates, "residual", probe.view(6, len(coordinates)))


BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow,
    operator.lt, operator.le, operator.gt, operator.ge,
]  # fmt: skip


@pytest.mark.parametrize("operation", BINARY, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("other", [2, 2.0, np.float64(2.0), OTHER], ids=repr)
def test_arithmetic_is_that_of_the_values(operation: Callable[[Any, Any], Any], other: Any) -> None:
    plain = float(other) if isinstance(other, np.floating) else other
    assert torch.equal(operation(field(), other), operation(VALUE, plain))
    assert torch.equal(operation(other, field()), operation(plain, VALUE))
    assert torch.equal(operation(field(), field(OTHER)), operation(VALUE, OTHER))


@pytest.mark.parametrize("operation", [operator.neg, operator.pos, abs])
def test_signs(operation: Callable[[Any], Any]) -> None:
    assert torch.equal(operation(field(-VALUE)), operation(-VALUE))


def test_torch_functions_take_fields() -> None:
    u, v = field(), field(OTHER, "v")
    assert torch.equal(torch.sin(u), torch.sin(VALUE))
    assert torch.equal(torch.maximum(u, v), torch.maximum(VALUE, OTHER))
    assert torch.equal(torch.where(u > 1, u, v), torch.where(VALUE > 1, VALUE, OTHER))
    assert torch.equal(torch.stack([u, v]), torch.stack([VALUE, OTHER]))
    assert torch.equal(torch.clamp(input=u, min=1.0), VALUE.clamp(min=1.0))
    assert torch.equal(OTHER * u, OTHER * VALUE)


@pytest.mark.parametrize(
    ("ask", "derivative"),
    [
        (lambda u: u.x, (1, 0)),
        (lambda u: u.t, (0, 1)),
        (lambda u: u.xx, (2, 0)),
        (lambda u: u.xt, (1, 1)),
        (lambda u: u.tx, (1, 1)),
        (lambda u: u.xtxt, (2, 2)),
        (lambda u: u.value, (0, 0)),
        (lambda u: -u, (0, 0)),
        (lambda u: laplacian(u), Laplacian((0,))),
    ],
)
def test_derivatives_by_name(ask: Callable[[Field], Any], derivative: Derivative) -> None:
    assert expression(ask).derivatives == {derivative}


def test_an_unused_field_asks_for_nothing() -> None:
    assert expression(lambda u: u.x, fields=("u", "v")).derivatives == {(1, 0)}
    assert expression(lambda x, t: x - t).derivatives == frozenset()


def test_the_laplacian_leaves_time_out() -> None:
    (asked,) = expression(lambda u: laplacian(u), coordinates=("t", "x", "y")).derivatives
    assert asked == Laplacian((1, 2))


def jet_of(derivatives: DerivativeSet, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """A jet (…, S, B, C) of distinct numbers."""
    size = (*shape[:-2], len(derivatives), *shape[-2:])
    return torch.arange(1, 1 + int(np.prod(size)), dtype=dtype).view(size) / 100


def test_a_stack_of_experts_meets_the_same_points() -> None:
    """Fields are (E, B), coordinates (B,): the residual of each expert as if it were alone."""
    burgers = expression(lambda u, v, x: u.t + u * v.x - 0.1 * x * u.xx, fields=("u", "v"))
    derivatives = DerivativeSet(burgers.derivatives, 2)
    points = torch.rand(5, 2, dtype=torch.float64)
    jet = jet_of(derivatives, (3, 5, 2), torch.float64)
    (stacked,) = burgers(jet, derivatives, points)
    assert stacked.shape == (3, 5)
    index = derivatives.index
    for expert in range(3):
        u, v = jet[expert, ..., 0], jet[expert, ..., 1]
        by_hand = (
            u[index[0, 1]] + u[index[0, 0]] * v[index[1, 0]] - 0.1 * points[:, 0] * u[index[2, 0]]
        )
        torch.testing.assert_close(stacked[expert], by_hand, rtol=0, atol=0)
        (alone,) = burgers(jet[expert], derivatives, points)
        torch.testing.assert_close(alone, stacked[expert], rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "function",
    [
        lambda u: 2.5 * u.xx + 1,
        lambda u, x: torch.where(x > 0.5, 1.0, 2.0) * u.xx,
        lambda u, x, t: u.t - torch.exp(-t) * torch.sin(np.pi * x),
        lambda u: np.float64(0.1) * u,
        lambda x: x**2,
        lambda: 3.0,
        lambda u: u > 1,
    ],
)
def test_residuals_keep_dtype_and_shape(function: Callable[..., Any], dtype: torch.dtype) -> None:
    asked = expression(function)
    derivatives = DerivativeSet(asked.derivatives, 2)
    jet = jet_of(derivatives, (4, 5, 1), dtype)
    (residual,) = asked(jet, derivatives, torch.rand(5, 2, dtype=dtype))
    assert residual.dtype == dtype
    assert residual.shape == (4, 5)


def test_a_system_returns_a_residual_for_each_equation() -> None:
    system = expression(lambda u, v: [u.x + v.t, u - v], fields=("u", "v"))
    derivatives = DerivativeSet(system.derivatives, 2)
    jet = jet_of(derivatives, (5, 2), torch.float64)
    first, second = system(jet, derivatives, torch.rand(5, 2, dtype=torch.float64))
    torch.testing.assert_close(second, jet[0, :, 0] - jet[0, :, 1])
    assert first.shape == second.shape == (5,)


def test_gradients_flow_through_to_the_jet() -> None:
    squared = expression(lambda u: u * u.x)
    derivatives = DerivativeSet(squared.derivatives, 2)
    jet = jet_of(derivatives, (5, 1), torch.float64).requires_grad_()
    (residual,) = squared(jet, derivatives, torch.rand(5, 2, dtype=torch.float64))
    (gradient,) = torch.autograd.grad(residual.sum(), jet)
    torch.testing.assert_close(gradient[0], jet[1].detach())
    torch.testing.assert_close(gradient[1], jet[0].detach())


def test_defaults_are_coefficients_and_known_names_are_not() -> None:
    scaled = expression(lambda u, x, rate=3.0: rate * u - x)
    derivatives = DerivativeSet(scaled.derivatives, 2)
    points = torch.rand(5, 2, dtype=torch.float64)
    jet = jet_of(derivatives, (5, 1), torch.float64)
    torch.testing.assert_close(scaled(jet, derivatives, points)[0], 3 * jet[0, :, 0] - points[:, 0])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            lambda u: u.y,
            "residual: u.y: no such derivative; expected u and 1 to 4 letters of the coordinates "
            "x, t, such as u.xx",
        ),
        (lambda u: u.xy, "residual: u.xy: no such derivative"),
        (lambda u: u.xxxxx, "residual: u.xxxxx: no such derivative; expected u and 1 to 4 letters"),
        (lambda u: u.exp(), "residual: u.exp: no such derivative"),
        (lambda u, y: u, "residual: unknown parameter 'y'; expected parameters among u, x, t"),
        (lambda *u: u, "residual: raised"),
        (lambda u: 1 / 0, "residual: raised ZeroDivisionError: division by zero; it is called"),
        (lambda u: undefined_name, "residual: raised NameError: name 'undefined_name'"),  # type: ignore[name-defined]  # noqa: F821
        (lambda u: np.sin(u), "residual: raised TypeError: operand 'Field' does not support"),
        (lambda u: u.x.x, "residual: raised AttributeError: 'Tensor' object has no attribute 'x'"),
        (lambda u: u + torch.zeros(4), "residual: raised RuntimeError: The size of tensor"),
        (lambda u: None, "residual: expected a tensor, got None"),
        (lambda u: "zero", "residual: expected a tensor, got 'zero'"),
        (lambda u: (), "residual: expected at least one equation, got an empty tuple"),
        (
            lambda u: torch.stack([u.x, u.t]),
            "residual: expected one number a point, shape (6,), got shape (2, 6)",
        ),
        (
            lambda u: (u, torch.zeros(3)),
            "residual: expected one number a point, shape (6,), got shape (3,)",
        ),
    ],
)
def test_mistakes_are_reported_before_training(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        expression(function)
    assert "\n" not in str(caught.value)


def test_what_is_probed_tells_derivatives_and_fields_apart() -> None:
    """A problem's fingerprint rests on it: another derivative or field is another problem."""
    asked: list[Callable[..., Any]] = [
        *(lambda u, v: u.x, lambda u, v: u.t, lambda u, v: u.xt, lambda u, v: u.xx),
        *(lambda u, v: +u, lambda u, v: +v, lambda u, v: v.x, lambda u, v: v.tt),
    ]
    found = [expression(one, fields=("u", "v")).probed[0] for one in asked]
    for index, one in enumerate(found):
        assert all((one - other).abs().max() > 1e-3 for other in found[:index])


def test_what_is_probed_does_not_depend_on_how_the_laplacian_is_written() -> None:
    (collapsed,) = expression(lambda u: laplacian(u), coordinates=("x", "y")).probed
    (written_out,) = expression(lambda u: u.xx + u.yy, coordinates=("x", "y")).probed
    torch.testing.assert_close(collapsed, written_out)


def test_what_is_probed_is_positive() -> None:
    """So that roots, logarithms and quotients of a field are numbers."""
    for ask in (lambda u: torch.log(u.x), lambda u: torch.sqrt(u.xxt), lambda u: u.tt**0.5):
        assert torch.isfinite(expression(ask).probed[0]).all()
