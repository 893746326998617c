"""A stack, whatever its family."""

import torch

from nas.calculus.jets import DerivativeSet
from nas.networks import Stack, evaluate, untrained
from nas.networks.perceptron import Shape
from nas.search_spaces.candidates import Candidate

VALUE = DerivativeSet([], 2)


def stack(*activations: str) -> Stack:
    """One network of each activation, with weights of its own."""
    ones = [
        untrained(Candidate(name, 2, 5), ["x", "y"], outputs=3, seed=seed)
        for seed, name in enumerate(activations)
    ]
    family = ones[0].family
    shape = Shape(activations)
    layers = [zip(*(part(one) for one in ones), strict=True) for part in (_weights, _biases)]
    weights, biases = ([torch.cat(layer) for layer in group] for group in layers)
    return Stack(family, shape, weights, biases)


def _weights(one: Stack) -> list[torch.Tensor]:
    return list(one.weights)


def _biases(one: Stack) -> list[torch.Tensor]:
    return list(one.biases)


def points() -> torch.Tensor:
    return torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_some_of_a_stack_are_what_they_were_in_it() -> None:
    whole = stack("sine", "tanh", "gelu")
    some = whole.of(torch.tensor([2, 0]))
    assert len(some) == 2
    got = evaluate(VALUE, points()[None], [some])
    torch.testing.assert_close(got, evaluate(VALUE, points()[None], [whole])[[2, 0]])


def test_modules_are_the_networks_and_share_no_memory_with_them() -> None:
    whole = stack("sine", "tanh", "gelu")
    expected = evaluate(VALUE, points()[None], [whole])[:, 0]
    modules = whole.modules()
    for weight in whole.weights:
        weight.zero_()
    for module, one in zip(modules, expected, strict=True):
        torch.testing.assert_close(module(points()), one, rtol=1e-13, atol=1e-13)


def test_units_are_those_of_all_hidden_layers() -> None:
    assert stack("sine", "tanh", "gelu").units == 3 * (5 + 5)
