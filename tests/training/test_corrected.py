"""Training and files of a mixture with corrections, which are a known part of its solution."""

from itertools import chain
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas.errors import UserError
from nas.mixture.gates import perceptron
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training import checkpoint, mixture_file
from nas.training.collocation import Points
from nas.training.physics_loss import individual_losses, learn_mixture, mixture_loss
from nas.training.residuals import ExpertResiduals, MixtureResiduals
from tests.oracles import relative
from tests.training.problems import INVERSE, POISSON, POOL, SYSTEM, sampler

DOUBLE, CPU = torch.float64, torch.device("cpu")
WAVES = Candidate("sine", 1, 12)
PROBLEMS = pytest.mark.parametrize(
    "problem", [POISSON, SYSTEM, INVERSE], ids=lambda problem: problem.name
)
POOLS = pytest.mark.parametrize("pool", [POOL, POOL[:1]], ids=["gated", "single"])


def mixture(problem: Problem, pool: tuple[Candidate, ...] = POOL) -> Mixture:
    """With a gate that is stirred, and no correction."""
    unknown = [one.first for one in problem.unknown.values()]
    bounds, outputs = problem.domain.bounds, len(problem.fields)
    made = Mixture(pool, GateSettings(1, 4), bounds, outputs, seed=0, unknown=unknown)
    with torch.no_grad():
        made.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(0))
    return made


def corrected(made: Mixture, times: int = 2) -> Mixture:
    generator = torch.Generator().manual_seed(3)
    for _ in range(times):
        shapes = (made.inputs, 12), (12, made.outputs), (12,), (made.outputs,)
        first, last, phase, offset = (
            torch.randn(shape, generator=generator, dtype=DOUBLE) for shape in shapes
        )
        made = made.corrected(WAVES, [first, 0.2 * last], [phase, offset])
    return made


def drawn(problem: Problem) -> Points:
    return sampler(9, 5, problem).draw(0, CPU)


def rows_of(problem: Problem, made: Mixture, points: Points) -> Tensor:
    """The residuals (R,) of the mixture, with its graph, as `forward` sees it."""
    found: list[Tensor] = []
    for group, sample in zip(problem.groups, points.samples, strict=True):
        for term in group.terms:
            seen = sample.seen_by(term)
            found += seen.weighted(problem, made(seen.flat, group.derivatives), group.derivatives)
    return torch.cat(found)


def flat_gradient(row: Tensor, made: Mixture) -> Tensor:
    """∂ row / ∂ parameters (P,), in the order of the Jacobian's columns."""
    gate = made.gate
    assert isinstance(gate, perceptron.Gate)
    many = len(made.alive) > 1
    last = [gate.out_weight, gate.out_bias]
    of_gate = [*chain(*zip(gate.weights, gate.biases, strict=True)), *last] if many else []
    layers = [list(chain(*zip(s.weights, s.biases, strict=True))) for s in made.expert_stacks]
    unknown = [] if made.unknown is None else [made.unknown]
    every = [*chain(*layers), *of_gate, *unknown]
    found = torch.autograd.grad(row, every, retain_graph=True, allow_unused=True)
    slopes = {
        id(one): torch.zeros_like(one) if slope is None else slope
        for one, slope in zip(every, found, strict=True)
    }
    columns = [
        torch.cat([slopes[id(one)].flatten(1) for one in stack], dim=1).flatten()
        for stack in layers
    ]
    columns += [
        # The gate's last layer acts from the right, like all others.
        (slopes[id(one)].T if one is gate.out_weight else slopes[id(one)]).flatten()
        for one in [*of_gate, *unknown]
    ]
    return torch.cat(columns)


@POOLS
@PROBLEMS
def test_the_jacobian_is_that_of_autograd(problem: Problem, pool: tuple[Candidate, ...]) -> None:
    made, points = corrected(mixture(problem, pool)), drawn(problem)
    residuals, jacobian = MixtureResiduals(problem, made).linearise(points)
    expected = rows_of(problem, made, points)
    torch.testing.assert_close(residuals[0], expected.detach(), rtol=1e-12, atol=1e-12)
    slopes = torch.stack([flat_gradient(row, made) for row in expected])
    assert jacobian.parameters == made.parameters_learning + len(made.raw)
    assert relative(jacobian.dense()[0], slopes) < 1e-10
    without, _ = MixtureResiduals(problem, mixture(problem, pool)).linearise(points)
    assert relative(without, residuals) > 1e-2


@POOLS
@PROBLEMS
def test_a_step_moves_all_but_the_corrections(
    problem: Problem, pool: tuple[Candidate, ...]
) -> None:
    made, points = corrected(mixture(problem, pool)), drawn(problem)
    systems, before = MixtureResiduals(problem, made), made.corrections.state_dict()
    before = {name: value.clone() for name, value in before.items()}
    generator = torch.Generator().manual_seed(1)
    parameters = made.parameters_learning + len(made.raw)
    steps = 0.1 * torch.randn(1, parameters, generator=generator, dtype=DOUBLE)
    foreseen = systems.residuals(points, torch.tensor([0]), steps)
    systems.move(steps)
    torch.testing.assert_close(systems.linearise(points)[0], foreseen, rtol=1e-12, atol=1e-12)
    after = made.corrections.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


@PROBLEMS
def test_losses_are_those_of_the_corrected_mixture(problem: Problem) -> None:
    plain = mixture(problem)
    made, points = corrected(plain), drawn(problem)
    expected = rows_of(problem, made, points).detach().square().sum()
    torch.testing.assert_close(mixture_loss(problem, made, points), expected)
    torch.testing.assert_close(learn_mixture(problem, made, points).loss, expected)
    assert all(one.grad is None for one in made.corrections.parameters())
    # An expert by itself is judged by itself.
    alone = individual_losses(problem, plain, points)
    assert torch.equal(individual_losses(problem, made, points), alone)
    linearised, _ = ExpertResiduals(problem, made, made.expert_stacks).linearise(points)
    torch.testing.assert_close(linearised.square().sum(1), alone, rtol=1e-12, atol=0)


@PROBLEMS
def test_a_file_gives_back_every_bit(problem: Problem, tmp_path: Path) -> None:
    made = corrected(mixture(problem))
    made.drop(1)
    mixture_file.save(tmp_path / "mixture", made)
    back = mixture_file.load(tmp_path / "mixture", problem.domain.bounds, len(problem.fields))
    assert back.corrections.candidates == made.corrections.candidates
    expected = made.state_dict()
    assert back.state_dict().keys() == expected.keys()
    assert all(torch.equal(value, expected[name]) for name, value in back.state_dict().items())
    points = drawn(problem)
    assert torch.equal(mixture_loss(problem, back, points), mixture_loss(problem, made, points))


def test_a_file_without_corrections_is_as_it_was(tmp_path: Path) -> None:
    mixture_file.save(tmp_path / "mixture", mixture(POISSON))
    saved = checkpoint.load(tmp_path / "mixture")
    assert set(saved) == {"pool", "gate", "coordinates", "periodic", "alive", "state"}
    assert not any("correction" in name for name in saved["state"])


def test_a_file_whose_numbers_are_not_of_its_corrections_is_refused(tmp_path: Path) -> None:
    mixture_file.save(tmp_path / "mixture", corrected(mixture(POISSON)))
    saved = checkpoint.load(tmp_path / "mixture")
    del saved["corrections"][1]
    checkpoint.save(tmp_path / "mixture", saved)
    with pytest.raises(UserError, match=r"of this problem .*Unexpected key.*corrections\.1\.weigh"):
        mixture_file.load(tmp_path / "mixture", POISSON.domain.bounds, 1)
