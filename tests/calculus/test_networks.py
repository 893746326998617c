"""Stacked networks against networks evaluated one at a time, and the choice of the path."""

import pytest
import torch
from torch import Tensor

from nas.calculus import compilation, fused, jets, networks, plain
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import DerivativeSet, Laplacian
from tests.calculus.test_compilation import NEEDS_COMPILER
from tests.calculus.test_fused import input_jet, stack
from tests.oracles import nested, relative

PATHS = pytest.mark.parametrize(
    "fast", [pytest.param(True, marks=NEEDS_COMPILER, id="fused"), pytest.param(False, id="plain")]
)


def one_by_one(one: networks.Perceptrons, row: int, points: Tensor) -> Tensor:
    values, layers = points, len(one.weights)
    for index, (weight, bias) in enumerate(zip(one.weights, one.biases, strict=True)):
        values = values @ weight[row] + bias[row]
        if index < layers - 1:
            values = ACTIVATIONS[one.activations[row]](values, 0)[0]
    return values[:, 0]


@PATHS
def test_against_nested_autograd(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not fast:
        monkeypatch.setattr(fused, "_available", lambda *_: False)
    derivatives = DerivativeSet([(2, 1), (0, 3)], 2)
    one = stack(["sine", "swish", "swish", "tanh"], [2, 7, 7, 1], 0)
    x = input_jet(derivatives, 11)
    points = x[0]  # scaled by 1.7, as the derivatives below
    jet = networks.evaluate(derivatives, x, [one])
    for row in range(4):
        for index, key in enumerate(derivatives.keys):
            assert not isinstance(key, Laplacian)
            expected = nested(lambda p, row=row: one_by_one(one, row, p), points, key)  # type: ignore[misc]
            expected = expected / 1.7 ** sum(key)
            assert relative(jet[row, index, :, 0], expected) < 1e-10


@PATHS
@pytest.mark.parametrize("shift", [0.0, 800.0])
def test_the_mean_agrees_with_nested_autograd_also_for_large_logits(
    fast: bool, shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fast:
        monkeypatch.setattr(fused, "_available", lambda *_: False)
    derivatives = DerivativeSet([(3, 1), Laplacian((0, 1))], 2)
    zero, one = torch.zeros(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    weight = torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.8, -1.0]], dtype=torch.float64)
    bias = torch.tensor([0.0, 1.0, -1.0], dtype=torch.float64) + shift
    x = torch.rand(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def parts(x: Tensor, derivatives: DerivativeSet) -> tuple[Tensor, Tensor]:
        jet = jets.coordinates(x, derivatives, zero, one)
        logits = jets.shift(jets.linear(jet, weight), bias)
        waves = jets.layer(derivatives, ACTIVATIONS["sine"], jets.linear(jet, 2 * weight), 0 * bias)
        return logits, waves.movedim(-1, 0).unsqueeze(-1)

    got = networks.mix(derivatives, *parts(x, derivatives))
    assert got.shape == (len(derivatives), 7, 1)

    def value(x: Tensor) -> Tensor:
        logits, waves = parts(x, DerivativeSet([], 2))
        return (logits[0].softmax(-1) * waves[:, 0, :, 0].T).sum(-1)

    for index, key in enumerate(derivatives.keys):
        assert relative(got[index, :, 0], nested(value, x, key)) < 1e-10, key


def test_without_a_compiler_the_plain_path_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "library", lambda: None)
    monkeypatch.setattr(fused, "evaluate", lambda *_: pytest.fail("not to be called"))
    derivatives = DerivativeSet([], 1)
    one, x = stack(["tanh", "gelu"], [1, 4, 1], 0), input_jet(derivatives, 5)
    assert torch.equal(
        networks.evaluate(derivatives, x, [one]), plain.evaluate(derivatives, x, [one])
    )
