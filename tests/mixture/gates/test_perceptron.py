"""The perceptron gate: its start, its preference, its drops."""

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import Gate, GateSettings
from nas.networks import evaluate

SLOPE = DerivativeSet([(1,)], 1)


def logits(gate: Gate) -> Tensor:
    """The jet (S, B, E) on a line."""
    value = torch.linspace(-1, 1, 5, dtype=torch.float64).unsqueeze(-1)
    jet = torch.stack([value, torch.ones_like(value)])
    return evaluate(SLOPE, jet, [gate.networks]).squeeze(0)


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_weights_start_uniform(depth: int) -> None:
    start = logits(Gate(GateSettings(depth, 4), "raw", ["x"], 3, seed=0))
    assert start.shape == (2, 5, 3)
    assert start.abs().max() == 0


def test_preference_becomes_the_softmax_of_the_scores() -> None:
    gate = Gate(GateSettings(1, 4), "raw", ["x"], 3, seed=0)
    gate.prefer(-torch.log(torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)))
    expected = torch.tensor([4 / 7, 2 / 7, 1 / 7], dtype=torch.float64)
    torch.testing.assert_close(logits(gate)[0].softmax(-1), expected.expand(5, 3))


def test_a_drop_leaves_the_other_logits() -> None:
    gate = Gate(GateSettings(1, 4), "raw", ["x"], 3, seed=0)
    with torch.no_grad():
        gate.out_weight.normal_(generator=torch.Generator().manual_seed(0))
    before = logits(gate).detach()
    old = {gate.out_weight, gate.out_bias}
    changes = gate.drop(1)
    torch.testing.assert_close(logits(gate), before[..., [0, 2]], rtol=1e-14, atol=0)
    assert changes.keys() == old
    assert [rows.tolist() for _, rows in changes.values()] == [[0, 2]] * 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (GateSettings(0), "a linear function of the scaled coordinates"),
        (GateSettings(1, 8, "sine"), "a gating network with 1 layer of 8 units with sine"),
    ],
)
def test_words(settings: GateSettings, words: str) -> None:
    assert settings.describe() == words
