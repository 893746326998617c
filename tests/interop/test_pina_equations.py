"""PINA's equations, against PINA's own residuals; skipped where it is missing."""

from typing import Any

import pytest
import torch

from nas.errors import UserError
from nas.interop.pina import problem
from tests.interop.made_up import residuals

pytest.importorskip("pina", reason="PINA is not installed")
import pina.equation.zoo as zoo
from pina import LabelTensor
from pina.domain import CartesianDomain
from pina.equation import BaseEquation, Equation, SystemEquation
from pina.operator import div, fast_grad, grad, laplacian

from tests.interop.in_pina import START, TIME, WHOLE, at, burgers, made, pinas, points_of


def with_start(equation: Any, fields: str = "u") -> Any:
    return made(fields, all=at(WHOLE, equation), start=at(START, zoo.FixedValue(0.0)))


def conservative(x: Any, w: Any) -> Any:
    """With all that an equation may do with labels."""
    flux = LabelTensor(x["t"] * w["u"] * grad(w, x, components="v")["dvdx"], ["f"])
    other = w.extract(["v"]) ** 2
    other.labels = "g"
    one = grad(flux, x)["dfdx"] + laplacian(w, x, components=["u"])
    return torch.cat([one, torch.sin(div(w, x)) + grad(other, x, "g", "t"), x[:, 1:] * w["v"]], 1)


@pytest.mark.parametrize(
    ("equation", "fields"),
    [
        (Equation(burgers), "u"),
        (Equation(conservative), "uv"),
        (SystemEquation([burgers, zoo.FixedFlux(2.0, ["u"], ["x"])]), "u"),
        (SystemEquation([burgers, zoo.FixedGradient(1.0, d="t")], reduction="mean"), "u"),
        (zoo.FixedLaplacian(1.0), "u"),
        (zoo.AdvectionEquation(0.5), "u"),
        (zoo.BurgersEquation(0.5), "u"),
    ],
)
def test_equations_are_pinas(equation: Any, fields: str) -> None:
    got = problem(with_start(equation, fields))
    points = points_of(got.domain)
    wanted = pinas(equation, "xt", points, fields)
    torch.testing.assert_close(residuals(got, got.terms[0], points), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "equation",
    [zoo.BurgersEquation(0.5), zoo.AdvectionEquation([0.5, 2.0]), zoo.AdvectionEquation(0.5)],
)
def test_pinas_own_equations_in_the_plane(equation: Any) -> None:
    plane = CartesianDomain({"y": [0, 2], "x": [0, 1]})
    theirs = made(
        "uv",
        domains={"spatial_domain": plane},
        all=at(plane.update(TIME), equation),
        start=at(plane.update(CartesianDomain({"t": 0})), zoo.FixedValue(0.0)),
    )
    got = problem(theirs)
    assert list(got.coordinates) == theirs.input_variables == ["x", "y", "t"]
    points = points_of(got.domain)
    wanted = pinas(equation, "xyt", points, "uv")
    torch.testing.assert_close(residuals(got, got.terms[0], points), wanted, rtol=1e-6, atol=1e-6)


class Own(BaseEquation):  # type: ignore[misc]
    def residual(self, input_: Any, output_: Any, params_: Any = None) -> Any:
        return burgers(input_, output_)


def test_an_equation_of_its_own_class_and_two_at_once() -> None:
    got = problem(
        made(
            one=at(WHOLE, Own()),
            two=at(WHOLE, zoo.FixedLaplacian(0.0, d=["t"])),
            start=at(START, zoo.FixedValue(0.0)),
        )
    )
    points = points_of(got.domain)
    wanted = [
        pinas(Own(), "xt", points, "u"),
        pinas(zoo.FixedLaplacian(0.0, d=["t"]), "xt", points, "u"),
    ]
    torch.testing.assert_close(residuals(got, got.terms[0], points), torch.cat(wanted))


def test_pina_is_left_as_it_was() -> None:
    names = vars(grad.__globals__["LabelTensor"])["__new__"], dict(grad.__globals__)
    with pytest.raises(UserError, match="expected labels among u, got v"):
        problem(with_start(Equation(lambda x, u: u["v"])))
    assert vars(LabelTensor)["__new__"] is names[0]
    assert dict(grad.__globals__) == names[1]


@pytest.mark.parametrize(
    ("fields", "equation", "message"),
    [
        (
            "u",
            Equation(lambda x, u: fast_grad(u, x, ["u"], ["t"])),
            "y.shape: expected columns and arithmetic alone",
        ),
        ("u", Equation(lambda x, u: grad(u * u, x)), "labels: arithmetic leaves none; give them"),
        ("uv", zoo.BurgersEquation(0.1), "BurgersEquation: expected 1 components, got 2"),
    ],
)
def test_what_has_no_counterpart_is_refused(fields: str, equation: Any, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        problem(with_start(equation, fields))
    assert "\n" not in str(error.value)
