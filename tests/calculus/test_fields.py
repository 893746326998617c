"""Derivatives of fields by name, along normals, and what else formulas begin with."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, Laplacian
from nas.calculus.fields import Column, Constant, Field, laplacian
from nas.errors import UserError
from tests.calculus.formulas import VALUE, coordinate, expression, field


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
        (lambda u: u.d("x", "x"), (2, 0)),
        (lambda u: u.derivative("t", "x"), (1, 1)),
        (lambda u: u.x.d("t"), (1, 1)),
        (lambda u: laplacian(u), Laplacian((0,))),
    ],
)
def test_derivatives_by_name(ask: Callable[[Any], Any], derivative: Derivative) -> None:
    assert expression(ask).derivatives == {derivative}


@pytest.mark.parametrize(
    ("coordinates", "ask", "derivative"),
    [
        (("theta", "x1"), lambda u: u.theta, (1, 0)),
        (("theta", "x1"), lambda u: u.x1, (0, 1)),
        (("theta", "x1"), lambda u: u.d("x1", "x1", "theta"), (1, 2)),
        (("r", "theta"), lambda u: u.rr, (2, 0)),
        (("d", "x"), lambda u: u.d, (1, 0)),
        (("d", "x"), lambda u: u.dx, (1, 1)),
        (("d", "x"), lambda u: u.derivative("d", "d"), (2, 0)),
        (("d", "x"), lambda u: u.x.d("x"), (0, 2)),
        (("n", "x"), lambda u: u.n, (1, 0)),
        (("n", "x"), lambda u: u.nx, (1, 1)),
        (("sin", "x"), lambda u: u.sin, (1, 0)),
        (("e", "x", "p"), lambda u: u.exp, (1, 1, 1)),
        (("laplacian", "x"), lambda u: u.laplacian, (1, 0)),
    ],
)
def test_coordinates_of_any_name(
    coordinates: tuple[str, ...], ask: Callable[[Any], Any], derivative: Derivative
) -> None:
    assert expression(ask, coordinates=coordinates).derivatives == {derivative}


def test_the_laplacian_leaves_time_out() -> None:
    for time in ("t", "time"):
        (asked,) = expression(lambda u: laplacian(u), coordinates=(time, "x", "y")).derivatives
        assert asked == Laplacian((1, 2))
    with pytest.raises(UserError, match=r"laplacian\(u\): there is no coordinate but time"):
        expression(lambda u: laplacian(u), coordinates=("t",))


def test_the_laplacian_can_be_differentiated_on() -> None:
    asked = expression(lambda u: laplacian(u).d("x"), coordinates=("x", "y", "t"))
    assert asked.derivatives == {(3, 0, 0), (1, 2, 0)}
    twice = expression(lambda u: laplacian(u).d("y", "y"), coordinates=("x", "y", "t"))
    assert twice.derivatives > {(2, 2, 0), (0, 4, 0)}


def test_the_laplacian_of_a_formula_is_the_sum_of_its_second_derivatives() -> None:
    """Δ(u²) = 2 u Δu + 2 |∇u|², and Δ²u = u_xxxx + 2 u_xxyy + u_yyyy."""
    numbers = {(0, 0, 0): 3.0, (1, 0, 0): 2.0, (0, 1, 0): 5.0, (2, 0, 0): 7.0, (0, 2, 0): 11.0}
    fourth = {(4, 0, 0): 13.0, (2, 2, 0): 17.0, (0, 4, 0): 19.0}
    known: dict[Derivative, Tensor] = {
        key: torch.tensor([one]) for key, one in (numbers | fourth).items()
    }
    u: Any = Field("u", ("x", "y", "t"), lambda key: known.get(key, torch.zeros(1)))
    assert laplacian(u**2).value.tolist() == [2 * 3 * (7 + 11) + 2 * (4 + 25)]
    assert laplacian(laplacian(u)).value.tolist() == [13 + 2 * 17 + 19]
    with pytest.raises(UserError, match=r"laplacian\(u\*\*2\): there is no coordinate but time"):
        expression(lambda u: laplacian(u**2), coordinates=("t",))


def test_only_the_last_derivative_of_a_chain_is_asked_for() -> None:
    asked = []

    def fetch(derivative: Derivative) -> Tensor:
        asked.append(derivative)
        return VALUE

    u = Field("u", ("x", "t"), fetch)
    assert torch.equal(u.d("x").d("t", "t").d("x").value, VALUE)
    assert asked == [(2, 2)]


def test_the_normal_derivative() -> None:
    known: dict[Derivative, Tensor] = {(1, 0): torch.tensor([2.0]), (0, 1): torch.tensor([10.0])}
    normal = [
        Column(name, ("x", "y"), torch.tensor([part])) for name, part in (("a", 0.6), ("b", 0.8))
    ]
    u = Field("u", ("x", "y"), known.__getitem__, normal)
    assert u.n.value == pytest.approx(0.6 * 2 + 0.8 * 10)
    assert torch.equal(u.normal.value, u.n.value)
    with pytest.raises(UserError, match="derivative of a: its values are known at the points"):
        u.n.d("x")


def test_the_normal_derivative_stands_in_conditions_alone() -> None:
    with pytest.raises(
        UserError, match=r"u\.n: the derivative along the outward normal is known on"
    ):
        _ = field().n
    with pytest.raises(
        UserError, match=r"u\.n: the derivative along the outward normal is known on"
    ):
        _ = field().normal


def test_constants_do_not_change_and_columns_are_not_known_elsewhere() -> None:
    nu = Constant("nu", ("x", "t"), torch.tensor(2.0, dtype=torch.float64))
    assert torch.equal((nu * coordinate()).d("x").value, torch.full_like(VALUE, 2))
    observed = Column("observed", ("x", "t"), VALUE)
    with pytest.raises(UserError, match="derivative of observed: its values are known at the"):
        (observed * coordinate()).d("x")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda u: u.y,
            "u.y: no such derivative; expected u and 1 to 4 letters of the coordinates x, t, "
            "such as u.xx",
        ),
        (lambda u: u.xy, "u.xy: no such derivative"),
        (lambda u: u.xxxxx, "u.xxxxx: no such derivative; expected u and 1 to 4 letters"),
        (lambda u: u.d("x", "x", "x", "x", "t"), "u.xxxxt: no such derivative; expected u and 1"),
        (lambda u: (u.xxxx * u).d("x"), "u.xxxxx: no such derivative; expected u and 1 to 4"),
        (lambda u: u.theta, "u.theta: no such derivative"),
        (lambda u: u.T, "u.T: no such derivative"),
        (lambda u: u.nn, "u.nn: no such derivative"),
        (lambda u: u.x.x, '(u.x).x: no such derivative or function of a formula; its derivatives '
         'are written (u.x).d("x")'),
        (lambda u: laplacian(2.0), "laplacian(2.0): expected a field, or a formula of fields"),
    ],
)  # fmt: skip
def test_derivatives_that_do_not_exist(ask: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        ask(field())


def test_long_names_are_told_in_the_long_form() -> None:
    u: Any = Field("u", ("theta", "x1"), lambda derivative: VALUE)
    expected = 'derivatives by the coordinates theta, x1, such as u.d("theta", "theta")'
    with pytest.raises(
        UserError, match=re.escape(f"u.x2: no such derivative; expected {expected}")
    ):
        _ = u.x2
    assert [repr(one) for one in (u, u.theta, u.d("x1", "x1"))] == [
        "u",
        "u.theta",
        "u.d('x1', 'x1')",
    ]
