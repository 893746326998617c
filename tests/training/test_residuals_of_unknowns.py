"""Residuals with unknown coefficients: their derivatives, and steps that find them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest
import torch
from torch import Tensor

from nas.calculus.jacobians import BlockDiagonalJacobian
from nas.calculus.jets import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem
from nas.problems.unknown import Unknown
from nas.training.collocation import Points
from nas.training.gauss_newton import GaussNewton, GaussNewtonSettings
from nas.training.physics_loss import learn_mixture, physics_loss
from nas.training.residuals import ExpertResiduals, MixtureResiduals
from nas.training.unknowns import estimates
from tests.training.problems import INVERSE, POOL, sampler, settings

CPU, DOUBLE = torch.device("cpu"), torch.float64


def mixture(dropped: Sequence[int] = (), problem: Problem = INVERSE) -> Mixture:
    """A stirred mixture, of coefficients that all differ."""
    made = settings(problem=problem, dtype=DOUBLE).mixture(problem)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=DOUBLE))
    for index in dropped:
        made.drop(index)
    return made


def points(problem: Problem = INVERSE) -> Points:
    return sampler(7, 3, problem).draw(0, CPU)


def entries(residuals: Tensor, leaves: Sequence[Tensor]) -> Tensor:
    """The derivative (R, P) of residuals (R,) by all leaves, one row at a time."""
    found = []
    for residual in residuals:
        gradients = torch.autograd.grad(residual, leaves, retain_graph=True, allow_unused=True)
        pairs = zip(leaves, gradients, strict=True)
        parts = [torch.zeros_like(leaf) if one is None else one for leaf, one in pairs]
        found.append(torch.cat([part.flatten() for part in parts]))
    return torch.stack(found)


def by_terms(made: Callable[[Tensor, DerivativeSet], Tensor]) -> Tensor:
    """The weighted residuals (…, R) of all terms, straight from jets."""
    found = []
    for group, sample in zip(INVERSE.groups, points().samples, strict=True):
        jet = made(sample.points, group.derivatives)
        jet = INVERSE.physical(jet, group.derivatives, sample.points)
        for term in group.terms:
            residuals = term.residuals(jet, group.derivatives, sample.points, sample.data)
            found += [
                (weight / len(sample)) ** 0.5 * one
                for weight, one in zip(term.weights, residuals, strict=True)
            ]
    return torch.cat(found, dim=-1)


def layers(weights: Iterable[Tensor], biases: Iterable[Tensor]) -> Iterator[Tensor]:
    for weight, bias in zip(weights, biases, strict=True):
        yield from (weight, bias)


@pytest.mark.parametrize("dropped", [[], [0, 2], [0, 1, 2]], ids=["pool", "two", "one"])
def test_the_mixtures_jacobian_agrees_with_autograd(dropped: list[int]) -> None:
    """Its own coefficients have the last columns; those of the experts have none."""
    made = mixture(dropped)
    residuals, joint = MixtureResiduals(INVERSE, made).linearise(points())
    expected = by_terms(made)
    torch.testing.assert_close(residuals[0], expected.detach(), rtol=1e-12, atol=1e-13)
    assert joint.parameters == made.parameters_learning + 2
    assert made.unknown is not None
    own = entries(expected, [made.unknown])
    assert own[:7].abs().min() > 0  # of the equation with both of them
    torch.testing.assert_close(joint.dense()[0, :, -2:], own, rtol=1e-10, atol=1e-12)
    got = joint.dense()[0].square().sum(1)
    everything = entries(expected, list(made.parameters()))
    torch.testing.assert_close(got, everything.square().sum(1), rtol=1e-10, atol=1e-12)


def test_each_experts_jacobian_agrees_with_autograd() -> None:
    made = mixture()
    systems = ExpertResiduals(INVERSE, made, made.expert_stacks)
    residuals, apart = systems.linearise(points())
    assert isinstance(apart, BlockDiagonalJacobian)
    expected = by_terms(lambda x, one: made.experts(made.coordinates(x, one), one))
    torch.testing.assert_close(residuals, expected.detach(), rtol=1e-12, atol=1e-13)
    row = 0
    for stack in made.expert_stacks:
        assert stack.unknown is not None
        of_stack = [*layers(stack.weights, stack.biases), stack.unknown]
        for number in range(len(stack.members)):
            found = entries(expected[row], of_stack)
            counts = [leaf[0].numel() for leaf in of_stack]
            pieces = torch.split(found, [leaf.numel() for leaf in of_stack], dim=1)
            mine = [
                piece.reshape(-1, len(stack.members), count)[:, number]
                for piece, count in zip(pieces, counts, strict=True)
            ]
            width = sum(counts)
            got = apart.dense()[row]
            torch.testing.assert_close(got[:, :width], torch.cat(mine, 1), rtol=1e-10, atol=1e-12)
            assert not got[:, width:].any()
            row += 1
    assert row == len(POOL)


@pytest.mark.parametrize("together", [False, True], ids=["experts", "mixture"])
def test_gauss_newton_finds_the_coefficient_of_a_linear_problem(together: bool) -> None:
    """u' = 0, u(0) = 0, k = 2."""
    line = Problem(
        name="line",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u, k: (u.x, k - 2),
        conditions=[Condition("x_min", lambda u: u)],
        unknown={"k": Unknown(start=-3.0)},
        balanced=False,
    )
    made = mixture(problem=line)
    systems = (
        MixtureResiduals(line, made)
        if together
        else ExpertResiduals(line, made, made.expert_stacks)
    )
    steps, drawn = GaussNewton(systems, GaussNewtonSettings()), points(line)
    for _ in range(10):
        steps.advance(drawn)
    raws = [made.raw] if together else [made.raw_of(index) for index in made.alive]
    for raw in raws:
        assert abs(estimates(line, raw)["k"] - 2) < 1e-8


def learning(made: Mixture) -> list[str]:
    """The coefficients that have a gradient, by their names among the parameters."""
    named = made.named_parameters()
    return [name for name, one in named if "unknown" in name and one.grad is not None]


def test_only_the_gate_learns_where_the_experts_do_not() -> None:
    made = mixture()
    learn_mixture(INVERSE, made, points(), experts_learn=False)
    assert learning(made) == []
    learn_mixture(INVERSE, made, points())
    assert learning(made) == ["unknown"]  # the mixture's, and no expert's


def test_the_gradient_agrees_with_differences() -> None:
    made = mixture()
    assert made.unknown is not None
    learn_mixture(INVERSE, made, points())
    expected = []
    for which in range(2):
        losses = []
        for change in (1e-6, -1e-6):
            moved = mixture()
            assert moved.unknown is not None
            with torch.no_grad():
                moved.unknown[which] += change
            losses.append(physics_loss(INVERSE, points(), moved))
        expected.append((losses[0] - losses[1]) / 2e-6)
    torch.testing.assert_close(made.unknown.grad, torch.stack(expected), rtol=1e-6, atol=1e-9)
