"""Arithmetic of quantities, their derivatives against autograd, and what they are not.

Axis legend: B points, P parameters of a network, S derivatives, C fields.
"""

import math
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from scipy.interpolate import CubicSpline
from scipy.special import erf
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.calculus.expression import Expression, Names
from nas.calculus.fields import Coordinate
from nas.calculus.quantities import Result
from nas.errors import UserError
from tests.calculus.formulas import OTHER, VALUE, coordinate, field

BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
    operator.floordiv,
]  # fmt: skip
OTHERS = [2, 2.0, np.float64(2.0), np.float32(2.0), np.array(2.0), np.int64(2), Fraction(2), OTHER]


@pytest.mark.parametrize("operation", BINARY, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_arithmetic_is_that_of_the_values(operation: Callable[[Any, Any], Any], other: Any) -> None:
    plain = other if isinstance(other, Tensor) else float(other)
    assert torch.equal(operation(field(), other).value, operation(VALUE, plain))
    assert torch.equal(operation(other, field()).value, operation(plain, VALUE))
    assert torch.equal(operation(field(), field(OTHER)).value, operation(VALUE, OTHER))


@pytest.mark.parametrize("operation", [operator.neg, operator.pos, abs])
def test_signs(operation: Callable[[Any], Any]) -> None:
    assert torch.equal(operation(field(-VALUE)).value, operation(-VALUE))


def test_truths_are_joined_point_by_point() -> None:
    x = coordinate()
    joined = ((x > 1) & (x < 3)) | ~(x > 0.6) ^ (x > 9)
    assert joined.value.tolist() == [True, True, False]


def test_torch_functions_take_quantities() -> None:
    functions: dict[str, Callable[[Any, Any], Any]] = {
        "sin": lambda u, v: torch.sin(u),
        "of two": torch.maximum,
        "a choice": lambda u, v: torch.where(u > 1, u, v),
        "of a list": lambda u, v: torch.stack([u, v]),
        "by a keyword": lambda u, v: torch.clamp(input=u, min=1.0),
        "a tensor's own": lambda u, v: OTHER * u,
        "of two outputs": lambda u, v: torch.max(torch.stack([u, v]), dim=0).values,
    }
    for function in functions.values():
        found = function(field(), field(OTHER, "v"))
        assert torch.equal(found.value, function(VALUE, OTHER))


def test_methods_and_facts_of_tensors() -> None:
    x = coordinate()
    assert torch.equal(x.sin().value, VALUE.sin())
    assert torch.equal(x.clamp(min=1.0).value, VALUE.clamp(min=1.0))
    assert (x.shape, x.dtype, x.device) == (VALUE.shape, VALUE.dtype, VALUE.device)
    assert (x.dim(), x.numel(), x.tolist()) == (1, 3, VALUE.tolist())
    assert torch.equal(x.new_zeros(3).value, torch.zeros_like(VALUE))
    assert torch.equal(x[..., None].value, VALUE[:, None])
    assert torch.equal(x.real.value, VALUE)


def test_a_tensor_may_be_filled_by_a_condition_on_quantities() -> None:
    x = coordinate()
    k = torch.ones(3)
    k[x > 1] = 2.0
    assert k.tolist() == [1, 2, 2]
    table: Any = torch.tensor([5.0, 6.0])
    assert table[(x > 1).long()].value.tolist() == [5, 6, 6]


def table(x: Any) -> Any:
    """A coefficient that is known at points: linear in between."""
    nodes = torch.linspace(0, 1, 5, dtype=torch.float64)
    values = torch.tensor([1.0, 1.5, 1.2, 3.0, 2.0], dtype=torch.float64)
    left = torch.clamp(torch.searchsorted(nodes, x) - 1, 0, 3)
    return values[left] + (values[left + 1] - values[left]) * 4 * (x - nodes[left])


FLUXES: dict[str, Callable[[Any, Any, Any, Callable[[Any, str], Any]], Any]] = {
    "constant": lambda u, x, t, d: d(2.5 * d(u, "x"), "x"),
    "of space": lambda u, x, t, d: d((1 + x**2) * d(u, "x"), "x"),
    "of the field": lambda u, x, t, d: d((1 + u**2) * d(u, "x"), "x"),
    "of derivatives": lambda u, x, t, d: d(torch.sqrt(1 + d(u, "x") ** 2) * d(u, "t"), "t"),
    "of a table": lambda u, x, t, d: d(table(x) * d(u, "x"), "x"),
    "in pieces": lambda u, x, t, d: d(torch.where(x > 0.5, 1.0, 2.0) * d(u, "x"), "x"),
    "by a list": lambda u, x, t, d: d(torch.stack([u, x * d(u, "x")]).prod(0), "x"),
    "by a keyword": lambda u, x, t, d: d(torch.clamp(input=u * u, min=0.01) * t, "t"),
    "of two outputs": lambda u, x, t, d: d(torch.frexp(1 + u * u).mantissa * d(u, "x"), "x"),
    "nested": lambda u, x, t, d: d(torch.sin(x * u) * d(t * d(u, "x"), "t"), "x"),
    "twice": lambda u, x, t, d: d(d(torch.exp(x * u) / (2 + t), "x"), "x"),
    "of the biharmonic kind": lambda u, x, t, d: d(d((1 + x) * d(d(u, "x"), "x"), "x"), "x"),
    "an advection": lambda u, x, t, d: d(u, "t") + d(u * u / 2, "x") - d(t * u, "t"),
}


class Small(torch.nn.Module):
    """A network of x and t, in double precision."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.first = torch.nn.Parameter(torch.randn(2, 5, generator=generator).double())
        self.second = torch.nn.Parameter(torch.randn(5, generator=generator).double())

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return torch.tanh(torch.stack([x, t], -1) @ self.first) @ self.second


@pytest.mark.parametrize("name", FLUXES)
def test_derivatives_of_formulas_are_those_of_autograd(name: str) -> None:
    """Value, and derivative by the network's parameters, against nested differentiation."""
    network, flux = Small(), FLUXES[name]
    points = torch.tensor([[0.13, 0.4], [0.62, 0.9], [0.81, 0.2]], dtype=torch.float64)
    x, t = (column.clone().requires_grad_() for column in points.unbind(-1))

    def nested(formula: Tensor, by: str) -> Tensor:
        wanted = {"x": x, "t": t}[by]
        (found,) = torch.autograd.grad(formula.sum(), wanted, create_graph=True)
        return found

    expected = flux(network(x, t), x, t, nested)
    written = Expression(
        lambda u, x, t: flux(u, x, t, lambda formula, by: formula.d(by)),
        Names(("u",), ("x", "t")),
        name,
        torch.rand(12, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2)),
    )
    derivatives = DerivativeSet(written.derivatives, 2)
    jet = []
    for key in derivatives.keys:
        assert isinstance(key, tuple)
        component = network(x, t)
        for by in key[0] * "x" + key[1] * "t":
            component = nested(component, by)
        jet.append(component)
    (found,) = written(torch.stack(jet)[..., None], derivatives, points)
    torch.testing.assert_close(found, expected)
    weights = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    gradients = [
        torch.autograd.grad(one @ weights, list(network.parameters()), retain_graph=True)
        for one in (found, expected)
    ]
    torch.testing.assert_close(*gradients)


def test_derivatives_of_formulas_need_no_gradients_and_take_experts() -> None:
    flux = Expression(
        lambda u, x: ((1 + x * u) * u.x).d("x"), Names(("u",), ("x",)), "flux", torch.rand(12, 1)
    )
    derivatives = DerivativeSet(flux.derivatives, 1)
    jet = torch.rand(3, 3, 5, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    points = torch.rand(5, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        (found,) = flux(jet, derivatives, points)
    u, slope, second = jet[..., 0].unbind(1)
    x = points[:, 0]
    torch.testing.assert_close(found, (u + x * slope) * slope + (1 + x * u) * second)


def test_zero_derivatives_are_zeros() -> None:
    x = coordinate()
    for formula in (x.sin().d("t"), (x > 1).double().d("x"), x.new_ones(3).d("x")):
        assert torch.equal(formula.value, torch.zeros_like(VALUE))


def test_shared_parts_are_differentiated_once() -> None:
    calls = []

    def square(value: Tensor) -> Tensor:
        calls.append(0)
        return value * value

    formula: Any = coordinate(VALUE / 4)
    for _ in range(12):
        formula = Result(square, (formula,)) + formula - formula
    torch.testing.assert_close(formula.d("x").value, 4096 * (VALUE / 4) ** 4095)
    assert len(calls) == 24  # once each for value and derivative, not 2^12 times


@pytest.mark.parametrize("names", [("y",), ("x", "y"), (), ("xx",), (0,)])
def test_derivatives_by_other_names_are_refused(names: tuple[Any, ...]) -> None:
    message = "no such coordinate; expected names among 'x', 't'" if names else "expected the names"
    with pytest.raises(UserError, match=message):
        (field() * 2).d(*names)


def test_a_tensor_in_a_formula_has_lost_its_derivatives() -> None:
    value = VALUE.clone().requires_grad_() * 1  # as in training
    with pytest.raises(UserError, match=r"in it stands a tensor \(u.value, …\), of which no deriv"):
        (field(value).value * coordinate()).d("x")


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda x: np.sin(x), "np.sin: NumPy cannot work on fields and coordinates; write torch."),
        (lambda x: np.exp(x) * x, "np.exp: NumPy cannot work on fields"),
        (lambda x: np.arctan2(x, 1), "np.arctan2: NumPy cannot work on fields"),
        (lambda x: np.add.reduce(x), "np.add: NumPy cannot work on fields"),
        (lambda x: np.interp(x, [0, 1], [0, 1]), "np.interp: NumPy cannot work on fields"),
        (lambda x: np.where(x > 1, 1, 2), "np.where: NumPy cannot work .*; write torch.where"),
        (lambda x: np.mean(x), "np.mean: NumPy cannot work on .*; a mean or an integral"),
        (lambda x: np.asarray(x), "an array of x: NumPy cannot work on fields"),
        (lambda x: x.numpy(), "x.numpy: NumPy cannot work on fields"),
        (lambda x: erf(x), "np.erf: NumPy cannot work on fields"),
        (lambda x: CubicSpline([0, 1, 2], [0, 1, 3])(x), "an array of x: NumPy cannot work"),
        (lambda x: x * np.array([1.0, 2.0]), "an array of shape .2,. in a formula: NumPy cannot"),
        (lambda x: np.array([1.0, 2.0]) * x, "an array of shape .2,. in a formula: NumPy cannot"),
        (lambda x: math.sin(x), "x is one number a point, not a single one: write torch.sin"),
        (lambda x: float(x), "x is one number a point, not a single one"),
        (lambda x: int(x), "x is one number a point, not a single one"),
        (lambda x: 1 if x > 0.5 else 2, r"if, and, .* on x > 0.5: .* torch.where\(condition"),
        (lambda x: 0.2 < x < 0.5, r"if, and, or, not, min, max on x > 0.2: .* torch.where"),
        (lambda x: not x, "if, and, or, not, min, max on x: it differs from point to point"),
        (lambda x: min(x, 1), "if, and, or, not, min, max on x > 1: it differs"),
        (lambda x: x in (0.0, 1.0), "if, and, or, not, min, max on x == 0: it differs"),
        (lambda x: len(x), r"len\(x\): a formula holds at each point .*nas.Integral"),
        (lambda x: sum(x), "for, sum or list of x: a formula holds at each point"),
        (lambda x: x(0.5), r"x\(…\): x is no function but its value at each point"),
        (lambda x: x.clamp_(0), "x.clamp_: changes values in place; write clamp"),
        (lambda x: operator.setitem(x, 0, 1), r"x\[…\] = …: changes values in place; a choice"),
        (lambda x: x * 2j, r"complex numbers \(2j\): .*fields=\('a', 'b'\) and w = nas.Complex"),
        (lambda x: 2j * x, r"complex numbers \(2j\): fields and residuals are real"),
        (lambda x: x - (1 + 0.5j), r"complex numbers \(\(1\+0.5j\)\): fields and residuals"),
        (lambda x: np.complex128(2j) * x, r"complex numbers \(2j\): fields and residuals"),
        (lambda x: np.complex64(2j) * x, r"complex numbers \(2j\): fields and residuals"),
        (lambda x: x**1j, r"complex numbers \(1j\): fields and residuals"),
        (lambda x: torch.tensor(1j) * x, r"complex numbers \(a tensor\): fields and residuals"),
        (lambda x: torch.complex(x, x), r"complex numbers \(complex\(x, x\)\): fields and"),
        (lambda x: torch.fft.fft(x), r"complex numbers \(fft_fft\(x\)\): fields and"),
        (lambda x: torch.autograd.grad(x, x), "torch.autograd.grad: write derivatives as u.x"),
        (lambda x: (x * x).t, r'\(x\*x\).t: no such derivative .* \(x\*x\).d\("t"\)'),
        (lambda x: (x * x).xt, r'\(x\*x\).xt: no such derivative .* \(x\*x\).d\("x", "t"\)'),
        (lambda x: x.nothing, r'\(x\).nothing: no such derivative or function of a formula'),
    ],
)  # fmt: skip
def test_what_a_quantity_is_not(use: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        use(coordinate())
    assert "\n" not in str(caught.value)


def test_other_types_may_know_what_to_do() -> None:
    class Reflecting:
        def __radd__(self, other: Any) -> str:
            return f"{other} and I"

    assert coordinate() + Reflecting() == "x and I"
    with pytest.raises(TypeError, match=re.escape("unsupported operand type(s) for +")):
        coordinate() + None


def test_two_quantities_are_told_apart_as_keys() -> None:
    one, other = coordinate(), Coordinate(("x", "t"), 0, VALUE)
    assert len({one: 1, other: 2}) == 2
