"""The operators, against sums of derivatives by autograd."""

import pytest
import torch
from torch import Tensor

from nas.calculus.fields import Coordinate, Field
from nas.interop import pina_operators as operators
from nas.interop.pina_labels import Labelled

NAMES = ["x", "y", "t"]


def formula(columns: list[Tensor]) -> list[Tensor]:
    x, y, t = columns
    return [torch.sin(x * y) + t**2 * x, torch.exp(0.3 * x) * t + y**3]


def derivative(function: Tensor, *by: Tensor) -> Tensor:
    for one in by:
        (function,) = torch.autograd.grad(function.sum(), one, create_graph=True)
    return function


@pytest.fixture
def plain() -> list[Tensor]:
    return [*torch.rand(3, 5, dtype=torch.float64)]


@pytest.fixture
def x(plain: list[Tensor]) -> Labelled:
    coordinates = [Coordinate(NAMES, axis, one) for axis, one in enumerate(plain)]
    return Labelled(coordinates, NAMES)


@pytest.fixture
def w(x: Labelled) -> Labelled:
    return Labelled(formula(x.quantities), ["u", "v"])


def check(found: Labelled, labels: list[str], expected: list[Tensor]) -> None:
    assert found.labels == labels
    for one, wanted in zip(found.quantities, expected, strict=True):
        torch.testing.assert_close(one.value, wanted.detach())


def test_operators(x: Labelled, w: Labelled, plain: list[Tensor]) -> None:
    a, b, c = (one.requires_grad_() for one in plain)
    u, v = formula([a, b, c])
    check(
        operators.grad(w, x, ["v", "u"], ["t", "x"]),
        ["dvdt", "dvdx", "dudt", "dudx"],
        [derivative(v, c), derivative(v, a), derivative(u, c), derivative(u, a)],
    )
    check(
        operators.div(w, x, ["u", "v"], ["y", "t"]),
        ["dudy+dvdt"],
        [derivative(u, b) + derivative(v, c)],
    )
    check(
        operators.laplacian(w, x, ["u"], ["x", "t"]),
        ["ddu"],
        [derivative(u, a, a) + derivative(u, c, c)],
    )
    check(
        operators.advection(w, x, ["v", "u"], ["u"], ["x", "y"]),
        ["adv_u"],
        [v * derivative(u, a) + u * derivative(u, b)],
    )


def test_a_laplacian_over_space_is_one_derivative_and_others_are_sums() -> None:
    u = Field("u", NAMES, lambda _: torch.zeros(1))
    assert str(operators.second(u, NAMES, ["y", "x"])) == "laplacian(u)"
    assert str(operators.second(u, NAMES, ["x", "t"])) == "u.xx + u.tt"
    assert str(operators.second(u.x, NAMES, ["x", "y"])) == "u.xxx + u.xyy"
    line = Field("u", ["x", "t"], lambda _: torch.zeros(1))
    assert str(operators.second(line, ["x", "t"], ["x"])) == "u.xx"
