"""The gate among frozen experts: its Jacobian by autograd, the term's majorant, and its steps."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import Gate, GateSettings
from nas.mixture.memory import Memory
from nas.mixture.mixture import Mixture
from nas.mixture.sparsity import LEAST, sparsity
from nas.problems.problem import Problem
from nas.training.collocation import Points
from nas.training.physics_loss import mixture_loss
from nas.training.residuals import residuals_of
from nas.training.selection.frozen import FrozenCompetition, GateResiduals
from tests.oracles import relative
from tests.training.problems import INVERSE, POISSON, POOL, SYSTEM, sampler

CPU, DOUBLE = torch.device("cpu"), torch.float64
FIRST = torch.tensor([0])  # of one system
PROBLEMS = pytest.mark.parametrize("problem", [POISSON, SYSTEM, INVERSE], ids=lambda one: one.name)


def mixture(problem: Problem = POISSON, depth: int = 1) -> Mixture:
    """Four experts of two shapes, and a gate that is stirred."""
    unknown = [one.first for one in problem.unknown.values()]
    bounds, fields = problem.domain.bounds, len(problem.fields)
    made = Mixture(POOL, GateSettings(depth, 4), bounds, fields, seed=0, unknown=unknown).double()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.gate.parameters():
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=generator, dtype=DOUBLE))
    return made


def drawn(problem: Problem = POISSON, number: int = 0) -> Points:
    return sampler(12, 4, problem).draw(number, CPU)


def of_gate(made: Mixture, theta: Tensor) -> dict[str, Tensor]:
    """The gate's parameters by name from those in a row (P,): layer by layer, weight and bias."""
    gate = made.gate
    assert isinstance(gate, Gate)
    found, left = {}, 0
    for layer, (weight, bias) in enumerate(
        zip(gate.networks.weights, gate.networks.biases, strict=True)
    ):
        middle, right = left + weight.numel(), left + weight.numel() + bias.numel()
        new = theta[left:middle].view(weight.shape[1:]), theta[middle:right]
        if layer < len(gate.weights):
            found[f"gate.weights.{layer}"], found[f"gate.biases.{layer}"] = new
        else:
            found["gate.out_weight"], found["gate.out_bias"] = new[0].T, new[1]
        left = right
    assert left == len(theta)
    return found


def theta_of(made: Mixture) -> Tensor:
    gate = made.gate.networks
    pairs = zip(gate.weights, gate.biases, strict=True)
    return torch.cat([one.detach().flatten() for pair in pairs for one in pair])


def residuals_by(problem: Problem, made: Mixture, points: Points) -> Callable[[Tensor], Tensor]:
    """Residuals (R,) of the mixture, as a function of the gate's parameters (P,)."""

    def rows(theta: Tensor) -> Tensor:
        def evaluate(x: Tensor, derivatives: DerivativeSet) -> Tensor:
            jet: Tensor = functional_call(made, of_gate(made, theta), (x, derivatives))
            return jet

        return torch.cat(list(residuals_of(problem, points, evaluate)))

    return rows


def importance_by(made: Mixture, points: Points) -> Callable[[Tensor], Tensor]:
    """Mean weights (E,) over the interior, as a function of the gate's parameters (P,)."""

    def means(theta: Tensor) -> Tensor:
        *hidden, out_weight, out_bias = of_gate(made, theta).values()
        x = (points.interior - made.centre) / made.half_extent
        for weight, bias in zip(hidden[::2], hidden[1::2], strict=True):
            x = torch.tanh(x @ weight + bias)
        return (x @ out_weight.T + out_bias).softmax(-1).mean(0)

    return means


def jacobian(function: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """Row by row, by autograd."""
    theta = theta.clone().requires_grad_()
    values = function(theta)
    rows = [torch.autograd.grad(one, theta, retain_graph=True)[0] for one in values.reshape(-1)]
    return torch.stack(rows).view(*values.shape, -1)


@PROBLEMS
@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("p", [0.3, 0.9])
def test_rows_and_their_derivatives_are_those_of_autograd(
    problem: Problem, depth: int, p: float
) -> None:
    made, points, weight = mixture(problem, depth), drawn(problem), 0.7
    rows, found = GateResiduals(problem, made, p, weight).linearise(points)

    theta, residuals = theta_of(made), residuals_by(problem, made, points)
    importance = importance_by(made, points)
    loss, means = residuals(theta).square().sum(), importance(theta)
    factors = (weight * loss * p / 2 * means ** (p - 2)).sqrt().detach()  # held fixed

    def all_rows(theta: Tensor) -> Tensor:
        return torch.cat([residuals(theta), factors * importance(theta)])

    assert found.dense().shape == (1, len(rows[0]), len(theta))
    assert relative(rows[0], all_rows(theta).detach()) < 1e-12
    assert relative(found.dense()[0], jacobian(all_rows, theta)) < 1e-9


@PROBLEMS
def test_without_a_weight_the_rows_are_the_loss(problem: Problem) -> None:
    made, points = mixture(problem), drawn(problem)
    systems = GateResiduals(problem, made, p=0.5)
    rows, _ = systems.linearise(points)
    loss = mixture_loss(problem, made, points)
    torch.testing.assert_close(rows.square().sum(), loss)
    torch.testing.assert_close(systems.loss, loss)
    assert rows[0, -len(POOL) :].abs().max() == 0


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_the_squares_of_the_term_lie_above_it_and_touch_it_where_they_begin(p: float) -> None:
    """λ̄ᵖ ≤ (p/2) λ̄₀ᵖ⁻² λ̄² + (1 - p/2) λ̄₀ᵖ; the same value and slope at λ̄₀."""
    made, points, weight = mixture(), drawn(), 3.0
    systems = GateResiduals(POISSON, made, p, weight)
    rows, found = systems.linearise(points)
    theta, importance = theta_of(made), importance_by(made, points)
    first = importance(theta)
    unit = weight * systems.loss  # the loss before is the unit of the term

    def majorant(rows: Tensor) -> Tensor:
        return rows[0, -len(POOL) :].square().sum() + unit * (1 - p / 2) * (first**p).sum()

    torch.testing.assert_close(majorant(rows), unit * sparsity(first, p))
    slope = 2 * rows[0, -len(POOL) :] @ found.dense()[0, -len(POOL) :]
    expected = jacobian(lambda theta: unit * sparsity(importance(theta), p), theta)
    assert relative(slope, expected) < 1e-9
    generator = torch.Generator().manual_seed(1)
    for size in (0.01, 0.3, 3.0):
        step = size * torch.randn(1, len(theta), generator=generator, dtype=DOUBLE)
        above = majorant(systems.residuals(points, FIRST, step))
        term = unit * sparsity(importance(theta + step[0]), p)
        assert float(above) > float(term)


def test_an_expert_without_weight_makes_no_row_infinite() -> None:
    made, points = mixture(), drawn()
    made.gate.prefer(torch.tensor([0.0, 0.0, 0.0, -800.0]))
    systems = GateResiduals(POISSON, made, p=0.5, weight=1.0)
    rows, found = systems.linearise(points)
    assert systems.importance[-1] < LEAST
    assert bool(rows.isfinite().all())
    assert bool(found.dense().isfinite().all())


@PROBLEMS
def test_residuals_after_a_step_are_those_of_the_mixture_moved(problem: Problem) -> None:
    made, points = mixture(problem), drawn(problem)
    systems = GateResiduals(problem, made, p=0.5, weight=0.7)
    before, found = systems.linearise(points)
    generator = torch.Generator().manual_seed(2)
    step = 0.3 * torch.randn(1, found.parameters, generator=generator, dtype=DOUBLE)
    foreseen = systems.residuals(points, FIRST, step)
    assert relative(foreseen, before) > 1e-3
    expected = residuals_by(problem, made, points)(theta_of(made) + step[0]).detach()
    assert relative(foreseen[0, : -len(POOL)], expected) < 1e-12
    theta = theta_of(made)
    systems.move(step)
    torch.testing.assert_close(theta_of(made), theta + step[0], rtol=1e-15, atol=1e-15)
    torch.testing.assert_close(
        systems.residuals(points, FIRST, torch.zeros_like(step)), foreseen, rtol=1e-12, atol=1e-14
    )


def experts_of(made: Mixture) -> dict[int, list[list[float]]]:
    """All numbers of each expert, by its index in the pool."""
    return {
        index: [parameter[row].detach().flatten().tolist() for parameter in stack.parameters()]
        for stack in made.expert_stacks
        for row, (index, _) in enumerate(stack.members)
    }


def begun(remember: bool = False) -> FrozenCompetition:
    made = mixture()
    made.memory = Memory() if remember else None
    return FrozenCompetition(POISSON, made, p=0.5)


def advanced(one: FrozenCompetition, steps: int, weight: float = 0.0) -> list[float]:
    points = drawn()
    return [float(one.advance(points, 0.0, weight, experts_learn=False)) for _ in range(steps)]


def test_the_loss_falls_and_no_expert_changes_a_bit() -> None:
    competition = begun()
    before = experts_of(competition.mixture)
    losses = advanced(competition, 12)
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.7 * losses[0]
    assert experts_of(competition.mixture) == before


def test_a_step_tells_the_loss_before_it_and_the_importances() -> None:
    competition, points = begun(), drawn()
    assert competition.importances == {}
    loss = mixture_loss(POISSON, competition.mixture, points)
    means = importance_by(competition.mixture, points)(theta_of(competition.mixture))
    got = competition.advance(points, 0.0, 0.4, experts_learn=False)
    torch.testing.assert_close(got, loss)
    assert list(competition.importances) == competition.mixture.alive
    assert list(competition.importances.values()) == pytest.approx(means.tolist(), rel=1e-12)
    assert competition.sparsity is not None
    torch.testing.assert_close(competition.sparsity, sparsity(means, 0.5))


def test_the_term_gathers_the_weight_on_fewer() -> None:
    free, urged = begun(), begun()
    advanced(free, 10)
    advanced(urged, 10, weight=30.0)
    assert free.sparsity is not None
    assert urged.sparsity is not None
    assert float(urged.sparsity) < float(free.sparsity) - 0.1


def test_what_is_remembered_gives_the_digits_of_what_is_evaluated() -> None:
    """Through a drop, and when it is taken back."""
    found = []
    for remember in (True, False):
        competition = begun(remember)
        losses = advanced(competition, 3)
        before = copy.deepcopy(competition.state())
        competition.drop(0)
        losses += advanced(competition, 3)
        competition.drop(2)
        losses += advanced(competition, 2)
        competition.restore(before)
        assert sorted(competition.mixture.alive) == [0, 1, 2, 3]
        losses += advanced(competition, 3)
        found.append((losses, theta_of(competition.mixture)))
        assert (competition.mixture.memory is not None) == remember
    (remembered, theta), (fresh, expected) = found
    assert remembered == pytest.approx(fresh, rel=1e-9)
    torch.testing.assert_close(theta, expected, rtol=1e-7, atol=1e-9)


def test_jets_that_are_remembered_are_those_of_the_experts() -> None:
    competition, points = begun(remember=True), drawn()
    made, values = competition.mixture, DerivativeSet([(2,)], 1)
    x = made.coordinates(points.interior, values)
    whole = made.fields(x, values)
    assert torch.equal(made.fields(x, values), whole)
    before = copy.deepcopy(competition.state())
    competition.drop(1)
    competition.restore(before)
    assert competition.mixture is not made
    for now in (made, competition.mixture):
        assert now.memory is not None
        expected = now._fields(x, values)
        torch.testing.assert_close(now.fields(x, values), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("drops", [[], [2]], ids=["all there", "one dropped"])
def test_restored_it_goes_on_with_equal_digits(drops: list[int]) -> None:
    whole, part = begun(), begun()
    for one in (whole, part):
        advanced(one, 2, weight=0.3)
        for index in drops:
            one.drop(index)
        advanced(one, 2, weight=0.3)
    state = copy.deepcopy(part.state())
    again = begun()
    again.restore(state)
    assert again.importances == part.importances
    assert advanced(again, 4, weight=0.3) == advanced(whole, 4, weight=0.3)
    assert torch.equal(theta_of(again.mixture), theta_of(whole.mixture))
    assert again.mixture.alive == whole.mixture.alive


def test_those_that_stay_share_the_importance_of_one_that_leaves() -> None:
    competition = begun()
    advanced(competition, 2)
    before = competition.importances
    competition.drop(1)
    left = {index: value for index, value in before.items() if index != 1}
    shared = {index: value / sum(left.values()) for index, value in left.items()}
    assert competition.importances == pytest.approx(shared)


def test_a_step_is_the_damped_one_as_it_is() -> None:
    """Neither bent nor of another length: (JᵀJ + λ) d = -Jᵀr for some λ > 0."""
    competition, points = begun(), drawn()
    rows, jacobian = GateResiduals(POISSON, competition.mixture, p=0.5).linearise(points)
    (r,), (j,) = rows, jacobian.dense()
    before = theta_of(competition.mixture)
    competition.advance(points, 0.0, 0.0, experts_learn=False)
    step = theta_of(competition.mixture) - before
    assert step.norm() > 0
    left = -j.T @ r - j.T @ (j @ step)
    damping = float(left @ step / (step @ step))
    assert damping > 0
    torch.testing.assert_close(left, damping * step, rtol=1e-6, atol=1e-9 * float(left.norm()))
