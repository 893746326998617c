"""The physics loss by hand and against the exact solution."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import sparsity
from nas.problems import Box, Condition, Problem, load
from nas.training import physics_loss as loss
from nas.training.collocation import Points, Sample
from nas.training.physics_loss import HeldOutLoss, individual_losses, mixture_loss, physics_loss
from tests.training.problems import PERIODIC, POISSON, POOL, sampler

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
        balanced=False,
    )
    points = sampler(8, 2, problem).draw(0, CPU)
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(value) == pytest.approx(4 + 5 * 9, rel=1e-14)


def test_systems_and_separate_conditions_add_up() -> None:
    problem = Problem(
        name="system",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: (u.x - 1, u - 1),
        conditions=[Condition("x_min", lambda u: u), Condition("x_max", lambda u: (u - 1, u.x))],
        balanced=False,
    )
    points = sampler(8, 4, problem).draw(0, CPU)
    # u = 3: residuals -1 and 2; at the left 3; at the right 2 and 0
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s))
    assert float(value) == pytest.approx(1 + 4 + 9 + 4 + 0, rel=1e-14)


def test_exact_solution_has_no_loss() -> None:
    points = sampler(32, 2).draw(0, CPU)

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
        balanced=False,
    )
    interior = torch.tensor([[0.0], [0.5], [1.0]], dtype=DOUBLE)
    weights = torch.tensor([0.5, 0.3, 0.2], dtype=DOUBLE)
    points = Points(
        (
            Sample(interior, interior[:, :0], weights, {"interior": slice(0, 3)}),
            Sample(torch.zeros(4, 1), -torch.ones(4, 1), None, {"x_min": slice(0, 4)}),
        )
    )
    value = physics_loss(problem, points, lambda x, s: constant(3.0, x, s), lambda derivatives: 2)
    assert float(value) == pytest.approx(0.5 * 9 + 0.3 * 2.5**2 + 0.2 * 4 + 4, rel=1e-14)


def test_individual_losses_are_those_of_mixtures_of_one() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    points = sampler(32, 2).draw(0, CPU)
    own = individual_losses(POISSON, mixture, points)
    for index, expected in zip(mixture.alive, own, strict=True):
        alone = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0, alive=[index])
        torch.testing.assert_close(mixture_loss(POISSON, alone, points), expected)


def test_loss_without_an_expert_is_the_loss_after_its_drop() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    points = sampler(32, 2).draw(0, CPU)
    foreseen = mixture_loss(POISSON, mixture, points, without=2)
    mixture.drop(2)
    torch.testing.assert_close(mixture_loss(POISSON, mixture, points), foreseen)


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
    return problem, mixture, sampler(50, 41, problem).draw(0, CPU)


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
    term = sparsity(importance, 0.5)
    (slope,) = torch.autograd.grad(term, importance, retain_graph=True)
    gradients = torch.autograd.grad(term, gate)
    monkeypatch.setattr(loss, "CHUNK_BYTES", 1)
    monkeypatch.setattr(loss, "SMALLEST_CHUNK", 7)
    loss.learn_importance(mixture, points, slope)
    for parameter, gradient in zip(gate, gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-10, atol=1e-13)


def test_held_out_losses_are_those_at_the_held_out_points() -> None:
    mixture = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    chosen = sampler(16, 2)
    measure = HeldOutLoss(POISSON, chosen, mixture.centre)
    points = chosen.held_out(CPU)
    assert measure(mixture) == float(mixture_loss(POISSON, mixture, points))
    assert measure(mixture, 2) == float(mixture_loss(POISSON, mixture, points, without=2))
    assert measure.individual(mixture) == individual_losses(POISSON, mixture, points).tolist()
    trained_on = chosen.draw(0, CPU)
    assert measure(mixture) != float(mixture_loss(POISSON, mixture, trained_on))


@pytest.mark.parametrize("largest", [1, 5, 10**6])
def test_a_residual_that_sees_two_points_at_once(
    monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    """u = x y on a square that is to be periodic along x: 0 on the left, y on the right."""
    monkeypatch.setattr(loss, "CHUNK_BYTES", 1)
    monkeypatch.setattr(loss, "SMALLEST_CHUNK", largest)
    problem = replace(PERIODIC, balanced=False)
    points = sampler(8, 6, problem).draw(0, CPU)
    pairs = points.samples[1].points
    assert pairs.shape == (2, 6, 2)

    def product(x: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = torch.zeros(len(derivatives), len(x), 1, dtype=DOUBLE)
        jet[0, :, 0] = x[:, 0] * x[:, 1]
        if (1, 0) in derivatives.index:
            jet[derivatives.index[1, 0], :, 0] = x[:, 1]
        return jet

    y = pairs[0, :, 1]
    expected = 4.0 * y.square().mean() + (points.interior.prod(-1) - 1).square().mean()
    got = physics_loss(problem, points, product, lambda derivatives: largest)
    torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("largest", [1, 7])
def test_chunks_that_see_nothing_of_a_piece_are_no_trouble(
    monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    wall = load("two_materials")
    mixture = Mixture(POOL, GateSettings(1, 4), wall.domain.bounds, 2, seed=0)
    points = sampler(20, 12, wall).draw(0, CPU)
    expected = physics_loss(wall, points, mixture).detach()
    monkeypatch.setattr(loss, "CHUNK_BYTES", 1)
    monkeypatch.setattr(loss, "SMALLEST_CHUNK", largest)
    torch.testing.assert_close(mixture_loss(wall, mixture, points), expected)
