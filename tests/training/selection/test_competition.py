"""A step of the competition against autograd on the whole mixture, and its numbers by formula."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import sparsity
from nas.problems import Condition
from nas.training.collocation import Points
from nas.training.physics_loss import physics_loss
from nas.training.selection import CompetitionSettings
from nas.training.selection.competition import Competition
from tests.training.problems import POISSON, POOL, sampler

DOUBLE, CPU = torch.float64, torch.device("cpu")
RATE = 1e-3


def mixture() -> Mixture:
    """Three shapes, and a gate that is stirred."""
    made = Mixture(POOL, GateSettings(1, 4), POISSON.domain.bounds, 1, seed=0)
    with torch.no_grad():
        made.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(0))
    return made


def begun(p: float = 0.5, **settings: Any) -> Competition:
    return Competition(POISSON, mixture(), p, CompetitionSettings(**settings))


def drawn(number: int = 0) -> Points:
    return sampler(16, 2).draw(number, CPU)


def importance(made: Mixture, points: Points) -> Tensor:
    values = DerivativeSet([], 1)
    coordinates = made.coordinates(points.interior, values)
    return made.weights(made.logits(coordinates, values)).mean(0)


@pytest.mark.parametrize("weight", [0.0, 0.1, 30.0])
@pytest.mark.parametrize("p", [0.3, 0.9, 2.0])
def test_the_gradient_is_that_of_the_loss_and_of_the_term_in_units_of_the_loss(
    weight: float, p: float
) -> None:
    """∇ (loss + weight · loss₀ · S_p), loss₀ held fixed, by autograd on the whole mixture."""
    competition, points = begun(p), drawn()
    made = competition.mixture
    loss = physics_loss(POISSON, points, made)
    objective = loss + weight * loss.detach() * sparsity(importance(made, points), p)
    expected = torch.autograd.grad(objective, list(made.parameters()))
    seen = competition.advance(points, RATE, weight, experts_learn=True)
    torch.testing.assert_close(seen, loss.detach())
    for parameter, gradient in zip(made.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-9, atol=1e-12)


def test_with_small_residuals_the_penalty_is_as_small() -> None:
    """Residuals a thousandth of what they were: a millionth of the gradient, penalty included."""
    nothing = [Condition("x_min", lambda u: u, weight=1e-30)]
    large = replace(POISSON, conditions=nothing, balanced=False)
    whole = large.residual
    assert callable(whole)
    small = replace(large, residual=lambda u, x: 1e-3 * whole(u, x))
    found = []
    for problem in (large, small):
        competition = Competition(problem, mixture(), 0.5)
        points = sampler(16, 2, problem).draw(0, CPU)
        competition.advance(points, RATE, 10.0, experts_learn=False)
        gradients = [p.grad for p in competition.mixture.gate.parameters() if p.grad is not None]
        found.append(torch.cat([gradient.flatten() for gradient in gradients]))
    torch.testing.assert_close(found[1], 1e-6 * found[0], rtol=1e-9, atol=1e-15)


def moves(competition: Competition, experts_learn: bool = True) -> tuple[Tensor, Tensor]:
    """By how much a first step moves the gate's biases, and an expert's."""
    made = competition.mixture
    parameters = (list(made.gate.parameters())[-1], made.expert_stacks[0].biases[-1])
    before = [p.detach().clone() for p in parameters]
    competition.advance(drawn(), RATE, 0.0, experts_learn)
    gate, expert = ((p.detach() - q).abs() for p, q in zip(parameters, before, strict=True))
    return gate, expert


def test_gate_and_experts_have_rates_of_their_own() -> None:
    """Adam's first step is as long as its rate, whatever the gradient."""
    gate, expert = moves(begun())
    torch.testing.assert_close(gate, torch.full_like(gate, 5.0 * RATE), rtol=1e-3, atol=0)
    torch.testing.assert_close(expert, torch.full_like(expert, 0.15 * RATE), rtol=1e-3, atol=0)
    gate, expert = moves(begun(gate_rate=2.0, experts_rate=3.0))
    torch.testing.assert_close(gate, torch.full_like(gate, 2.0 * RATE), rtol=1e-3, atol=0)
    torch.testing.assert_close(expert, torch.full_like(expert, 3.0 * RATE), rtol=1e-3, atol=0)


def test_experts_stand_still_where_the_gate_learns_alone() -> None:
    gate, expert = moves(begun(), experts_learn=False)
    assert gate.min() > 0
    assert expert.max() == 0


@pytest.mark.parametrize("smoothing", [0.98, 0.5, 0.0])
def test_importance_is_an_exponential_moving_average(smoothing: float) -> None:
    """m₁ = λ̄₁, then mₙ = β mₙ₋₁ + (1 - β) λ̄ₙ."""
    competition = begun(smoothing=smoothing)
    expected = None
    for number in range(4):
        points = drawn(number)
        now = importance(competition.mixture, points).detach()
        expected = now if expected is None else smoothing * expected + (1 - smoothing) * now
        competition.advance(points, 50 * RATE, 0.0, experts_learn=True)
        assert competition.importance is not None
        torch.testing.assert_close(competition.importance, expected)
    assert CompetitionSettings().smoothing == 0.98


def test_after_a_drop_the_others_share_the_importance() -> None:
    competition = begun()
    for number in range(3):
        competition.advance(drawn(number), RATE, 0.0, experts_learn=True)
    before = competition.importances
    competition.drop(1)
    left = {index: value for index, value in before.items() if index != 1}
    total = sum(left.values())
    assert total < 1 - 1e-3  # else nothing had to be shared
    expected = {index: value / total for index, value in left.items()}
    assert competition.importances == pytest.approx(expected, rel=1e-12)
    assert sum(competition.importances.values()) == pytest.approx(1, rel=1e-12)


def test_restored_it_is_what_it_was_with_those_alive_that_were() -> None:
    competition = begun()
    competition.advance(drawn(), RATE, 0.1, experts_learn=True)
    state = competition.state()
    kept = {name: value.clone() for name, value in state["mixture"].items()}
    competition.drop(2)
    competition.advance(drawn(1), RATE, 0.1, experts_learn=True)
    competition.restore({**state, "mixture": kept})
    assert competition.mixture.alive == state["alive"]
    assert all(
        torch.equal(value, kept[name]) for name, value in competition.mixture.state_dict().items()
    )
    assert competition.importance is not None
    assert torch.equal(competition.importance, state["importance"])
