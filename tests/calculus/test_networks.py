"""Stacked networks against networks evaluated one at a time, and the choice of the path."""

import pytest
import torch
from torch import Tensor

from nas.calculus import compilation, fused, networks
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Laplacian, Streams
from tests.calculus.test_fused import input_jet, stack
from tests.oracles import nested, relative


def one_by_one(one: networks.Stack, row: int, points: Tensor) -> Tensor:
    values, layers = points, len(one.weights)
    for place, (weight, bias) in enumerate(zip(one.weights, one.biases, strict=True)):
        values = values @ weight[row] + bias[row]
        if place < layers - 1:
            values = ACTIVATIONS[one.activations[row]](values, 0)[0]
    return values[:, 0]


@pytest.mark.parametrize("fast", [True, False])
def test_against_nested_autograd(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not fast:
        monkeypatch.setattr(fused, "possible", lambda *_: False)
    streams = Streams([(2, 1), (0, 3)], 2)
    one = stack(["sine", "swish", "swish", "tanh"], [2, 7, 7, 1], 0)
    x = input_jet(streams, 11)
    points = x[0]  # scaled by 1.7, as the derivatives below
    jet = networks.evaluate(streams, x, [one])
    for row in range(4):
        for place, stream in enumerate(streams.keys):
            assert not isinstance(stream, Laplacian)
            expected = nested(lambda p, row=row: one_by_one(one, row, p), points, stream)  # type: ignore[misc]
            expected = expected / 1.7 ** sum(stream)
            assert relative(jet[row, place, :, 0], expected) < 1e-10


def test_without_a_compiler_the_plain_path_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "library", lambda: None)
    monkeypatch.setattr(fused, "evaluate", lambda *_: pytest.fail("not to be called"))
    streams = Streams([], 1)
    one, x = stack(["tanh", "gelu"], [1, 4, 1], 0), input_jet(streams, 5)
    assert torch.equal(networks.evaluate(streams, x, [one]), networks.plain(streams, x, one))
