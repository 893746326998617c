"""Constants behind the outputs of networks, against a network with its constants as outputs."""

from itertools import chain

import torch
from torch import Tensor

from nas import networks
from nas.calculus.jets import DerivativeSet
from nas.calculus.stack_jacobian import StackJacobian, rows
from nas.networks import Stack, with_constants
from nas.networks.perceptron import PERCEPTRON
from nas.search_spaces import Candidate

DOUBLE = torch.float64
DERIVATIVES = DerivativeSet([(2,), (1,)], 1)
CONSTANTS = torch.tensor([[7.0, -1.0], [3.0, 4.0]], dtype=DOUBLE)


def two() -> Stack:
    """Two networks of one shape, with a field each."""
    one = networks.untrained(Candidate("tanh", 1, 4), ["x"], outputs=1)
    generator = torch.Generator().manual_seed(0)

    def stirred(layer: Tensor) -> Tensor:
        shape = (2, *layer.shape[1:])
        return torch.randn(shape, generator=generator, dtype=DOUBLE)

    weights, biases = map(stirred, one.weights), map(stirred, one.biases)
    shape = PERCEPTRON.shape([Candidate("tanh", 1, 4)] * 2, ["x"])
    return Stack(one.family, shape, list(weights), list(biases))


def coordinates(count: int = 5) -> Tensor:
    x = torch.linspace(-1, 1, count, dtype=DOUBLE)[:, None]
    return torch.stack([x, torch.ones_like(x), torch.zeros_like(x)][: len(DERIVATIVES)])


def test_constants_stand_behind_the_outputs_and_have_no_derivatives() -> None:
    bare = networks.evaluate(DERIVATIVES, coordinates(), [two()])
    jet = networks.evaluate(DERIVATIVES, coordinates(), [with_constants(two(), CONSTANTS)])
    assert torch.equal(jet[..., :1], bare)
    assert torch.equal(jet[:, 0, :, 1:], CONSTANTS[:, None].expand(2, 5, 2))
    assert jet[:, 1:, :, 1:].abs().max() == 0


def test_several_stacks_keep_their_order() -> None:
    first, second = with_constants(two(), CONSTANTS), with_constants(two(), 2 * CONSTANTS)
    jet = networks.evaluate(DERIVATIVES, coordinates(), [first, second])
    assert jet[:, 0, 0, 1].tolist() == [7.0, 3.0, 14.0, 6.0]


def test_some_networks_keep_their_constants() -> None:
    (chosen,) = networks.evaluate(
        DERIVATIVES, coordinates(), [with_constants(two(), CONSTANTS).of(torch.tensor([1]))]
    )
    assert chosen[0, 0, 1:].tolist() == [3.0, 4.0]


def residual_of(jet: Tensor) -> Tensor:
    """u'' + k² u' + m u, (N, B), of a jet with two constants."""
    value, first, second = (jet[:, DERIVATIVES.index[key], :, 0] for key in ((0,), (1,), (2,)))
    return second + jet[:, 0, :, 1] ** 2 * first + jet[:, 0, :, 2] * value


def test_factors_agree_with_autograd() -> None:
    """All entries, and each product that is made of the factors alone."""
    bare = two()
    leaves = [one.requires_grad_() for one in chain(bare.weights, bare.biases)]
    constants = CONSTANTS.clone().requires_grad_()
    stack = with_constants(bare, constants)
    jet = networks.evaluate(DERIVATIVES, coordinates(), [stack])
    found = residual_of(jet)
    expected = torch.zeros(2, 5, 15, dtype=DOUBLE)
    for network in range(2):
        for point in range(5):
            gradients = torch.autograd.grad(
                found[network, point], [*leaves, constants], retain_graph=True
            )
            first, last, first_bias, last_bias, of_constants = (g[network] for g in gradients)
            parts = (first, first_bias, last, last_bias, of_constants)
            expected[network, point] = torch.cat([part.flatten() for part in parts])
    trace = networks.trace(DERIVATIVES, coordinates(), stack)
    jacobian = StackJacobian(rows(residual_of(trace.jet), [trace], retain=False))
    assert expected[..., -2:].abs().min() > 0
    torch.testing.assert_close(jacobian.dense(), expected, rtol=1e-10, atol=1e-12)
    steps, ys = torch.ones(2, 15, dtype=DOUBLE), torch.ones(2, 5, dtype=DOUBLE)
    torch.testing.assert_close(jacobian.matvec(steps), expected.sum(2), rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(jacobian.rmatvec(ys), expected.sum(1), rtol=1e-10, atol=1e-12)
    gram = (expected @ expected.mT).tril()
    torch.testing.assert_close(jacobian.gram().tril(), gram, rtol=1e-10, atol=1e-12)


def test_the_plain_module_is_the_network_alone() -> None:
    one = networks.untrained(Candidate("tanh", 1, 4), ["x"], outputs=1)
    (module,) = with_constants(one, CONSTANTS[:1]).modules()
    x = torch.rand(3, 1, dtype=DOUBLE)
    (bare,) = one.modules()
    assert torch.equal(module(x), bare(x))


def test_without_constants_a_stack_is_itself() -> None:
    stack = two()
    assert with_constants(stack, None) is stack
