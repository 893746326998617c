"""Derivatives of the plain network against nested autograd, and against Taylor arithmetic."""

import re
from typing import Any

import numpy as np
import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.errors import UserError
from nas.export.field_derivative import find
from tests.export import made_campaign
from tests.export.test_network import PLANE, SPACE, facts, plain
from tests.oracles import nested, relative

ASKED = {
    "u x": (0, (1, 0)),
    "p t": (1, (0, 1)),
    "u xx": (0, (2, 0)),
    "p xt": (1, (1, 1)),
    "p x t": (1, (1, 1)),
    "u xxtt": (0, (2, 2)),
    "p": (1, (0, 0)),
}
MIXTURE = made_campaign.mixture(drop=[2])
NETWORK = plain(MIXTURE, facts(PLANE))
POINTS = torch.tensor([-1.0, 0.0]) + torch.tensor([4.0, 0.1]) * torch.rand(
    9, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
)


@pytest.mark.parametrize("asked", ASKED)
def test_value_for_value(asked: str) -> None:
    field, key = ASKED[asked]
    derivative = NETWORK.d(*asked.split())
    got = derivative(POINTS)
    keys = DerivativeSet([key], 2)
    jet = MIXTURE(POINTS, keys)[keys.index[key], :, field]
    assert relative(got, jet) < 1e-11
    assert relative(got, nested(lambda x: NETWORK(x)[:, field], POINTS, key)) < 1e-14
    x, t = POINTS.numpy().T
    for array in (derivative(POINTS.numpy()), derivative(x=x, t=t)):
        assert isinstance(array, np.ndarray)
        np.testing.assert_allclose(array, got.detach().numpy(), rtol=1e-13, atol=0)


def test_three_coordinates_and_a_single_field() -> None:
    problem = SPACE | {"fields": ["u"], "coordinates": ["x1", "x2", "t"]}
    mixture = made_campaign.mixture(problem=problem)
    network = plain(mixture, facts(problem))
    derivative = network.d("x1", "t", "x1")
    points = torch.rand(4, 3, dtype=torch.float64)
    keys = DerivativeSet([(2, 0, 1)], 3)
    expected = mixture(points, keys)[keys.index[2, 0, 1], :, 0]
    assert relative(derivative(points), expected) < 1e-11
    assert repr(derivative) == "u.d('x1', 'x1', 't')"
    assert relative(network.d("u")(points), network(points)[:, 0]) == 0


def test_a_grid_has_its_shape() -> None:
    x, t = np.linspace(-1, 3, 4)[:, None], np.linspace(0, 0.1, 3)[None]
    slope = NETWORK.d("p", "t")
    assert slope(x=x, t=t).shape == (4, 3)
    assert slope(x=x, t=t)[2, 1] == pytest.approx(slope(x=x[2, 0], t=t[0, 1]), rel=1e-12)


def test_graphs_are_kept_as_torch_keeps_them() -> None:
    slope, points = NETWORK.d("u", "x"), POINTS.clone().requires_grad_()
    (second,) = torch.autograd.grad(slope(points).sum(), points)
    assert relative(second[:, 0], NETWORK.d("u", "xx")(POINTS)) < 1e-13
    assert slope(POINTS).requires_grad  # its weights may be trained
    with torch.no_grad():
        assert not slope(POINTS).requires_grad
    assert not POINTS.requires_grad


def test_points_of_less_precision_are_no_mistake() -> None:
    got = NETWORK.d("u", "x")(POINTS.float())
    assert relative(got, NETWORK.d("u", "x")(POINTS)) < 1e-5
    assert NETWORK.d("u", "x")(torch.tensor([[1, 0]])).dtype == torch.float64


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["x"], 'd(\'x\'): expected one of the fields u, p first, such as d("u", "x")'),
        ([], "d(): expected one of the fields u, p first"),
        (["v", "x"], "d('v', 'x'): expected one of the fields u, p first"),
        (["u", "z"], "d('u', 'z'): no such derivative; expected 1 to 4 of the coordinates x, t"),
        (["u", "xz"], "no such derivative; expected 1 to 4 of the coordinates x, t, such as"),
        (["u", "xxxxx"], "no such derivative; expected 1 to 4"),
        (["u", ""], "no such derivative; expected 1 to 4"),
        (["u", 2], "d('u', 2): no such derivative"),
    ],
)
def test_what_is_no_derivative_is_told(names: list[Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)) as error:
        find(names, ["u", "p"], ["x", "t"])
    assert "\n" not in str(error.value)


def test_of_a_single_field_its_name_may_be_left_out_and_never_all() -> None:
    assert find(["x"], ["x"], ["x", "t"]) == (0, (1, 0))  # a field called as a coordinate
    assert find(["xx", "t"], ["u"], ["x", "t"]) == find(["u", "xxt"], ["u"], ["x", "t"])
    with pytest.raises(UserError, match=r"d\(\): expected one of the fields u first"):
        find([], ["u"], ["x", "t"])
