"""Residuals that see other points, that cannot be trained, or that hide what is to be learnt."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from nas.calculus import pointwise
from nas.errors import UserError
from tests.calculus.formulas import expression

MIXING: dict[str, Callable[..., Any]] = {
    "mean": lambda u: u.value.mean(),
    "mean of a quantity": lambda u: u - u.mean(),
    "mean without a gradient": lambda u: u - u.value.detach().mean(),
    "mean as a number": lambda u: u - u.value.mean().item(),
    "largest without a gradient": lambda u: u / u.value.detach().max(),
    "sum": lambda u: torch.sum(u) - 1,
    "norm": lambda u: u / torch.linalg.norm(u),
    "trapezoid": lambda u, x: torch.trapezoid(u, x) - 1,
    "a small share of a trapezoid": lambda u, x: 1e6 * u + 1e-6 * torch.trapezoid(u, x),
    "cumulative sum": lambda u: torch.cumsum(u, -1) - 1,
    "cumulative sum from behind": lambda u: torch.cumsum(u.flip(-1), -1).flip(-1),
    "first": lambda u: u - u[..., 0],
    "last": lambda u: u - u.value[..., -1],
    "last of the row": lambda u: u.x - u[-1],
    "sort": lambda u: torch.sort(u).values,
    "median": lambda u: u - torch.median(u),
    "roll": lambda u: torch.roll(u, 1, -1) - u,
    "flip": lambda u: u.flip(-1),
    "softmax": lambda u: torch.softmax(u, -1),
    "differences": lambda u: torch.gradient(u)[0],
    "product": lambda u, x: torch.dot(u, x),
    "largest coordinate": lambda u, x: u * x / x.max(),
    "sorted coordinate": lambda u, x: u * torch.sort(x, descending=True)[0],
    "largest coordinate without a gradient": lambda u, x: u * x / x.value.detach().max(),
    "number of points": lambda u: u / u.numel(),
    "random": lambda u: u + torch.rand_like(u.value),
}


@pytest.mark.parametrize("name", MIXING)
def test_points_may_not_be_mixed(name: str) -> None:
    with pytest.raises(UserError, match=r"residual: its value at .*nas\.Integral") as caught:
        expression(MIXING[name])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "function",
    [
        lambda u: u.value - u.value,
        lambda u, x: ((x[..., None] - torch.linspace(0, 1, 7)) ** 2).sum(-1) * u,
        lambda u, x: torch.stack([u, x.expand(u.shape)]).sum(0),
        lambda u, x: u.xx / (u * 1e-9),
        lambda u, x: torch.heaviside(x - 0.5, torch.tensor(0.0).double()) * u,
        lambda u, x: torch.where(u > 1, u, -u) * (x // 0.1),
        lambda u: (0 * u, u - u + 1),
        lambda u, x: (u, x - 0.5),
        lambda u: (u, 0),
        lambda u: torch.relu(u - 3),
        lambda u: 1e12 * u.xx - 1e-12 * u,
    ],
)
def test_what_stays_at_its_point_is_accepted(function: Callable[..., Any]) -> None:
    assert len(expression(function).probed[0]) == 10


def no_grad(u: Any) -> Any:
    with torch.no_grad():
        return u.x - 1


@pytest.mark.parametrize(
    "function",
    [
        no_grad,
        lambda u: u.value.detach() - 1,
        lambda u: u.detach() * 2,
        lambda u: torch.sign(u),
        lambda u: torch.round(u.x),
        lambda u: (u > 1).double(),
        lambda u, x: torch.sign(u) + x.value,
    ],
)
def test_what_cannot_be_trained_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(UserError, match="residual: it changes with the fields, but not different"):
        expression(function)


def test_what_torch_cannot_differentiate_is_refused() -> None:
    half = torch.tensor(0.5, dtype=torch.float64)
    with pytest.raises(UserError, match="residual: cannot be differentiated by the fields: deriv"):
        expression(lambda u: torch.heaviside(u, half.to(u.dtype)))


DIFFUSIVITY = torch.nn.Parameter(torch.tensor(2.0))


def test_parameters_are_refused_with_their_names() -> None:
    k = torch.tensor([0.25], requires_grad=True)
    cases: dict[str, Callable[..., Any]] = {
        r'unknown=\{"DIFFUSIVITY": nas.Unknown\(start=2\)\}': lambda u: DIFFUSIVITY * u.xx,
        r'unknown=\{"k": nas.Unknown\(start=0.25\)\}': lambda u: u + torch.exp(k),
        r'DIFFUSIVITY": nas.Unknown\(start=2\)': lambda u, x: (DIFFUSIVITY * u.x).d("x"),
        r"equation 2: a tensor that requires a gradient": lambda u: (u, DIFFUSIVITY),
        r'unknown=\{"D": nas.Unknown\(start=2\)\}': lambda u, rate=DIFFUSIVITY: rate * u,
    }
    for message, function in cases.items():
        with pytest.raises(UserError, match=f"residual.*{message}"):
            expression(function)


def test_a_network_that_is_known_is_a_coefficient() -> None:
    known = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    known = known.double()

    def residual(u: Any, x: Any) -> Any:
        return (known(x[..., None])[..., 0] * u.x).d("x")

    with pytest.raises(UserError, match=r"requires a gradient .*what is known: requires_grad_\(F"):
        expression(residual)
    known.requires_grad_(False)
    assert expression(residual).derivatives == {(1, 0), (2, 0)}


def test_experts_that_are_mixed_are_refused() -> None:
    u = torch.rand(3, 4, requires_grad=True)
    with pytest.raises(UserError, match="heat: its value at one point depends on the other points"):
        pointwise.check_experts("heat", u - u[1:].sum(0), u[0] - u[1:].sum(0), [u])
