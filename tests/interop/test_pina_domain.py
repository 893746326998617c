"""PINA's domains; skipped where it is missing."""

from typing import Any

import pytest
import torch

from nas.errors import UserError
from nas.interop.pina import problem
from nas.problems import Box
from tests.interop.made_up import residuals

pytest.importorskip("pina", reason="PINA is not installed")
import pina.equation.zoo as zoo
from pina.domain import CartesianDomain, EllipsoidDomain
from pina.equation import Equation
from pina.operator import grad
from pina.problem import BaseProblem, ParametricProblem

from tests.interop.in_pina import START, WHOLE, at, made, pinas, points_of


def test_parameters_are_coordinates() -> None:
    domains = {"parameter_domain": CartesianDomain({"mu": [1, 2]})}
    everywhere = WHOLE.update(CartesianDomain({"mu": [1, 2]}))
    equation = Equation(lambda x, u: grad(u, x, d="t") - grad(u, x, "u", "mu"))
    start = START.update(CartesianDomain({"mu": [1, 2]}))
    got = problem(
        made(
            "u",
            (ParametricProblem,),
            domains,
            all=at(everywhere, equation),
            start=at(start, zoo.FixedValue(1.0)),
        )
    )
    assert got.domain == Box(x=(-1, 2), t=(0, 3), mu=(1, 2))
    points = points_of(got.domain)
    torch.testing.assert_close(
        residuals(got, got.terms[0], points), pinas(equation, ["x", "t", "mu"], points, "u")
    )


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        (
            EllipsoidDomain({"x": [-1, 2]}),
            "pina: spatial_domain: expected a CartesianDomain, got EllipsoidDomain; write the dom",
        ),
        (
            CartesianDomain({"x": 2, "y": [0, 1]}),
            "pina: spatial_domain: expected intervals, got x=2, y from 0 to 1",
        ),
    ],
)
def test_other_domains_are_refused(domain: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        problem(made(domains={"spatial_domain": domain}))


def test_a_problem_without_coordinates_is_refused() -> None:
    bare = type("Bare", (BaseProblem,), {"conditions": {}, "output_variables": ["u"]})()
    with pytest.raises(UserError, match="expected a problem in space or time, got one without"):
        problem(bare)
