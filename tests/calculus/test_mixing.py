"""The mean with softmax weights against nested autograd, and the kernel against the plain path."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nas.calculus import compilation, fused, jets, mixing
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Laplacian, Stream, Streams
from tests.calculus.test_fused import DERIVATIVES
from tests.oracles import nested, relative

DOUBLE = torch.float64


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("shift", [0.0, 800.0])
def test_agrees_with_nested_autograd_also_for_large_logits(
    fast: bool, shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fast:
        monkeypatch.setattr(fused, "available", lambda _: False)
    streams = Streams([(3, 1), Laplacian((0, 1))], 2)
    zero, one = torch.zeros(2, dtype=DOUBLE), torch.ones(2, dtype=DOUBLE)
    weight = torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.8, -1.0]], dtype=DOUBLE)
    bias = torch.tensor([0.0, 1.0, -1.0], dtype=DOUBLE) + shift
    x = torch.rand(7, 2, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))

    def parts(x: Tensor, streams: Streams) -> tuple[Tensor, Tensor]:
        jet = jets.coordinates(x, streams, zero, one)
        logits = jets.shift(jets.linear(jet, weight), bias)
        waves = jets.layer(streams, ACTIVATIONS["sine"], jets.linear(jet, 2 * weight), 0 * bias)
        return logits, waves.movedim(-1, 0).unsqueeze(-1)

    got = mixing.mix(streams, *parts(x, streams))
    assert got.shape == (len(streams), 7, 1)

    def value(x: Tensor) -> Tensor:
        logits, waves = parts(x, Streams([], 2))
        return (logits[0].softmax(-1) * waves[:, 0, :, 0].T).sum(-1)

    for place, key in enumerate(streams.keys):
        assert relative(got[place, :, 0], nested(value, x, key)) < 1e-10, key


@pytest.mark.skipif(compilation.library() is None, reason="no C++ compiler")
@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    asked=st.sampled_from(DERIVATIVES),
    experts=st.integers(1, 40),
    outputs=st.integers(1, 3),
    points=st.sampled_from([1, 5, 64, 65, 200]),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_kernel_agrees_with_the_plain_path(
    asked: tuple[int, list[Stream]], experts: int, outputs: int, points: int, dtype: torch.dtype
) -> None:
    dimension, derivatives = asked
    streams = Streams(derivatives, dimension)
    generator = torch.Generator().manual_seed(points)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype).requires_grad_()

    logits = draw(len(streams), points, experts)
    terms = draw(experts, len(streams), points, outputs)
    along = torch.randn(len(streams), points, outputs, generator=generator, dtype=dtype)
    found = []
    for path in (fused.mix, mixing.plain):
        above, below = path(streams, logits, terms)
        jet = jets.divide(streams, above, below.unsqueeze(-1))
        found.append([jet, *torch.autograd.grad((jet * along).sum(), [logits, terms])])
    tolerance = 1e-10 if dtype == DOUBLE else 1e-3  # fourth orders of random jets grow large
    # Where there is one expert, the gradient by its logit is zero but for rounding.
    size = max(float(tensor.detach().abs().max()) for tensor in found[1])
    for got, expected in zip(*found, strict=True):
        torch.testing.assert_close(got, expected, rtol=tolerance, atol=tolerance * size)
