"""Residuals and their derivatives against the physics loss and its gradient."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import pytest
import torch
from torch import Tensor
from torch.nn.functional import pad

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem
from nas.training.collocation import Points, Sample
from nas.training.physics_loss import (
    individual_losses,
    learn_individually,
    learn_mixture,
    mixture_loss,
)
from nas.training.residuals import ExpertResiduals, MixtureResiduals
from tests.training.problems import INVERSE, PERIODIC, POISSON, POOL, SYSTEM, sampler

DOUBLE, CPU = torch.float64, torch.device("cpu")
PROBLEMS = pytest.mark.parametrize(
    "problem", [POISSON, SYSTEM, PERIODIC, INVERSE], ids=lambda problem: problem.name
)


def mixture(problem: Problem) -> Mixture:
    """Three shapes, and a gate that is stirred."""
    bounds, fields = problem.domain.bounds, len(problem.fields)
    unknown = [one.first for one in problem.unknown.values()]
    made = Mixture(POOL, GateSettings(1, 4), bounds, fields, seed=0, unknown=unknown)
    with torch.no_grad():
        made.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(0))
    return made


def drawn(problem: Problem) -> Points:
    """Points of different weights, and parts with different numbers of points."""
    points = sampler(23, 11, problem).draw(0, CPU)
    weights = torch.rand(23, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    interior, *others = points.samples
    return Points((replace(interior, weights=weights / weights.sum()), *others))


def step_for(systems: ExpertResiduals | MixtureResiduals, points: Points, size: float) -> Tensor:
    _, jacobian = systems.linearise(points)
    generator = torch.Generator().manual_seed(1)
    shape = jacobian.systems, jacobian.parameters
    return size * torch.randn(*shape, generator=generator, dtype=DOUBLE)


@PROBLEMS
def test_squared_residuals_are_the_physics_losses(problem: Problem) -> None:
    made, points = mixture(problem), drawn(problem)
    residuals, _ = ExpertResiduals(problem, made, made.expert_stacks).linearise(points)
    got = residuals.square().sum(1)
    torch.testing.assert_close(got, individual_losses(problem, made, points), rtol=1e-12, atol=0)
    (together,) = MixtureResiduals(problem, made).linearise(points)[0].square().sum(1)
    torch.testing.assert_close(together, mixture_loss(problem, made, points), rtol=1e-12, atol=0)


@PROBLEMS
def test_jacobians_give_the_gradients_of_the_losses(problem: Problem) -> None:
    """∇ ‖r‖² = 2 Jᵀ r."""
    made, points = mixture(problem), drawn(problem)
    learn_individually(problem, made, points)
    residuals, jacobian = ExpertResiduals(problem, made, made.expert_stacks).linearise(points)
    got = iter(2 * jacobian.rmatvec(residuals))
    for stack in made.expert_stacks:
        unknown = [] if stack.unknown is None else [stack.unknown]
        layers = chain(*zip(stack.weights, stack.biases, strict=True), unknown)
        expected = torch.cat([p.grad.flatten(1) for p in layers if p.grad is not None], dim=1)
        for of_expert in expected:
            padded = pad(of_expert, (0, jacobian.parameters - len(of_expert)))
            torch.testing.assert_close(next(got), padded, rtol=1e-9, atol=1e-9)
    made.zero_grad()
    learn_mixture(problem, made, points)
    residuals, joint = MixtureResiduals(problem, made).linearise(points)
    got = 2 * joint.rmatvec(residuals)
    squares = [p.grad.square().sum() for p in made.parameters() if p.grad is not None]
    torch.testing.assert_close(got.square().sum(), sum(squares))


def make_experts(problem: Problem, made: Mixture) -> ExpertResiduals:
    return ExpertResiduals(problem, made, made.expert_stacks)


MAKERS = pytest.mark.parametrize("make", [make_experts, MixtureResiduals])
Make = Callable[[Problem, Mixture], ExpertResiduals | MixtureResiduals]


@MAKERS
@PROBLEMS
def test_moving_does_what_was_predicted(problem: Problem, make: Make) -> None:
    made, points = mixture(problem), drawn(problem)
    systems = make(problem, made)
    before, _ = systems.linearise(points)
    steps = step_for(systems, points, 0.1)
    everyone = torch.arange(len(steps))
    nothing = systems.residuals(points, everyone, 0 * steps)
    torch.testing.assert_close(nothing, before, rtol=1e-12, atol=1e-12)
    predicted = systems.residuals(points, everyone, steps)
    assert (predicted - before).abs().max() > 1e-3
    torch.testing.assert_close(systems.linearise(points)[0], before)  # a look moves nothing
    systems.move(steps)
    torch.testing.assert_close(systems.linearise(points)[0], predicted, rtol=1e-12, atol=1e-12)


@MAKERS
@PROBLEMS
def test_a_small_step_changes_the_residuals_by_the_jacobian(problem: Problem, make: Make) -> None:
    made, points = mixture(problem), drawn(problem)
    systems = make(problem, made)
    steps = step_for(systems, points, 1e-6)
    everyone = torch.arange(len(steps))
    ahead, behind = (systems.residuals(points, everyone, sign * steps) for sign in (1, -1))
    slope = (ahead - behind) / 2
    expected = systems.linearise(points)[1].matvec(steps)
    assert (slope - expected).norm() < 1e-6 * expected.norm()


@pytest.mark.parametrize("some", [[0], [1, 3], [0, 1, 2], [3]])
@PROBLEMS
def test_some_systems_look_as_they_do_among_all(problem: Problem, some: list[int]) -> None:
    made, points = mixture(problem), drawn(problem)
    systems = ExpertResiduals(problem, made, made.expert_stacks)
    steps, chosen = step_for(systems, points, 0.1), torch.tensor(some)
    everyone = systems.residuals(points, torch.arange(len(steps)), steps)
    got = systems.residuals(points, chosen, steps[chosen])
    torch.testing.assert_close(got, everyone[chosen], rtol=1e-12, atol=1e-12)


def test_experts_of_other_stacks_stay_where_they_are() -> None:
    made, points = mixture(POISSON), drawn(POISSON)
    first, *others = made.expert_stacks
    before = [p.detach().clone() for one in (*others, made.gate) for p in one.parameters()]
    systems = ExpertResiduals(POISSON, made, [first])
    systems.move(step_for(systems, points, 1.0))
    after = [p for one in (*others, made.gate) for p in one.parameters()]
    assert all(torch.equal(p, q) for p, q in zip(before, after, strict=True))


def test_rows_by_hand() -> None:
    """A point's row carries the root of its weight, a condition's the root of weight / count."""
    problem = Problem(
        name="shares",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u, x: (u - u + x, u - u + 1),
        conditions=[Condition(("x_min", "x_max"), lambda u: u - u + 3, weight=8.0)],
        balanced=False,
    )
    made = Mixture(POOL, GateSettings(1, 4), problem.domain.bounds, 1, seed=0)
    interior = torch.tensor([[0.2], [0.5]], dtype=DOUBLE)
    weights = torch.tensor([0.25, 0.75], dtype=DOUBLE)
    ends = {"x_min": slice(0, 1), "x_max": slice(1, 2)}
    points = Points(
        (
            Sample(interior, interior[:, :0], weights, {"interior": slice(0, 2)}),
            Sample(
                torch.tensor([[0.0], [1.0]], dtype=DOUBLE),
                torch.tensor([[-1.0], [1.0]]),
                None,
                ends,
            ),
        )
    )
    residuals, _ = MixtureResiduals(problem, made).linearise(points)
    expected = [0.2 * 0.5, 0.5 * 0.75**0.5, 0.5, 0.75**0.5, 6.0, 6.0]
    torch.testing.assert_close(residuals, torch.tensor([expected], dtype=DOUBLE))


def test_an_equation_of_the_point_alone_has_rows_of_zeros() -> None:
    problem = replace(POISSON, residual=lambda u, x: (u.xx + 1, x - 0.5), balanced=False)
    made, points = mixture(problem), drawn(problem)
    for systems in (make_experts(problem, made), MixtureResiduals(problem, made)):
        residuals, jacobian = systems.linearise(points)
        rows = slice(23, 46)
        weights = points.samples[0].weights
        assert weights is not None
        expected = (points.interior[:, 0] - 0.5) * weights.sqrt()
        torch.testing.assert_close(residuals[0, rows], expected)
        entries = jacobian.dense()
        assert entries[:, rows].abs().max() == 0
        assert entries[:, :23].abs().max() > 0
