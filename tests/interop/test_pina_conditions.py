"""PINA's conditions and where they hold; skipped where it is missing."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from nas.errors import UserError
from nas.interop.pina import problem
from tests.interop.made_up import function, residuals

pytest.importorskip("pina", reason="PINA is not installed")
import pina.equation.zoo as zoo
from pina import Condition, LabelTensor
from pina.domain import CartesianDomain, Difference, Union
from pina.equation import Equation

from tests.interop.in_pina import LINE, START, TIME, WHOLE, at, burgers, made, points_of


def test_conditions_hold_where_pinas_do_also_after_points_were_drawn() -> None:
    right = CartesianDomain({"x": 2 * (0.1 + 0.2) / 0.3, "t": [0, 3]})  # 2, but for rounding
    own = made(
        all=at(WHOLE, Equation(burgers)),
        ends=at(LINE.partial().update(TIME), zoo.FixedValue(1.0)),
        right=at(right, zoo.FixedGradient(2.0, d="x")),
        start=at(START, Equation(lambda x, u: u - torch.cos(x["x"]))),
    )
    wanted = [("x_min", "x_max"), ("x_max",), ("t_min",)]
    assert [one.on for one in problem(own).conditions] == wanted  # type: ignore[attr-defined]
    own.discretise_domain(4)
    own.move_discretisation_into_conditions()
    got = problem(own)
    assert [one.on for one in got.conditions] == wanted  # type: ignore[attr-defined]
    points = points_of(got.domain)
    x, t = points.T
    u, slope = function(points)[:, 0], torch.cos(x + 0.3 * t) + t
    expected = [u - 1, slope - 2, u - torch.cos(x)]
    for term, one in zip(got.terms[1:], expected, strict=True):
        torch.testing.assert_close(residuals(got, term, points)[0], one)


def changed(**more: Any) -> Any:
    return made(**({"all": at(WHOLE, Equation(burgers))} | more))


SQUARE = {"x": [-1, 2], "t": [0, 3]}
POINTS = LabelTensor(torch.zeros(2, 2), ["x", "t"])
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a piece of a side": (
        lambda: changed(low=at(CartesianDomain({"x": -1, "t": [0, 1]}), zoo.FixedValue(0.0))),
        "pina: condition 'low': expected the whole domain, or whole sides of it, as CartesianDom"
        "ain or a Union of such, got x=-1, t from 0 to 1",
    ),
    "inside": (
        lambda: changed(low=at(CartesianDomain({"x": 0, "t": [0, 3]}), zoo.FixedValue(0.0))),
        "whole sides of it, .* got x=0, t from 0 to 3",
    ),
    "a corner": (
        lambda: changed(low=at(CartesianDomain({"x": -1, "t": 0}), zoo.FixedValue(0.0))),
        "whole sides of it, .* got x=-1, t=0",
    ),
    "another coordinate": (
        lambda: changed(low=at(CartesianDomain({"x": -1}), zoo.FixedValue(0.0))),
        "whole sides of it, .* got x=-1$",
    ),
    "a difference": (
        lambda: changed(
            low=at(Difference([WHOLE, CartesianDomain(SQUARE)]), zoo.FixedValue(0.0))
        ),
        "whole sides of it, .* got Difference",
    ),
    "inside and at the side": (
        lambda: changed(low=at(Union([WHOLE, START]), zoo.FixedValue(0.0))),
        "whole sides of it, .* got Union",
    ),
    "an unknown name": (
        lambda: changed(low=at("below", zoo.FixedValue(0.0))),
        "condition 'low': expected one of the domains all, got 'below'",
    ),
    "an equation at points": (
        lambda: changed(low=Condition(input=POINTS, equation=zoo.FixedValue(0.0))),
        "'low': expected domain and equation, or input and target, got InputEquationCondition; "
        "values at points are nas.Observations",
    ),
    "plain tensors": (
        lambda: changed(low=Condition(input=torch.zeros(2, 2), target=torch.zeros(2, 1))),
        "'low': expected as input a LabelTensor of x, t, got Tensor",
    ),
    "other values": (
        lambda: changed(
            low=Condition(input=POINTS, target=LabelTensor(torch.zeros(2, 1), ["v"]))
        ),
        "'low': expected as target a LabelTensor of u, got v",
    ),
    "no equation": (
        lambda: made(low=at(START, zoo.FixedValue(0.0))),
        "pina: expected a condition with an equation in the whole domain",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_counterpart_is_refused_in_a_line(case: str) -> None:
    make, message = REFUSED[case]
    with pytest.raises(UserError, match=message) as error:
        problem(make())
    assert "\n" not in str(error.value)
