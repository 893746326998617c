"""The fused kernel against the plain path: values, derivatives and gradients, of any shape."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.calculus import compilation, fused, jets, networks
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Laplacian, Stream, Streams
from nas.mixture.gate import GateShape
from nas.mixture.mixture import Mixture
from search_spaces import Candidate
from tests.oracles import relative

pytestmark = pytest.mark.skipif(compilation.library() is None, reason="no C++ compiler")

DOUBLE = torch.float64
# Streams of each order, mixed ones and Laplacians, in one to three coordinates.
DERIVATIVES: list[tuple[int, list[Stream]]] = [
    (1, []),
    (1, [(3,)]),
    (2, [(2, 0), (0, 1)]),
    (2, [(1, 1)]),
    (2, [(4, 0), (2, 2), (0, 4)]),
    (2, [Laplacian((0, 1))]),
    (3, [Laplacian((1, 2)), (1, 0, 0), (1, 2, 1)]),
]


def stack(
    activations: Sequence[str], widths: Sequence[int], seed: int, dtype: torch.dtype = DOUBLE
) -> networks.Stack:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_()

    count = len(activations)
    weights = [draw(count, v, w) for v, w in pairwise(widths)]
    return networks.Stack(tuple(activations), weights, [draw(count, w) for w in widths[1:]])


def input_jet(streams: Streams, points: int, dtype: torch.dtype = DOUBLE) -> Tensor:
    generator = torch.Generator().manual_seed(points)
    x = torch.rand(points, streams.dimension, generator=generator, dtype=dtype) * 2 - 1
    ones = torch.ones(streams.dimension, dtype=dtype)
    return jets.coordinates(x, streams, 0.1 * ones, 1.7 * ones)


def parameters(stacks: Sequence[networks.Stack]) -> list[Tensor]:
    return [tensor for one in stacks for tensor in (*one.weights, *one.biases)]


def assert_agree(
    streams: Streams, x: Tensor, stacks: Sequence[networks.Stack], tolerance: float
) -> None:
    """Values, derivatives and the gradient along a random direction."""
    got = fused.evaluate(streams, x, stacks)
    expected = torch.cat([networks.plain(streams, x, one) for one in stacks])
    for stream in range(len(streams)):
        assert relative(got[:, stream], expected[:, stream]) < tolerance
    along = torch.randn(got.shape, generator=torch.Generator().manual_seed(0), dtype=got.dtype)
    for one, other in zip(
        torch.autograd.grad((got * along).sum(), parameters(stacks)),
        torch.autograd.grad((expected * along).sum(), parameters(stacks)),
        strict=True,
    ):
        assert relative(one, other) < tolerance


shapes = st.lists(
    st.tuples(
        st.lists(st.sampled_from(sorted(ACTIVATIONS)), min_size=1, max_size=4),
        st.integers(1, 4),
        st.integers(1, 70),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    shapes=shapes,
    outputs=st.sampled_from([1, 2, 3, 9, 40]),
    asked=st.sampled_from(DERIVATIVES),
    points=st.sampled_from([1, 7, 63, 130, 513]),
)
def test_agrees_with_the_plain_path(
    shapes: list[tuple[list[str], int, int]],
    outputs: int,
    asked: tuple[int, list[Stream]],
    points: int,
) -> None:
    dimension, derivatives = asked
    streams = Streams(derivatives, dimension)
    stacks = [
        stack(activations, [dimension, *[width] * depth, outputs], seed)
        for seed, (activations, depth, width) in enumerate(shapes)
    ]
    assert_agree(streams, input_jet(streams, points), stacks, 1e-10)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_agrees_in_single_precision(name: str) -> None:
    streams = Streams([(0, 1), (2, 0)], 2)
    single = [stack([name, name], [2, 20, 20, 1], 0, torch.float32)]
    assert_agree(streams, input_jet(streams, 100, torch.float32), single, 2e-5)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(drops=st.lists(st.integers(0, 5), max_size=5, unique=True), seed=st.integers(0, 9))
def test_a_mixture_agrees_with_drops_in_between(drops: list[int], seed: int) -> None:
    names = sorted(ACTIVATIONS)
    pool = [Candidate(names[k % len(names)], 1 + k % 2, 8 + 12 * (k % 3)) for k in range(6)]
    mixture = Mixture(pool, GateShape(2, 9, "tanh"), [(0.0, 1.0), (-1.0, 1.0)], 2, seed)
    with torch.no_grad():
        mixture.gate.out_weight.normal_(generator=torch.Generator().manual_seed(seed))
    streams = Streams([(0, 2), (1, 0)], 2)
    points = torch.rand(50, 2, dtype=DOUBLE, generator=torch.Generator().manual_seed(seed))
    for place in [None, *drops]:
        if place is not None:
            mixture.drop(place)
        found = []
        for path in (lambda *_: True, lambda *_: False):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(fused, "available", path)
                jet = mixture(points, streams)
            gradients = torch.autograd.grad(jet.square().sum(), list(mixture.parameters()))
            found.append([jet, *gradients])
        # Of one expert alone the gate's gradient is zero but for rounding.
        size = max(float(tensor.detach().abs().max()) for tensor in found[1])
        for got, expected in zip(*found, strict=True):
            torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12 * size)


def test_a_second_backward_pass_reads_what_the_first_one_read() -> None:
    """The memory of one forward pass must not go to another while it may be needed."""
    streams = Streams([(2,)], 1)
    stacks, x = [stack(["tanh"], [1, 16, 1], 0)], input_jet(streams, 300)
    jet = fused.evaluate(streams, x, stacks)
    first = torch.autograd.grad(jet.sum(), parameters(stacks), retain_graph=True)
    others = [fused.evaluate(streams, x, [stack(["sine"], [1, 16, 1], 1)]) for _ in range(6)]
    again = torch.autograd.grad(jet.sum(), parameters(stacks))
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert len(others) == 6


def test_the_number_of_threads_changes_no_digit() -> None:
    streams = Streams([(2, 0)], 2)
    stacks, x = [stack(["sine", "gelu"], [2, 33, 33, 1], 0)], input_jet(streams, 2000)
    found = []
    threads = torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            jet = fused.evaluate(streams, x, stacks)
            found.append([jet, *torch.autograd.grad(jet.sum(), parameters(stacks))])
    finally:
        torch.set_num_threads(threads)
    for other in found[1:]:
        assert all(torch.equal(one, two) for one, two in zip(found[0], other, strict=True))


def test_what_is_not_finite_stays_so() -> None:
    streams = Streams([(2,)], 1)
    stacks = [stack(["tanh", "sine"], [1, 5, 5, 1], 0)]
    with torch.no_grad():
        stacks[0].weights[0][1, 0, 0] = torch.nan
    jet = fused.evaluate(streams, input_jet(streams, 10), stacks)
    assert torch.isfinite(jet[0]).all()
    assert not torch.isfinite(jet[1]).any()


def test_a_gradient_of_a_gradient_is_refused() -> None:
    streams = Streams([], 1)
    stacks = [stack(["tanh"], [1, 4, 1], 0)]
    jet = fused.evaluate(streams, input_jet(streams, 5), stacks)
    (gradient, *_) = torch.autograd.grad(jet.square().sum(), parameters(stacks), create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()  # type: ignore[no-untyped-call]


def test_points_that_need_a_gradient_and_linear_networks_are_left_to_torch() -> None:
    streams = Streams([], 1)
    x, one = input_jet(streams, 5), stack(["tanh"], [1, 4, 1], 0)
    assert fused.possible(x, [one])
    assert not fused.possible(x.clone().requires_grad_(), [one])
    assert not fused.possible(x.half(), [one])
    assert not fused.possible(x, [one, stack(["tanh"], [1, 1], 0)])
