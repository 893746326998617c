"""Jacobians from the jets against autograd, row by row: all derivatives, shapes and products."""

from collections.abc import Sequence
from itertools import chain

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.calculus import fused, jacobians, networks, plain, stack_jacobian
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jacobians import (
    BlockDiagonalJacobian,
    DenseJacobian,
    JointJacobian,
    StackJacobian,
)
from nas.calculus.jets import Derivative, DerivativeSet, Laplacian
from nas.calculus.plain import Perceptrons
from tests.calculus.test_compilation import NEEDS_COMPILER
from tests.calculus.test_fused import DERIVATIVES, input_jet, stack
from tests.oracles import relative

DOUBLE = torch.float64


def residual(jet: Tensor, number: int) -> Tensor:
    """A residual (N, B) that is not linear and uses every derivative and field of a jet."""
    generator = torch.Generator().manual_seed(number)
    shares = torch.randn(jet.shape[-3], 1, jet.shape[-1], generator=generator, dtype=jet.dtype)
    weighted = (shares * jet).sum((-3, -1))
    # Bounded, since fourth derivatives reach thousands where the value is of order one.
    return weighted + 0.1 * torch.sin(jet[..., 0, :, :].sum(-1)) * torch.tanh(weighted)


Block = tuple[DerivativeSet, int]  # and how many points


def jacobian(one: Perceptrons, blocks: Sequence[Block]) -> StackJacobian:
    """Of two residuals for each block, as the training makes it."""
    found = []
    for derivatives, points in blocks:
        x = input_jet(derivatives, points, one.weights[0].dtype)
        trace = networks.trace(derivatives, x, one)
        for number in range(2):
            (rows,) = jacobians.rows(residual(trace.jet, number), [trace], number == 0)
            found.append(rows)
    return StackJacobian(found)


@NEEDS_COMPILER
@given(st.sampled_from(DERIVATIVES), st.integers(1, 3), st.integers(1, 9), st.integers(1, 2))
@settings(deadline=None, max_examples=25, derandomize=True)
def test_the_kernel_and_the_plain_path_find_the_same_factors(
    wanted: tuple[int, list[Derivative]], depth: int, width: int, outputs: int
) -> None:
    dimension, keys = wanted
    derivatives = DerivativeSet(keys, dimension)
    one = stack(sorted(ACTIVATIONS), [dimension, *[width] * depth, outputs], seed=width)
    x = input_jet(derivatives, 700, DOUBLE)  # more than a span
    fast, slow = fused.Trace(derivatives, x, one), plain.Trace(derivatives, x, one)
    assert relative(fast.jet, slow.jet) < 1e-10
    gradient = torch.randn(slow.jet.shape, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    got, expected = fast.rows(gradient), slow.rows(gradient)
    for name in ("inputs", "slopes"):
        pairs = zip(getattr(got, name), getattr(expected, name), strict=True)
        for ours, theirs in pairs:
            assert relative(ours, theirs) < 1e-10


def all_residuals(one: Perceptrons, blocks: Sequence[Block]) -> Tensor:
    """The same residuals (N, R) over the plain path."""
    found = []
    for derivatives, points in blocks:
        jet = plain.evaluate(
            derivatives, input_jet(derivatives, points, one.weights[0].dtype), [one]
        )
        found += [residual(jet, number) for number in range(2)]
    return torch.cat(found, dim=1)


def in_order(one: Perceptrons) -> list[Tensor]:
    """Weight and bias, layer by layer."""
    return list(chain(*zip(one.weights, one.biases, strict=True)))


def by_autograd(one: Perceptrons, blocks: Sequence[Block]) -> Tensor:
    """The Jacobian (N, R, P), one row of all networks at a time."""
    rows = []
    for of_row in all_residuals(one, blocks).sum(0):
        gradients = torch.autograd.grad(of_row, in_order(one), retain_graph=True)
        rows.append(torch.cat([gradient.flatten(1) for gradient in gradients], dim=1))
    return torch.stack(rows, dim=1)


def assert_agrees(
    got: BlockDiagonalJacobian | DenseJacobian | StackJacobian | JointJacobian,
    expected: Tensor,
    tolerance: float,
) -> None:
    """All that a Jacobian can do, against its entries (K, R, P)."""
    assert (got.systems, got.rows, got.parameters) == expected.shape
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=expected.dtype)

    count, rows, parameters = expected.shape
    step, y = draw(count, parameters), draw(count, rows)
    assert relative(got.dense(), expected) < tolerance
    assert relative(got.gram().tril(), (expected @ expected.mT).tril()) < tolerance
    assert relative(got.matvec(step), (expected @ step[..., None])[..., 0]) < tolerance
    assert relative(got.rmatvec(y), (y[:, None] @ expected)[:, 0]) < tolerance


shapes = st.tuples(
    st.lists(st.sampled_from(sorted(ACTIVATIONS)), min_size=1, max_size=4),
    st.integers(0, 3),
    st.integers(1, 9),
    st.integers(1, 2),
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    shape=shapes,
    asked=st.sampled_from(DERIVATIVES),
    points=st.sampled_from([1, 2, 7]),
    factored=st.sampled_from([-1e9, 1e9]),
)
def test_agrees_with_autograd(
    shape: tuple[list[str], int, int, int],
    asked: tuple[int, list[Derivative]],
    points: int,
    factored: float,
) -> None:
    """Of equations with derivatives and of conditions without, on points of their own."""
    activations, depth, width, outputs = shape
    dimension, keys = asked
    blocks = [
        (DerivativeSet(keys, dimension), points),
        (DerivativeSet([], dimension), points + 1),
    ]
    one = stack(activations, [dimension, *[width] * depth, outputs], seed=points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack_jacobian, "_FACTORED", factored)
        assert_agrees(jacobian(one, blocks), by_autograd(one, blocks), 1e-10)


@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_agrees_for_every_activation_and_order(name: str, order: int) -> None:
    derivatives = DerivativeSet([(order,)] if order else [], 1)
    assert max(key[0] for key in derivatives.keys if not isinstance(key, Laplacian)) == order
    one = stack([name, name, "tanh"], [1, 5, 4, 1], seed=order)
    assert_agrees(jacobian(one, [(derivatives, 6)]), by_autograd(one, [(derivatives, 6)]), 1e-10)


def test_agrees_with_several_blocks_of_different_derivatives() -> None:
    blocks = [
        (DerivativeSet([(2, 0), (0, 1)], 2), 9),
        (DerivativeSet([], 2), 3),
        (DerivativeSet([(0, 1)], 2), 1),
        (DerivativeSet([Laplacian((0, 1))], 2), 4),
    ]
    one = stack(["gelu", "sine", "sine"], [2, 7, 5, 2], seed=3)
    assert_agrees(jacobian(one, blocks), by_autograd(one, blocks), 1e-10)


def test_agrees_in_single_precision() -> None:
    blocks = [(DerivativeSet([(2, 0), (0, 1)], 2), 20), (DerivativeSet([], 2), 8)]
    one = stack(["tanh", "sine", "swish"], [2, 12, 12, 1], 0, torch.float32)
    assert_agrees(jacobian(one, blocks), by_autograd(one, blocks), 1e-4)


@pytest.mark.parametrize(
    ("width", "keys", "by_factors"),
    [
        (3, [], []),
        (64, [], [1]),  # (V + W + 96) = 224 < V·W = 4096
        (64, [(3, 0)], [1]),  # 4² · 224 = 3584
        (64, [(4, 0)], []),  # 5² · 224 = 5600
    ],
)
def test_the_gram_matrix_takes_the_way_of_less_work(
    width: int, keys: list[Derivative], by_factors: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Factors where the layers are wide and the derivatives few, else entries."""
    derivatives = DerivativeSet(keys, 2)
    one = stack(["tanh"], [2, width, width, 1], 0)
    factored, layers = StackJacobian._add_factored, list[int]()

    def noticed(self: StackJacobian, total: Tensor, layer: int) -> None:
        layers.append(layer)
        factored(self, total, layer)

    monkeypatch.setattr(StackJacobian, "_add_factored", noticed)
    monkeypatch.setattr(stack_jacobian, "_FACTORED", 96)
    got, expected = jacobian(one, [(derivatives, 5)]).gram(), by_autograd(one, [(derivatives, 5)])
    assert relative(got.tril(), (expected @ expected.mT).tril()) < 1e-10
    assert layers == by_factors


@pytest.mark.parametrize("count", [1, 3, 4, 11])
def test_a_gram_matrix_is_added_by_blocks(count: int) -> None:
    entries = torch.randn(2, count, 5, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    total = torch.ones(2, count, count, dtype=DOUBLE)
    jacobians.add_gram(total, entries)
    torch.testing.assert_close(total.tril(), (1 + entries @ entries.mT).tril())


def test_moved_stacks_stand_where_the_step_leads() -> None:
    """To first order they change the residuals by J x; and parameter by parameter."""
    derivatives = DerivativeSet([(2,)], 1)
    one = stack(["tanh", "sine"], [1, 4, 3, 1], 0)
    before = [p.detach().clone() for p in in_order(one)]
    step = torch.randn(2, 27, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    (new,) = jacobians.moved([one], [step])
    got = torch.cat([(n - p).flatten(1) for n, p in zip(in_order(new), before, strict=True)], dim=1)
    torch.testing.assert_close(got, step)
    assert new.activations == one.activations
    assert all(torch.equal(p, q) for p, q in zip(in_order(one), before, strict=True))

    tiny = 1e-6
    (near,) = jacobians.moved([one], [tiny * step])
    (far,) = jacobians.moved([one], [-tiny * step])
    blocks = [(derivatives, 5)]
    slope = (all_residuals(near, blocks) - all_residuals(far, blocks)) / (2 * tiny)
    assert relative(jacobian(one, blocks).matvec(step), slope) < 1e-7


def test_moved_keeps_the_precision_of_the_stack() -> None:
    one = stack(["tanh"], [1, 4, 1], 0, torch.float32)
    (new,) = jacobians.moved([one], [torch.full((1, 13), 1e-3, dtype=DOUBLE)])
    assert {p.dtype for p in in_order(new)} == {torch.float32}
    for p, q in zip(in_order(new), in_order(one), strict=True):
        torch.testing.assert_close(p, q.detach() + 1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE], ids=str)
def test_entries_that_are_there_do_what_a_jacobian_does(dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    entries = torch.randn(3, 5, 4, generator=generator, dtype=dtype)
    got = DenseJacobian(entries)
    assert_agrees(got, entries, 1e-5 if dtype == torch.float32 else 1e-14)
    assert got.dtype == dtype
    chosen = torch.tensor([0, 2])
    assert_agrees(got.of(chosen), entries[chosen], 1e-5)
