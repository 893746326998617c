"""Residuals of jets: by hand, in shape and dtype, with unknowns, data and normals.

Axis legend: E experts, S derivatives, B points, C fields, U unknowns, K columns of data.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.calculus.expression import Expression, Names, normal_columns
from nas.calculus.fields import laplacian
from nas.errors import UserError
from tests.calculus.formulas import expression


def jet_of(derivatives: DerivativeSet, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """A jet (…, S, B, C) of distinct numbers."""
    size = (*shape[:-2], len(derivatives), *shape[-2:])
    return torch.arange(1, 1 + int(np.prod(size)), dtype=dtype).view(size) / 100


def test_an_unused_field_asks_for_nothing() -> None:
    assert expression(lambda u: u.x, fields=("u", "v")).derivatives == {(1, 0)}
    assert expression(lambda x, t: x - t).derivatives == frozenset()
    assert expression(lambda D, x: D - x, unknowns={"D": torch.exp}).derivatives == frozenset()


def test_derivatives_of_formulas_are_asked_for() -> None:
    flux = expression(lambda u, x: ((1 + x) * u.x).d("x"))
    assert flux.derivatives == {(1, 0), (2, 0)}
    assert expression(lambda u: (u * u.t).d("x", "t")).derivatives == {
        *((0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2))
    }


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
        lambda u, x: ((1 + x**2) * u.x).d("x"),
        lambda u: np.float64(0.1) * u,
        lambda x: x**2,
        lambda: 3.0,
        lambda: 3,
    ],
)
def test_residuals_keep_dtype_and_shape(function: Callable[..., Any], dtype: torch.dtype) -> None:
    asked = expression(function)
    derivatives = DerivativeSet(asked.derivatives, 2)
    jet = jet_of(derivatives, (4, 5, 1), dtype)
    (residual,) = asked(jet, derivatives, torch.rand(5, 2, dtype=torch.float64))
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


def test_coordinates_are_double_even_where_fields_are_single() -> None:
    seen = []

    def residual(u: Any, x: Any) -> Any:
        seen.append((x.dtype, u.dtype))
        return u - x

    asked = expression(residual)
    derivatives = DerivativeSet(asked.derivatives, 2)
    asked(jet_of(derivatives, (5, 1), torch.float32), derivatives, torch.rand(5, 2).double())
    assert seen[-1] == (torch.float64, torch.float32)


def test_unknowns_are_the_last_components_of_the_value() -> None:
    """Each expert of a stack has its own; their transforms turn numbers into values."""
    unknowns = {"D": torch.exp, "k": lambda raw: 2 * raw}
    heat = expression(lambda u, D, k: (D * u.x).d("x") - k, unknowns=unknowns)
    derivatives = DerivativeSet(heat.derivatives, 2)
    jet = jet_of(derivatives, (3, 5, 3), torch.float64).requires_grad_()
    points = torch.rand(5, 2, dtype=torch.float64)
    (residual,) = heat(jet, derivatives, points)
    second = jet[:, derivatives.index[2, 0], :, 0]
    torch.testing.assert_close(residual, jet[:, 0, :, 1].exp() * second - 2 * jet[:, 0, :, 2])
    (gradient,) = torch.autograd.grad(residual.sum(), jet)
    torch.testing.assert_close(gradient[:, 0, :, 2], torch.full((3, 5), -2.0).double())


def test_data_are_parameters_by_name() -> None:
    observed = expression(lambda u, seen, sigma: (u - seen) / sigma, data=("seen", "sigma"))
    derivatives = DerivativeSet(observed.derivatives, 2)
    jet = jet_of(derivatives, (5, 1), torch.float32)
    data = torch.tensor([[0.1, 0.5]], dtype=torch.float64).expand(5, 2)
    (residual,) = observed(jet, derivatives, torch.rand(5, 2).double(), data)
    torch.testing.assert_close(residual, (jet[0, :, 0] - 0.1) / 0.5)


def test_given_data_are_what_an_expression_is_known_by() -> None:
    names = Names(("u",), ("x",), data=("seen",))
    points = torch.rand(12, 1, dtype=torch.float64)
    found = [
        Expression(lambda u, seen: u - seen, names, "seen", points, torch.full((12, 1), value))
        for value in (0.5, 0.75)
    ]
    torch.testing.assert_close(
        found[0].probed[0] - found[1].probed[0], torch.full((12,), 0.25).double()
    )


def test_normals_come_with_the_points() -> None:
    names = Names(("u",), ("x", "y"), data=("heat", *normal_columns(2)))
    assert names.known == ("u", "x", "y", "heat", "normal")
    points = torch.rand(12, 2, dtype=torch.float64)
    flux = Expression(lambda u, heat: u.n - heat, names, "flux", points)
    traction = Expression(lambda u, normal: normal[0] * u + normal[1] * u.x, names, "t", points)
    assert flux.derivatives == {(1, 0), (0, 1)}
    derivatives = DerivativeSet(flux.derivatives, 2)
    jet = jet_of(derivatives, (3, 5, 1), torch.float64)
    data = torch.tensor([[2.0, 0.6, 0.8]], dtype=torch.float64).expand(5, 3)
    (residual,) = flux(jet, derivatives, points[:5], data)
    torch.testing.assert_close(residual, 0.6 * jet[:, 1, :, 0] + 0.8 * jet[:, 2, :, 0] - 2)
    (residual,) = traction(jet, derivatives, points[:5], data)
    torch.testing.assert_close(residual, 0.6 * jet[:, 0, :, 0] + 0.8 * jet[:, 1, :, 0])


def test_defaults_and_partials_are_coefficients_and_known_names_are_not() -> None:
    def residual(u: Any, x: Any, rate: float = 3.0) -> Any:
        return rate * u - x

    points = torch.rand(5, 2, dtype=torch.float64)
    for function, rate in ((residual, 3), (functools.partial(residual, rate=2.0), 2)):
        scaled = expression(function)
        derivatives = DerivativeSet(scaled.derivatives, 2)
        jet = jet_of(derivatives, (5, 1), torch.float64)
        found = scaled(jet, derivatives, points)[0]
        torch.testing.assert_close(found, rate * jet[0, :, 0] - points[:, 0])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda u, y: u, "unknown parameter 'y'; expected parameters among u, x, t, D, seen"),
        (lambda *u: u, "*u: expected parameters by name, among u, x, t, D, seen"),
        (lambda **u: u, "**u: expected parameters by name"),
        (lambda u, /: u, "u: expected parameters by name"),
        (
            torch.sin,
            "expected a function of parameters among u, x, t, D, seen, such as lambda u: …",
        ),
        (lambda u, normal: u, "unknown parameter 'normal'"),
        (
            lambda w: w,
            "unknown parameter 'w'; expected parameters among u, x, t, D, seen; "
            "a field of this name is to be declared: fields=('w',)",
        ),
        (lambda u: u.y, "u.y: no such derivative; expected u and 1 to 4 letters"),
    ],
)
def test_unknown_names_are_told(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(f"residual: {message}")):
        expression(function, unknowns={"D": torch.exp}, data=("seen",))


def test_what_is_probed_tells_derivatives_and_fields_apart() -> None:
    """A problem's fingerprint rests on it: another derivative or field is another problem."""
    asked: list[Callable[..., Any]] = [
        *(lambda u, v: u.x, lambda u, v: u.t, lambda u, v: u.xt, lambda u, v: u.xx),
        *(lambda u, v: +u, lambda u, v: +v, lambda u, v: v.x, lambda u, v: v.tt),
        lambda D: +D,
    ]
    found = [
        expression(one, fields=("u", "v"), unknowns={"D": lambda raw: raw}).probed[0]
        for one in asked
    ]
    for index, one in enumerate(found):
        assert all((one - other).abs().max() > 1e-3 for other in found[:index])


def test_what_is_probed_does_not_depend_on_how_derivatives_are_written() -> None:
    ways: list[list[Callable[..., Any]]] = [
        [lambda u: laplacian(u), lambda u: u.xx + u.yy, lambda u: u.x.d("x") + u.d("y", "y")],
        [lambda u, x: (x * u.x).d("x"), lambda u, x: u.x + x * u.xx],
    ]
    for first, *others in ways:
        (known,) = expression(first, coordinates=("x", "y")).probed
        for other in others:
            torch.testing.assert_close(expression(other, coordinates=("x", "y")).probed[0], known)


def test_what_is_probed_is_positive() -> None:
    """So that roots, logarithms and quotients of a field are numbers."""
    for ask in (lambda u: torch.log(u.x), lambda u: torch.sqrt(u.xxt), lambda u: u.tt**0.5):
        assert torch.isfinite(expression(ask).probed[0]).all()
