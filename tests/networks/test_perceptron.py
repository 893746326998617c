"""The family of perceptrons: order, start, words, and the plain module."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.calculus import networks as calculus
from nas.calculus.jets import DerivativeSet
from nas.networks import Stack, evaluate, untrained
from nas.networks.initial import glorot, stream
from nas.networks.perceptron import PERCEPTRON, PlainPerceptron, Shape
from nas.search_spaces.candidates import Candidate


def test_stacks_stand_by_depth_then_width_and_their_networks_by_activation() -> None:
    pool = [Candidate("tanh", 2, 4), Candidate("sine", 1, 8), Candidate("gelu", 1, 4)]
    by_stack = sorted(pool, key=PERCEPTRON.stack_key)
    assert [str(one) for one in by_stack] == ["gelu 1×4", "sine 1×8", "tanh 2×4"]
    by_row = sorted(pool, key=PERCEPTRON.row_key)
    assert [one.activation for one in by_row] == ["gelu", "sine", "tanh"]


def test_it_begins_with_glorot_weights_and_without_biases() -> None:
    weights, biases = PERCEPTRON.initialise(Candidate("tanh", 2, 7), 3, 2, stream(0, 1))
    expected = glorot([3, 7, 7, 2], stream(0, 1))
    assert all(map(torch.equal, weights, expected))
    assert [bias.tolist() for bias in biases] == [[0.0] * 7, [0.0] * 7, [0.0] * 2]
    assert [(w.shape[1], len(b)) for w, b in zip(weights, biases, strict=True)] == [
        (w, w) for _, w in pairwise([3, 7, 7, 2])
    ]


def test_scale_is_a_factor_of_the_first_weights_alone() -> None:
    plain, _ = PERCEPTRON.initialise(Candidate("sine", 2, 7), 3, 2, stream(0, 1))
    scaled, _ = PERCEPTRON.initialise(Candidate("sine", 2, 7, scale=10), 3, 2, stream(0, 1))
    assert torch.equal(scaled[0], 10 * plain[0])
    assert all(map(torch.equal, scaled[1:], plain[1:]))


def test_scales_share_a_stack() -> None:
    one, other = Candidate("sine", 2, 7), Candidate("sine", 2, 7, scale=10)
    assert PERCEPTRON.stack_key(one) == PERCEPTRON.stack_key(other)


def test_all_stacks_of_plain_perceptrons_are_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the caller gave, so that the digits are those of the kernel itself."""
    calls, original = list[Any](), calculus.evaluate

    def noticed(*arguments: Any) -> Tensor:
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(calculus, "evaluate", noticed)
    stacks = [untrained(Candidate("tanh", depth, 4), ["x"], 1) for depth in (1, 2, 1)]
    jet = torch.zeros(1, 5, 1, dtype=torch.float64)
    evaluate(DerivativeSet([], 1), jet, stacks)
    ((_, coordinates, seen),) = calls
    assert coordinates is jet
    assert [one.weights for one in seen] == [one.weights for one in stacks]


def test_stacks_of_one_encoding_are_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["fourier 2", "fourier 2", "raw", "periodic x", "periodic x"]
    stacks = [
        untrained(Candidate("tanh", 1 + seed % 2, 4, encoding=text), ["x"], 1, seed)
        for seed, text in enumerate(texts)
    ]
    derivatives = DerivativeSet([(2,)], 1)
    jet = torch.rand(3, 5, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.cat([evaluate(derivatives, jet, [stack]) for stack in stacks])
    counts, original = list[int](), calculus.evaluate

    def noticed(derivatives: DerivativeSet, jet: Tensor, stacks: Any) -> Tensor:
        counts.append(len(stacks))
        return original(derivatives, jet, stacks)

    monkeypatch.setattr(calculus, "evaluate", noticed)
    torch.testing.assert_close(evaluate(derivatives, jet, stacks), expected, rtol=1e-13, atol=0)
    assert counts == [2, 1, 2]


def test_encodings_do_not_share_a_stack_and_stand_together() -> None:
    pool = [
        Candidate("tanh", depth, 4, encoding=text)
        for depth, text in [(1, "raw"), (2, "fourier 2"), (1, "fourier 2"), (2, "raw")]
    ]
    ordered = sorted(pool, key=PERCEPTRON.stack_key)
    assert [one.encoding for one in ordered] == ["fourier 2", "fourier 2", "raw", "raw"]
    assert len({PERCEPTRON.stack_key(one) for one in pool}) == 4


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        (Candidate("tanh", 1, 5), "1 layer of 5 units with tanh"),
        (Candidate("sine", 3, 16), "3 layers of 16 units with sine"),
        (
            Candidate("sine", 1, 16, scale=2.5),
            "1 layer of 16 units with sine, whose first weights began 2.5 times as large",
        ),
        (
            Candidate("sine", 1, 16, encoding="periodic x"),
            "1 layer of 16 units with sine, periodic in x (1 mode)",
        ),
    ],
)
def test_words(candidate: Candidate, words: str) -> None:
    assert PERCEPTRON.describe(candidate) == words


def test_plain_module_names_its_layers_and_its_activation() -> None:
    made = PlainPerceptron([2, 4, 1], "gelu")
    assert list(made.state_dict()) == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias",
    ]  # fmt: skip
    assert "activation=gelu" in repr(made)


def test_a_module_is_of_one_network() -> None:
    one = untrained(Candidate("tanh", 1, 4), ["x"], 1)
    two = Stack(one.family, Shape(("tanh", "tanh")), one.weights, one.biases)
    with pytest.raises(ValueError, match="too many values"):
        PERCEPTRON.module(two)
