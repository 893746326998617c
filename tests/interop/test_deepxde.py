"""Problems written for DeepXDE, against DeepXDE's own residuals; skipped where it is missing."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.export import example
from nas.interop.deepxde import network, problem, refuse_variables
from nas.problems import Box, Periodic
from nas.problems.sampling import boundary_points
from tests.interop.made_up import function, residuals

os.environ.setdefault("DDE_BACKEND", "pytorch")
dde = pytest.importorskip("deepxde", reason="DeepXDE is not installed")

LINE, TIME = dde.geometry.Interval(-1, 2), dde.geometry.TimeDomain(0, 3)
PLANE = dde.geometry.Rectangle([0, 0], [2, 1])


def data(pde: Any, conditions: Any, geometry: Any = None, **more: Any) -> Any:
    geometry = geometry or dde.geometry.GeometryXTime(LINE, TIME)
    kind = dde.data.TimePDE if isinstance(geometry, dde.geometry.GeometryXTime) else dde.data.PDE
    return kind(geometry, pde, conditions, num_domain=8, num_boundary=8, **more)


def burgers(x: Any, y: Any) -> Any:
    u_x, u_t = dde.grad.jacobian(y, x, i=0, j=0), dde.grad.jacobian(y, x, i=0, j=1)
    return u_t + y * u_x - 0.1 * dde.grad.hessian(y, x, i=0, j=0) + torch.sin(np.pi * x[:, 0:1])


def coupled(x: Any, y: Any) -> Any:
    u, v = y[:, 0:1], y[:, 1:2]
    gradient = dde.grad.jacobian(y, x, i=1)
    both = dde.grad.hessian(y, x, component=0, i=0, j=1)
    return [u * gradient[:, 0:1] + both, dde.backend.square(v) - x[:, 1:2] * gradient[:, 1:2]]


@pytest.mark.parametrize(("pde", "fields"), [(burgers, ("u",)), (coupled, ("u", "v"))])
def test_equations_are_deepxdes(pde: Callable[..., Any], fields: tuple[str, ...]) -> None:
    geometry = dde.geometry.GeometryXTime(LINE, TIME)
    starts = [
        dde.icbc.IC(geometry, lambda x: 0, lambda _, on: on, component=number)
        for number in range(len(fields))
    ]
    made = problem(data(pde, starts), fields)
    assert made.domain == Box(x=(-1, 2), t=(0, 3))
    points = torch.rand(5, 2, dtype=torch.float64)
    inputs = points.clone().requires_grad_()
    expected = pde(inputs, function(inputs)[:, : len(fields)])
    dde.gradients.clear()
    several = expected if isinstance(expected, list) else [expected]
    for got, one in zip(residuals(made, made.terms[0], points), several, strict=True):
        torch.testing.assert_close(got, one.detach()[:, 0], rtol=1e-12, atol=1e-12)


def test_conditions_are_deepxdes_on_the_sides_where_they_hold() -> None:
    geometry = dde.geometry.GeometryXTime(LINE, TIME)
    right = lambda x, on: on and np.isclose(x[0], 2)  # noqa: E731
    conditions = [
        dde.icbc.DirichletBC(geometry, lambda x: x[:, 1:2] ** 2, lambda _, on: on),
        dde.icbc.NeumannBC(geometry, lambda x: np.sin(x[:, 1:2]), right),
        dde.icbc.RobinBC(geometry, lambda x, y: 3 * y + x[:, 0:1], right),
        dde.icbc.IC(geometry, lambda x: 5, lambda _, on: on),
        dde.icbc.OperatorBC(
            geometry,
            lambda x, y, _: dde.grad.jacobian(y, x, j=1) - 1,
            lambda x, _: np.isclose(x[1], 0),
        ),
        dde.icbc.PeriodicBC(geometry, 0, lambda _, on: on, derivative_order=1),
    ]
    made = problem(data(burgers, conditions))
    assert [getattr(one, "on", None) for one in made.conditions] == [
        ("x_min", "x_max"), ("x_max",), ("x_max",), ("t_min",), ("t_min",), None,
    ]  # fmt: skip
    assert made.conditions[-1] == Periodic("x", derivatives=1, fields=("u",))
    end = torch.as_tensor(boundary_points(made.domain, ["x_max"], 8, seed=0, draw=0)["x_max"])
    x, t = end.T
    u = function(end)[:, 0]
    slope = torch.cos(x + 0.3 * t) + t
    expected = [u - t**2, slope - torch.sin(t), slope - 3 * u - x, u - 5]
    expected += [0.3 * torch.cos(x + 0.3 * t) + x - 1]
    for term, wanted in enumerate(expected, start=1):
        (got,) = residuals(made, made.terms[term], end)
        torch.testing.assert_close(got, wanted, rtol=1e-12, atol=1e-12)


def test_solution_and_sides_of_a_plane() -> None:
    left = lambda x, on: on and np.isclose(x[0], 0)  # noqa: E731
    bc = dde.icbc.DirichletBC(PLANE, lambda x: x[:, :1], left)
    laplace = lambda x, y: dde.grad.hessian(y, x, i=0, j=0) + dde.grad.hessian(y, x, i=1, j=1)  # noqa: E731
    made = problem(data(laplace, bc, PLANE, solution=lambda x: x[:, 0:1] * x[:, 1:2]), name="plane")
    assert (made.name, made.domain) == ("plane", Box(x=(0, 2), y=(0, 1)))
    assert made.conditions[0].on == ("x_min",)  # type: ignore[attr-defined]
    found = made.reference(np.array([[0.5, 0.5], [2.0, 1.0]]))
    assert found is not None
    assert found.tolist() == [[0.25], [2.0]]


NU = dde.Variable(0.1)
ANY = lambda x, on: on  # noqa: E731
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a disc": (
        lambda: data(burgers, [], dde.geometry.Disk([0, 0], 1)),
        "deepxde: expected an Interval, Rectangle, Cuboid or TimeDomain, .* got Disk; write the d",
    ),
    "a variable": (
        lambda: data(lambda x, y: NU * dde.grad.jacobian(y, x, j=1), []),
        "pde: 'NU' is to be learnt; write the problem with nas.Unknown",
    ),
    "measured points": (
        lambda: data(burgers, dde.icbc.PointSetBC(np.zeros((1, 2)), np.zeros((1, 1)))),
        r"condition 0 \(PointSetBC\): expected DirichletBC.*points are nas\.Observations",
    ),
    "a piece of a side": (
        lambda: data(burgers, dde.icbc.DirichletBC(
            dde.geometry.GeometryXTime(LINE, TIME), lambda x: 0, lambda x, on: on and x[1] < 1
        )),
        "expected one on whole sides, got one on a piece of x_min",
    ),
    "inside": (
        lambda: data(burgers, dde.icbc.DirichletBC(
            dde.geometry.GeometryXTime(LINE, TIME), lambda x: 0, lambda x, on: True
        )),
        "expected one on sides of the domain, got one inside it",
    ),
    "a further output": (
        lambda: data(burgers, dde.icbc.IC(
            dde.geometry.GeometryXTime(LINE, TIME), lambda x: 0, ANY, component=1
        )),
        r"expected a component below 1, got 1; name all outputs: fields=\('u', 'v'\)",
    ),
    "another kind of data": (
        lambda: dde.data.DataSet(*[np.zeros((1, 1))] * 4),
        "expected a deepxde.data.PDE or TimePDE, got DataSet",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_counterpart_is_refused_in_a_line(case: str) -> None:
    make, message = REFUSED[case]
    with pytest.raises(UserError, match=message) as error:
        problem(make())
    assert "\n" not in str(error.value)


def test_an_exported_network_is_trained_on_by_deepxde() -> None:
    exported = example.network()
    made = network(exported)
    points = torch.rand(5, 1)
    torch.testing.assert_close(
        made(points).double(), exported(points.double()), rtol=1e-6, atol=1e-6
    )
    decay = lambda t, u: dde.grad.jacobian(u, t) + u  # noqa: E731
    start = dde.icbc.IC(dde.geometry.TimeDomain(0, 1), lambda t: 1, ANY)
    model = dde.Model(data(decay, start, dde.geometry.TimeDomain(0, 1)), made)
    before = [one.detach().clone() for one in exported.parameters()]
    model.compile("adam", lr=1e-3, verbose=0)
    model.train(iterations=2, display_every=1, verbose=0)
    assert any(not torch.equal(a, b) for a, b in zip(before, exported.parameters(), strict=True))


def test_of_a_function_that_is_none_of_pythons_nothing_is_known() -> None:
    refuse_variables(len, "pde")
