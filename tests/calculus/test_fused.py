"""The fused kernel against the plain path: values, derivatives and gradients, of any shape."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.calculus import fused, jets, networks, plain
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Derivative, DerivativeSet, Laplacian
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from tests.calculus.test_compilation import NEEDS_COMPILER
from tests.oracles import nested, relative

pytestmark = NEEDS_COMPILER

DOUBLE = torch.float64
# DerivativeSet of each order, mixed ones and Laplacians, in one to three coordinates.
DERIVATIVES: list[tuple[int, list[Derivative]]] = [
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
) -> networks.Perceptrons:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_()

    count = len(activations)
    weights = [draw(count, v, w) for v, w in pairwise(widths)]
    return networks.Perceptrons(tuple(activations), weights, [draw(count, w) for w in widths[1:]])


def input_jet(derivatives: DerivativeSet, points: int, dtype: torch.dtype = DOUBLE) -> Tensor:
    generator = torch.Generator().manual_seed(points)
    x = torch.rand(points, derivatives.dimension, generator=generator, dtype=dtype) * 2 - 1
    ones = torch.ones(derivatives.dimension, dtype=dtype)
    return jets.coordinates(x, derivatives, 0.1 * ones, 1.7 * ones)


def parameters(stacks: Sequence[networks.Perceptrons]) -> list[Tensor]:
    return [tensor for one in stacks for tensor in (*one.weights, *one.biases)]


def assert_agree(
    derivatives: DerivativeSet, x: Tensor, stacks: Sequence[networks.Perceptrons], tolerance: float
) -> None:
    """Values, derivatives and the gradient along a random direction."""
    assert fused.can_evaluate(derivatives, x, stacks)
    got = fused.evaluate(derivatives, x, stacks)
    expected = plain.evaluate(derivatives, x, stacks)
    for index in range(len(derivatives)):
        assert relative(got[:, index], expected[:, index]) < tolerance
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
    asked: tuple[int, list[Derivative]],
    points: int,
) -> None:
    dimension, keys = asked
    derivatives = DerivativeSet(keys, dimension)
    stacks = [
        stack(activations, [dimension, *[width] * depth, outputs], seed)
        for seed, (activations, depth, width) in enumerate(shapes)
    ]
    assert_agree(derivatives, input_jet(derivatives, points), stacks, 1e-10)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_agrees_in_single_precision(name: str) -> None:
    derivatives = DerivativeSet([(0, 1), (2, 0)], 2)
    single = [stack([name, name], [2, 20, 20, 1], 0, torch.float32)]
    assert_agree(derivatives, input_jet(derivatives, 100, torch.float32), single, 2e-5)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(drops=st.lists(st.integers(0, 5), max_size=5, unique=True), seed=st.integers(0, 9))
def test_a_mixture_agrees_with_drops_in_between(drops: list[int], seed: int) -> None:
    names = sorted(ACTIVATIONS)
    pool = [Candidate(names[k % len(names)], 1 + k % 2, 8 + 12 * (k % 3)) for k in range(6)]
    mixture = Mixture(pool, GateSettings(2, 9, "tanh"), [(0.0, 1.0), (-1.0, 1.0)], 2, seed)
    with torch.no_grad():
        mixture.gate.networks.weights[-1].normal_(generator=torch.Generator().manual_seed(seed))
    derivatives = DerivativeSet([(0, 2), (1, 0)], 2)
    points = torch.rand(50, 2, dtype=DOUBLE, generator=torch.Generator().manual_seed(seed))
    for index in [None, *drops]:
        if index is not None:
            mixture.drop(index)
        found = []
        for fast in (True, False):
            with pytest.MonkeyPatch.context() as patch:
                if not fast:
                    patch.setattr(fused, "_available", lambda *_: False)
                jet = mixture(points, derivatives)
            gradients = torch.autograd.grad(jet.square().sum(), list(mixture.parameters()))
            found.append([jet, *gradients])
        # Of one expert alone the gate's gradient is zero but for rounding.
        size = max(float(tensor.detach().abs().max()) for tensor in found[1])
        for got, expected in zip(*found, strict=True):
            torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12 * size)


def test_a_second_backward_pass_reads_what_the_first_one_read() -> None:
    """The memory of one forward pass must not go to another while it may be needed."""
    derivatives = DerivativeSet([(2,)], 1)
    stacks, x = [stack(["tanh"], [1, 16, 1], 0)], input_jet(derivatives, 300)
    jet = fused.evaluate(derivatives, x, stacks)
    first = torch.autograd.grad(jet.sum(), parameters(stacks), retain_graph=True)
    others = [fused.evaluate(derivatives, x, [stack(["sine"], [1, 16, 1], 1)]) for _ in range(6)]
    again = torch.autograd.grad(jet.sum(), parameters(stacks))
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert all(torch.equal(one, others[0]) for one in others)


def test_the_number_of_threads_changes_no_digit() -> None:
    derivatives = DerivativeSet([(2, 0)], 2)
    stacks, x = [stack(["sine", "gelu"], [2, 33, 33, 1], 0)], input_jet(derivatives, 2000)
    found = []
    threads = torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            terms = fused.evaluate(derivatives, x, stacks)
            above, below = fused.mix(derivatives, terms.movedim(0, -1)[:, :, 0], terms)
            along = (above.sum() + below.sum(), parameters(stacks))
            found.append([terms, above, below, *torch.autograd.grad(*along)])
    finally:
        torch.set_num_threads(threads)
    for other in found[1:]:
        assert all(torch.equal(one, two) for one, two in zip(found[0], other, strict=True))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", ["weights", "biases"])
def test_what_is_not_a_number_stays_so(name: str, dtype: torch.dtype, kind: str) -> None:
    derivatives = DerivativeSet([(2,)], 1)
    stacks = [stack([name, name], [1, 5, 5, 1], 0, dtype)]
    with torch.no_grad():
        getattr(stacks[0], kind)[0][1] = torch.nan
    jet = fused.evaluate(derivatives, input_jet(derivatives, 10, dtype), stacks)
    assert torch.isfinite(jet[0]).all()
    assert jet[1].isnan().all()


def test_derivatives_of_derivatives_agree_with_the_plain_path() -> None:
    """A gradient that is itself differentiated: by `grad` and by `backward`."""
    derivatives = DerivativeSet([(2,)], 1)
    x = input_jet(derivatives, 9)
    stacks = [stack(["tanh", "swish"], [1, 6, 6, 2], 0)]
    logits = torch.randn(len(derivatives), 9, 2, dtype=DOUBLE, requires_grad=True)
    own = [*parameters(stacks), logits]
    found = []
    for evaluate, mix in ((fused.evaluate, fused.mix), (plain.evaluate, plain.mix)):
        above, below = mix(derivatives, logits, evaluate(derivatives, x, stacks))
        first = torch.autograd.grad(
            (above / below[..., None]).square().sum(), own, create_graph=True
        )
        penalty = sum(one.square().sum() for one in first)
        assert isinstance(penalty, Tensor)
        second = torch.autograd.grad(penalty, own, retain_graph=True)
        for tensor in own:
            tensor.grad = None
        penalty.backward()  # type: ignore[no-untyped-call]
        found.append([*second, *(tensor.grad for tensor in own)])
    for got, expected in zip(*found, strict=True):
        assert got is not None
        assert expected is not None
        assert relative(got, expected) < 1e-10


def test_derivatives_by_the_points_are_right_or_left_to_torch() -> None:
    """What a user may do to check a mixture: u_xx of it by nested autograd."""
    pool = [Candidate("tanh", 2, 8), Candidate("sine", 1, 5)]
    mixture = Mixture(pool, GateSettings(1, 4), [(-1.0, 1.0)], 1, seed=0)
    x = torch.linspace(-1, 1, 7, dtype=DOUBLE).unsqueeze(-1)
    got = mixture(x, DerivativeSet([(2,)], 1))[2, :, 0]
    by_points = nested(lambda points: mixture(points, DerivativeSet([], 1))[0, :, 0], x, (2,))
    assert relative(got, by_points) < 1e-10


def changed(**changes: object) -> networks.Perceptrons:
    return replace(stack(["tanh", "sine"], [1, 4, 4, 1], 0), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        stack(["tanh"], [1, 1], 0),  # linear
        stack(["tanh"], [1, 8, 4, 1], 0),  # hidden layers of two widths
        stack(["tanh"], [2, 4, 1], 0),  # another number of inputs
        stack(["tanh"], [1, 4, 2], 0),  # another number of outputs than its neighbour
        stack(["tanh"], [1, 4, 1], 0, torch.float32),
        changed(activations=("tanh",)),
        changed(activations=("tanh", "no such")),
        changed(biases=stack(["tanh"], [1, 4, 4, 1], 0).biases),
    ],
)
def test_what_does_not_fit_together_never_reaches_the_kernel(other: networks.Perceptrons) -> None:
    derivatives = DerivativeSet([], 1)
    x, one = input_jet(derivatives, 5), stack(["tanh"], [1, 4, 1], 0)
    assert fused.can_evaluate(derivatives, x, [one])
    assert not fused.can_evaluate(derivatives, x, [one, other])


def test_jets_that_do_not_fit_never_reach_the_kernel() -> None:
    derivatives = DerivativeSet([(1,)], 1)
    x, one = input_jet(derivatives, 5), stack(["tanh"], [1, 4, 1], 0)
    assert not fused.can_evaluate(derivatives, x[:1], [one])
    assert not fused.can_evaluate(derivatives, x.half(), [one])
    assert not fused.can_evaluate(derivatives, x.clone().requires_grad_(), [one])
    logits, terms = torch.zeros(2, 5, 3, dtype=DOUBLE), torch.zeros(3, 2, 5, 1, dtype=DOUBLE)
    assert fused.can_mix(derivatives, logits, terms)
    assert not fused.can_mix(derivatives, logits[:, :4], terms)
    assert not fused.can_mix(derivatives, logits[..., :2], terms)
    assert not fused.can_mix(derivatives, logits[:1], terms[:, :1])
    assert not fused.can_mix(derivatives, logits.float(), terms)
    with pytest.raises(RuntimeError, match=r"expand|size|shape"):
        networks.mix(derivatives, logits[:, :4], terms)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    asked=st.sampled_from(DERIVATIVES),
    experts=st.integers(1, 40),
    outputs=st.integers(1, 3),
    points=st.sampled_from([1, 5, 64, 65, 200]),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_the_mean_agrees_with_the_plain_path(
    asked: tuple[int, list[Derivative]], experts: int, outputs: int, points: int, dtype: torch.dtype
) -> None:
    dimension, keys = asked
    derivatives = DerivativeSet(keys, dimension)
    generator = torch.Generator().manual_seed(points)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_()

    logits = draw(len(derivatives), points, experts)
    terms = draw(experts, len(derivatives), points, outputs)
    along = torch.randn(len(derivatives), points, outputs, generator=generator, dtype=dtype)
    found = []
    for path in (fused.mix, plain.mix):
        above, below = path(derivatives, logits, terms)
        jet = jets.divide(derivatives, above, below.unsqueeze(-1))
        found.append([jet, *torch.autograd.grad((jet * along).sum(), [logits, terms])])
    tolerance = 1e-10 if dtype == DOUBLE else 1e-3  # fourth orders of random jets grow large
    # Where there is one expert, the gradient by its logit is zero but for rounding.
    size = max(float(tensor.detach().abs().max()) for tensor in found[1])
    for got, expected in zip(*found, strict=True):
        torch.testing.assert_close(got, expected, rtol=tolerance, atol=tolerance * size)
