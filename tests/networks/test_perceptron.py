"""The family of perceptrons: order, start, words, and the plain module."""

import math
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


@pytest.mark.parametrize(
    ("width", "scale", "reach"),
    [(400, 1.0, 29.8), (400, 0.5, 14.9), (4, 1.0, 4.0)],  # never slower than a wave and a quarter
)
def test_of_what_learns_its_output_alone_the_first_layer_is_waves(
    width: int, scale: float, reach: float
) -> None:
    candidate = Candidate("sine", 1, width, scale=scale, learns="output")
    weights, biases = PERCEPTRON.initialise(candidate, 2, 3, stream(0, 1))
    assert weights[0].abs().max() == pytest.approx(reach, rel=0.01 if width > 4 else 0.5)
    assert biases[0].abs().max() > 1
    assert not weights[1].any()
    assert not biases[1].any()


def test_waves_are_as_fast_whatever_they_are_waves_of() -> None:
    """A circle runs π times as fast as its coordinate."""
    candidate = Candidate("sine", 1, 400, encoding="periodic x", learns="output")
    (first, _), _ = PERCEPTRON.initialise(candidate, 2, 1, stream(0, 1))
    t, sine, cosine = first.abs().amax(1).tolist()
    assert [t, math.pi * sine, math.pi * cosine] == pytest.approx([29.8] * 3, rel=0.02)


def test_later_hidden_layers_are_as_ever() -> None:
    plain, _ = PERCEPTRON.initialise(Candidate("tanh", 2, 7), 3, 2, stream(0, 1))
    drawn, biases = PERCEPTRON.initialise(
        Candidate("tanh", 2, 7, learns="output"), 3, 2, stream(0, 1)
    )
    assert torch.equal(plain[1], drawn[1])
    assert not biases[1].any()


def test_what_learns_all_and_what_does_not_share_no_stack() -> None:
    one, other = Candidate("sine", 2, 7), Candidate("sine", 2, 7, learns="output")
    assert PERCEPTRON.stack_key(one) < PERCEPTRON.stack_key(other)


def test_the_words_tell_what_is_learnt() -> None:
    assert PERCEPTRON.describe(Candidate("sine", 1, 800, scale=0.5, learns="output")) == (
        "1 layer of 800 units with sine, drawn as random waves up to 0.5 times the highest that "
        "so many waves can span; the output layer alone is learnt"
    )


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
