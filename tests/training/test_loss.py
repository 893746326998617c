"""The physics loss by hand and against the exact solution."""

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import sparsity
from nas.problems import Box, Condition, Problem
from nas.training import loss
from nas.training.loss import individual_losses, mixture_loss, physics_loss
from nas.training.points import Points, Sampler
from tests.training.problems import POISSON, POOL

DOUBLE, CPU = torch.float64, torch.device("cpu")


def constant(value: float, x: Tensor, derivatives: DerivativeSet) -> Tensor:
    """The jet of u = value."""
    jet = torch.zeros(len(derivatives), len(x), 1, dtype=x.dtype)
    jet[0] = value
    return jet


def test_loss_of_a_constant_by_hand() -> None:
    # u = 3 for u'' = 2, u(0) = u(1) = 0 with weight 5: (0 - 2)² + 5 · 3²
    problem = Problem(
        name="parabola",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: u.xx - 2,
        conditions=[Condition(("x_min", "x_max"), lambda u: u, weight=5.0)],
    )
    points = Sampler(problem, 8, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(value) == pytest.approx(4 + 5 * 9, rel=1e-14)


def test_systems_and_separate_conditions_add_up() -> None:
    problem = Problem(
        name="system",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: (u.x - 1, u - 1),
        conditions=[Condition("x_min", lambda u: u), Condition("x_max", lambda u: (u - 1, u.x))],
    )
    points = Sampler(problem, 8, 4, "sobol", 0).draw(0, DOUBLE, CPU)
    # u = 3: residuals -1 and 2; at the left 3; at the right 2 and 0
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(value) == pytest.approx(1 + 4 + 9 + 4 + 0, rel=1e-14)


def test_exact_solution_has_no_loss() -> None:
    points = Sampler(POISSON, 32, 2, "sobol", 0).draw(0, DOUBLE, CPU)

    def exact(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        pi, angle = torch.pi, torch.pi * x
        every = [torch.sin(angle), pi * torch.cos(angle), -(pi**2) * torch.sin(angle)]
        return torch.stack(every[: len(derivatives)])

    assert float(physics_loss(POISSON, points, exact)) < 1e-25


def test_points_count_by_their_weights() -> None:
    """Σ w (u - x)² of u = 3, over interior points alone."""
    problem = Problem(
        name="weighted",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u, x: u - x,
        conditions=[Condition("x_min", lambda u: u - 1)],
    )
    points = Points(
        torch.tensor([[0.0], [0.5], [1.0]], dtype=DOUBLE),
        torch.tensor([0.5, 0.3, 0.2], dtype=DOUBLE),
        torch.zeros(4, 1, dtype=DOUBLE),
        {"x_min": slice(0, 4)},
    )
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s), lambda derivatives: 2)
    assert float(value) == pytest.approx(0.5 * 9 + 0.3 * 2.5**2 + 0.2 * 4 + 4, rel=1e-14)


def test_points_as_drawn_count_alike() -> None:
    points = Sampler(POISSON, 8, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    assert torch.equal(points.weights, torch.full((8,), 1 / 8, dtype=DOUBLE))


def test_own_losses_are_those_of_mixtures_of_one() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    points = Sampler(POISSON, 32, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    own = individual_losses(POISSON, mixture, points)
    for index, expected in zip(mixture.alive, own, strict=True):
        alone = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0, alive=[index])
        torch.testing.assert_close(mixture_loss(POISSON, alone, points), expected)


def test_loss_without_an_expert_is_the_loss_after_its_drop() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    points = Sampler(POISSON, 32, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    foreseen = mixture_loss(POISSON, mixture, points, without=2)
    mixture.drop(2)
    torch.testing.assert_close(mixture_loss(POISSON, mixture, points), foreseen)


def test_a_draw_is_the_same_for_the_same_seed_and_number() -> None:
    sampler = Sampler(POISSON, 16, 2, "sobol", 3)
    one, again, other = (sampler.draw(number, DOUBLE, CPU) for number in (5, 5, 6))
    assert torch.equal(one.interior, again.interior)
    assert not torch.equal(one.interior, other.interior)
    assert not torch.equal(one.interior, sampler.held_out(DOUBLE, CPU).interior)


def test_problem_without_conditions() -> None:
    problem = Problem(
        name="free", domain=Box(x=(0.0, 1.0)), residual=lambda u: u - 1, conditions=[]
    )
    points = Sampler(problem, 8, 2, "sobol", 0).draw(0, DOUBLE, CPU)
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(value) == pytest.approx(4.0)


@pytest.fixture
def plate() -> tuple[Problem, Mixture, Points]:
    """A problem with conditions of three kinds, and a mixture whose gate is stirred."""
    problem = Problem(
        name="plate",
        domain=Box(x=(0.0, 1.0), y=(0.0, 1.0)),
        residual=lambda u, x: u.xx + u.yy + u * x,
        conditions=[
            Condition(("x_min", "y_max"), lambda u: u - 1, weight=3.0),
            Condition("y_min", lambda u: (u, u.y)),
            Condition("x_max", lambda u, y: u.x - y),
        ],
    )
    mixture = Mixture(POOL, GateSettings(1, 4), problem.domain.bounds, 1, seed=0)
    with torch.no_grad():
        mixture.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(0))
    return problem, mixture, Sampler(problem, 50, 41, "sobol", 0).draw(0, DOUBLE, CPU)


@pytest.mark.parametrize("largest", [1, 7, 13, 10**6])
def test_chunks_change_neither_losses_nor_gradients(
    plate: tuple[Problem, Mixture, Points], monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    problem, mixture, points = plate
    parameters = list(mixture.parameters())

    def alone(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        return mixture.experts(mixture.coordinates(x, derivatives), derivatives)

    expected = physics_loss(problem, points, mixture)
    expected_own = physics_loss(problem, points, alone)
    gradients = torch.autograd.grad(expected, parameters)
    experts = [*mixture.stacks.parameters()]
    own_gradients = torch.autograd.grad(expected_own.sum(), experts)

    monkeypatch.setattr(loss, "CHUNK_BYTES", 1)
    monkeypatch.setattr(loss, "SMALLEST_CHUNK", largest)
    torch.testing.assert_close(mixture_loss(problem, mixture, points), expected.detach())
    torch.testing.assert_close(individual_losses(problem, mixture, points), expected_own.detach())
    seen = loss.learn_mixture(problem, mixture, points)
    torch.testing.assert_close(seen.loss, expected.detach())
    for parameter, gradient in zip(parameters, gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-10, atol=1e-12)
    derivatives = DerivativeSet([], 2)
    weights = mixture.weights(
        mixture.logits(mixture.coordinates(points.interior, derivatives), derivatives)
    )
    torch.testing.assert_close(seen.importance, weights.mean(0).detach())
    mixture.zero_grad()
    torch.testing.assert_close(
        loss.learn_individually(problem, mixture, points), expected_own.detach()
    )
    for parameter, gradient in zip(experts, own_gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-10, atol=1e-12)


def test_the_gate_alone_learns_where_the_experts_do_not(
    plate: tuple[Problem, Mixture, Points],
) -> None:
    problem, mixture, points = plate
    loss.learn_mixture(problem, mixture, points, experts_learn=False)
    assert all(parameter.grad is None for parameter in mixture.stacks.parameters())
    assert all(parameter.grad is not None for parameter in mixture.gate.parameters())


def test_the_gradient_of_the_importance_is_that_of_the_mean_weights(
    plate: tuple[Problem, Mixture, Points], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, mixture, points = plate
    derivatives, gate = DerivativeSet([], 2), list(mixture.gate.parameters())
    coordinates = mixture.coordinates(points.interior, derivatives)
    importance = mixture.weights(mixture.logits(coordinates, derivatives)).mean(0)
    penalty_weight = sparsity(importance, 0.5)
    (slope,) = torch.autograd.grad(penalty_weight, importance, retain_graph=True)
    gradients = torch.autograd.grad(penalty_weight, gate)
    monkeypatch.setattr(loss, "CHUNK_BYTES", 1)
    monkeypatch.setattr(loss, "SMALLEST_CHUNK", 7)
    loss.learn_importance(mixture, points, slope)
    for parameter, gradient in zip(gate, gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-10, atol=1e-13)
