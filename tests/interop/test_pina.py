"""Problems written for PINA, against ours and PINA's own; skipped where it is missing."""

import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from nas.errors import UserError
from nas.export import example
from nas.interop.pina import network, problem
from nas.problems import Box, Observations, Problem, Unknown, kovasznay, load
from tests.interop.made_up import residuals

pytest.importorskip("pina", reason="PINA is not installed")
import pina.equation.zoo as zoo
import pina.problem.zoo as problems
from pina import Condition, LabelTensor, Trainer
from pina.domain import CartesianDomain
from pina.equation import BaseEquation, Equation, SystemEquation
from pina.operator import advection, div, grad, laplacian
from pina.problem import InverseProblem, SpatialProblem, TimeDependentProblem
from pina.solver import PhysicsInformedSingleModelSolver

from tests.interop.in_pina import START, WHOLE, at, made, pinas, points_of


def flow(x: Any, w: Any) -> Any:
    velocity = ["u", "v"]
    momentum = advection(w, x, velocity_field=velocity, components=velocity)
    momentum = momentum + grad(w, x, components="p")
    momentum = momentum - kovasznay.nu * laplacian(w, x, components=velocity)
    return torch.cat([momentum, div(w, x, components=velocity, d=["x", "y"])], dim=-1)


class Kovasznay(SpatialProblem):  # type: ignore[misc]
    output_variables: ClassVar = ["u", "v", "p"]
    spatial_domain = CartesianDomain({"x": [-0.5, 1], "y": [-0.5, 1.5]})
    domains: ClassVar = {
        "outflow": CartesianDomain({"x": 1, "y": [-0.5, 1.5]}),
        "edges": spatial_domain.partial(),
        "all": spatial_domain,
    }
    conditions: ClassVar = {
        "all": at("all", Equation(flow)),
        "u": at("edges", Equation(lambda x, w: w["u"] - kovasznay.wake(x["x"], x["y"])[0])),
        "v": at("edges", Equation(lambda x, w: w["v"] - kovasznay.wake(x["x"], x["y"])[1])),
        "p": at(
            "outflow",
            Equation(lambda x, w: w["p"] - (1 - torch.exp(2 * kovasznay.decay * x["x"])) / 2),
        ),
    }

    def solution(self, points: Any) -> Any:
        x = np.asarray(points.tensor)
        return LabelTensor(torch.from_numpy(np.stack(kovasznay.exact(*x.T), 1)), ["u", "v", "p"])


def check_same(got: Problem, own: Problem) -> None:
    """The terms of both give the same, side by side, in whatever order they are."""
    assert (got.domain, tuple(got.fields)) == (own.domain, tuple(own.fields))
    points = points_of(own.domain)
    rest = list(got.terms)
    for term in own.terms:
        wanted = residuals(own, term, points)
        found = [
            one
            for one in rest
            if set(one.regions) == set(term.regions)
            and torch.allclose(residuals(got, one, points), wanted, rtol=1e-10, atol=1e-10)
        ]
        assert len(found) == 1, term.regions
        rest.remove(found[0])
    assert rest == []


def test_burgers_and_a_flow_are_those_of_our_own_zoo() -> None:
    check_same(problem(problems.BurgersProblem(nu=0.01 / np.pi)), load("burgers"))
    got = problem(Kovasznay(), name="flow")
    check_same(got, load("kovasznay"))
    corners = np.array([[0.0, 0.0], [1.0, 1.5]])
    found, own = got.reference(corners), load("kovasznay").reference(corners)
    assert found is not None
    assert own is not None
    np.testing.assert_allclose(found, own)


ZOO = [name for name in problems.__all__ if not name.startswith(("Supervised", "Inverse"))]


@pytest.mark.parametrize("name", ZOO)
def test_problems_of_pinas_zoo(name: str) -> None:
    theirs = getattr(problems, name)()
    got = problem(theirs)
    points = points_of(got.domain)
    for label, condition in theirs.conditions.items():
        wanted = pinas(condition.equation, got.coordinates, points, theirs.output_variables)
        found = [residuals(got, term, points) for term in got.terms]
        same = [one.shape == wanted.shape and torch.allclose(one, wanted) for one in found]
        assert sum(same) == 1, label
    known = getattr(theirs, "solution", None)
    assert (got.solution is None) == (known is None)
    if known is not None:
        expected = known(LabelTensor(points, list(got.coordinates))).tensor
        np.testing.assert_array_equal(got.reference(points.numpy()), expected)


def heat(x: Any, u: Any, unknown: Any) -> Any:
    return grad(u, x, d="t") - unknown["k"] * laplacian(u, x, d="x")


class Heat(BaseEquation):  # type: ignore[misc]
    def residual(self, input_: Any, output_: Any, params_: Any = None) -> Any:
        return heat(input_, output_, params_)


@pytest.mark.parametrize("equation", [Equation(heat), SystemEquation([heat]), Heat()])
def test_unknown_parameters_are_found_with_observations(equation: Any) -> None:
    domains = {"unknown_parameter_domain": CartesianDomain({"k": [0.1, 0.5]})}
    points = torch.tensor([[0.0, 1.0], [2.0 + 2e-7, 2.0], [0.5, 3.0]])
    values = LabelTensor(torch.tensor([[1.0], [2.0], [3.0]]), ["u"])
    got = problem(
        made(
            "u",
            (InverseProblem,),
            domains,
            all=at(WHOLE, equation),
            start=at(START, zoo.FixedValue(1.0)),
            data=Condition(input=LabelTensor(points.flip(1), ["t", "x"]), target=values),
        )
    )
    assert got.unknown == {"k": Unknown(start=0.3, low=0.1, high=0.5)}
    inside, start, seen = got.terms
    (observed,) = [one for one in got.conditions if isinstance(one, Observations)]
    assert {name: column.tolist() for name, column in observed.table.items()} == {
        "x": [0.0, 2.0, 0.5], "t": [1.0, 2.0, 3.0], "u": [1.0, 2.0, 3.0],
    }  # fmt: skip
    assert [set(one.components) for one in (inside, start, seen)] == [{0, 1}, {0}, {0}]
    places = points_of(got.domain)
    raw = torch.tensor([0.7], dtype=torch.float64)
    k = {"k": got.unknown["k"].value(raw)}
    wanted = pinas(equation, "xt", places, "u", k)
    torch.testing.assert_close(residuals(got, inside, places, raw), wanted)


@pytest.mark.parametrize(("given", "got"), [(Kovasznay, "Kovasznay"), (3, "int")])
def test_what_is_no_problem_of_pinas_is_refused(given: Any, got: str) -> None:
    with pytest.raises(UserError, match=f"a problem of PINA's, made by its class, got {got}"):
        problem(given)


class Decay(TimeDependentProblem):  # type: ignore[misc]
    output_variables: ClassVar = ["u"]
    temporal_domain = CartesianDomain({"t": [0, 1]})
    conditions: ClassVar = {
        "all": at(temporal_domain, Equation(lambda t, u: grad(u, t) + u)),
        "start": at(CartesianDomain({"t": 0.0}), zoo.FixedValue(1.0)),
    }


def test_an_exported_network_is_trained_on_by_pina(tmp_path: Path) -> None:
    exported = example.network()
    made = network(exported)
    points = LabelTensor(torch.rand(5, 2), ["x", "t"])
    found = made(points)
    assert (type(found), found.labels, found.dtype) == (LabelTensor, ["u"], torch.float32)
    torch.testing.assert_close(
        found.tensor.double(), exported(points["t"].tensor.double()), rtol=1e-6, atol=1e-6
    )
    decay = Decay()
    decay.discretise_domain(4)
    solver = PhysicsInformedSingleModelSolver(decay, made)
    before = [one.detach().clone() for one in exported.parameters()]
    Trainer(
        solver,
        max_epochs=2,
        accelerator="cpu",
        default_root_dir=tmp_path,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    ).train()
    assert any(not torch.equal(a, b) for a, b in zip(before, exported.parameters(), strict=True))
    assert problem(decay).domain == Box(t=(0, 1))


def test_without_pina_a_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pina.operator", None)
    with pytest.raises(
        UserError, match=r"PINA is not installed \(.*pina.operator.*\); pip install pi"
    ):
        network(example.network())
