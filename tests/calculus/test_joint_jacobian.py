"""The Jacobian of gate and experts together, and of stacks apart."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor
from torch.nn.functional import pad

from nas.calculus.jacobians import BlockDiagonalJacobian
from nas.calculus.jets import DerivativeSet
from nas.mixture.gates import perceptron
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from nas.training.residuals import MixtureResiduals
from tests.calculus.test_fused import stack
from tests.calculus.test_jacobians import DOUBLE, assert_agrees, by_autograd, jacobian
from tests.training.problems import SYSTEM, sampler


def mixture() -> Mixture:
    """Experts of two shapes and a stirred gate, for the problem of two fields."""
    pool = [
        Candidate("tanh", 1, 5),
        Candidate("sine", 2, 4),
        Candidate("gelu", 1, 5),
        Candidate("swish", 2, 4),
        Candidate("sine", 1, 5),
    ]
    made = Mixture(pool, GateSettings(1, 6), SYSTEM.domain.bounds, 2, seed=0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=DOUBLE))
    return made


def in_documented_order(made: Mixture, of: Mapping[Tensor, Tensor]) -> Tensor:
    """What belongs to each parameter (P,): stack by stack, network by network, the gate last."""
    parts = []
    for one in made.expert_stacks:
        for row in range(len(one.members)):
            for weight, bias in zip(one.weights, one.biases, strict=True):
                parts += [of[weight][row], of[bias][row]]
    if len(made.alive) > 1:
        assert isinstance(made.gate, perceptron.Gate)
        for weight, bias in zip(made.gate.weights, made.gate.biases, strict=True):
            parts += [of[weight], of[bias]]
        parts += [of[made.gate.out_weight].T, of[made.gate.out_bias]]  # (V, W) as all others
    return torch.cat([part.flatten() for part in parts])


@pytest.mark.parametrize("dropped", [[], [0, 2, 4], [0, 1, 2, 4]], ids=["pool", "two", "one"])
def test_experts_and_gate_together_agree_with_autograd(dropped: list[int]) -> None:
    """A gate with nothing to choose from is not among the parameters."""
    made = mixture()
    for index in dropped:
        made.drop(index)
    points = sampler(7, 9, SYSTEM).draw(0, torch.device("cpu"))
    residuals, joint = MixtureResiduals(SYSTEM, made).linearise(points)

    expected = []
    for group, sample in zip(SYSTEM.groups, points.samples, strict=True):
        for term in group.terms:
            x = torch.cat([sample.points[sample.rows[region]] for region in term.regions])
            data = torch.cat([sample.data[sample.rows[region]] for region in term.regions])
            jet = SYSTEM.physical(made(x, group.derivatives), group.derivatives, x)
            found = term.residuals(jet, group.derivatives, x, data)
            roots = [(weight / len(x)) ** 0.5 for weight in term.weights]
            expected += [root * one for root, one in zip(roots, found, strict=True)]
    torch.testing.assert_close(residuals, torch.cat(expected)[None].detach())

    leaves, rows = list(made.parameters()), []
    for row in torch.cat(expected):
        gradients = torch.autograd.grad(row, leaves, retain_graph=True)
        rows.append(in_documented_order(made, dict(zip(leaves, gradients, strict=True))))
    assert_agrees(joint, torch.stack(rows)[None], 1e-10)


@pytest.mark.parametrize("some", [[0, 1, 2, 3, 4], [0], [1, 3], [2, 3, 4]], ids=str)
def test_stacks_apart_agree_with_each_of_them(some: list[int]) -> None:
    """Stack by stack, with zeros behind the parameters of the smaller."""
    stacks = [
        stack(["tanh", "sine"], [1, 4, 3, 1], 0),
        stack(["swish"], [1, 9, 1], 1),
        stack(["sine", "tanh"], [1, 2, 1], 2),
    ]
    blocks = [(DerivativeSet([(2,)], 1), 5), (DerivativeSet([], 1), 2)]
    apart = BlockDiagonalJacobian([jacobian(one, blocks) for one in stacks])
    entries = [by_autograd(one, blocks) for one in stacks]
    most = max(of_stack.shape[2] for of_stack in entries)
    padded = torch.cat([pad(of_stack, (0, most - of_stack.shape[2])) for of_stack in entries])
    chosen = apart.of(torch.tensor(some))
    assert_agrees(chosen, padded[some], 1e-10)
