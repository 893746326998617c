"""Multilayer perceptrons: linear layers with one activation between them.

Axis legend: N networks of a stack, S derivatives, B points, D coordinates, C outputs, V and W
widths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import torch
from torch import Tensor, nn

from nas.calculus import networks as calculus
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import DerivativeSet
from nas.calculus.networks import Perceptrons, Trace
from nas.networks import encoding as encodings
from nas.networks.encoding import AS_THEY_ARE, Encoding, resolve
from nas.networks.family import Layers, Stack
from nas.networks.initial import SLOWEST, glorot, highest_frequency, waves
from nas.search_spaces.candidates import OUTPUT, Candidate


@dataclass(frozen=True)
class Shape:
    """The name of each network's activation, and what all of them see.

    Examples
    --------
    >>> shape = PERCEPTRON.shape([Candidate("tanh", 1, 8), Candidate("sine", 1, 8)], ["x"])
    >>> PERCEPTRON.select(shape, [1]).activations
    ('sine',)
    """

    activations: tuple[str, ...]
    encoding: Encoding = AS_THEY_ARE


class Perceptron:
    """The family (see `nas.networks.family.Family`).

    Examples
    --------
    >>> Perceptron().describe(Candidate("sine", 1, 32))
    '1 layer of 32 units with sine'
    >>> Perceptron().count_parameters(Candidate("sine", 1, 32), inputs=2, outputs=1)
    129
    """

    def stack_key(self, candidate: Candidate) -> tuple[str, str, int, int]:
        """Encoding, so that those of one stand together and are one call; what is learnt; shape."""
        return candidate.encoding, candidate.learns, candidate.depth, candidate.width

    def row_key(self, candidate: Candidate) -> str:
        """Networks of one activation stand together: each activation is one slice."""
        return candidate.activation

    def shape(self, candidates: Sequence[Candidate], names: Sequence[str]) -> Shape:
        """See `Family`."""
        (encoding,) = {resolve(candidate.encoding, names) for candidate in candidates}
        return Shape(tuple(candidate.activation for candidate in candidates), encoding)

    def count_parameters(self, candidate: Candidate, inputs: int, outputs: int) -> int:
        """See `Family`."""
        return sum((v + 1) * w for v, w in pairwise(_widths(candidate, inputs, outputs)))

    def initialise(
        self, candidate: Candidate, inputs: int, outputs: int, generator: torch.Generator
    ) -> Layers:
        """Glorot-uniform weights, those of the first layer times the scale, and no biases.

        Where the output layer alone is learnt: random waves first, and an output layer of zeros.
        """
        widths = _widths(candidate, inputs, outputs)
        weights = glorot(widths, generator)
        biases = [torch.zeros(width, dtype=torch.float64) for width in widths[1:]]
        if candidate.learns == OUTPUT:
            weights[0], biases[0] = _waves(candidate, inputs, generator)
            weights[-1] = torch.zeros_like(weights[-1])
        else:
            weights[0] = candidate.scale * weights[0]
        return weights, biases

    def describe(self, candidate: Candidate) -> str:
        """See `Family`."""
        words = in_words(candidate.depth, candidate.width, candidate.activation)
        if sees := encodings.in_words(candidate.encoding):
            words += f", {sees}"
        if candidate.learns == OUTPUT:
            fast = f"{candidate.scale:g} times the highest that so many waves can span"
            words += f", drawn as random waves up to {fast}; the output layer alone is learnt"
        elif candidate.scale != 1:
            words += f", whose first weights began {candidate.scale:g} times as large"
        return words

    def select(self, shape: Shape, networks: Sequence[int]) -> Shape:
        """See `Computation`."""
        return Shape(tuple(shape.activations[index] for index in networks), shape.encoding)

    def evaluate(
        self, derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Stack]
    ) -> Tensor:
        """All neighbours of one encoding in one call of the kernel."""
        found = [
            calculus.evaluate(derivatives, encoding.jet(derivatives, coordinates), list(layers))
            for encoding, layers in _by_encoding(stacks)
        ]
        return found[0] if len(found) == 1 else torch.cat(found)

    def trace(self, derivatives: DerivativeSet, coordinates: Tensor, stack: Stack) -> Trace:
        """See `Computation`."""
        seen = stack.shape.encoding.jet(derivatives, coordinates)
        return calculus.trace(derivatives, seen, _layers(stack))

    def features(self, derivatives: DerivativeSet, coordinates: Tensor, stack: Stack) -> Tensor:
        """See `Computation`."""
        seen = stack.shape.encoding.jet(derivatives, coordinates)
        return calculus.hidden(derivatives, seen, _layers(stack))

    def module(self, stack: Stack) -> "PlainPerceptron":
        """See `Computation`."""
        (activation,) = stack.shape.activations
        widths = [stack.weights[0].shape[1], *(bias.shape[-1] for bias in stack.biases)]
        made = PlainPerceptron(widths, activation, stack.shape.encoding)
        numbers = zip(made.linear_layers, stack.weights, stack.biases, strict=True)
        with torch.no_grad():
            for layer, weight, bias in numbers:
                # Stacked matrices act from the right, those of `nn.Linear` from the left.
                layer.weight.copy_(weight[0].T)
                layer.bias.copy_(bias[0])
        return made


class PlainPerceptron(nn.Module):
    """Linear layers with an activation between them, in float64.

    Parameters
    ----------
    widths
        Of what the first layer sees, hidden layers and output.
    activation
        Its name in `nas.calculus.activations`.
    encoding
        What the first layer sees of the input.

    Examples
    --------
    >>> PlainPerceptron([2, 8, 1], "tanh")(torch.zeros(5, 2, dtype=torch.float64)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self, widths: Sequence[int], activation: str, encoding: Encoding = AS_THEY_ARE
    ) -> None:
        super().__init__()
        self.activation, self.encoding = activation, encoding
        self.layers = nn.ModuleList(
            nn.Linear(v, w, dtype=torch.float64) for v, w in pairwise(widths)
        )

    @property
    def linear_layers(self) -> list[nn.Linear]:
        """The layers, as the type checker wants to see them."""
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) -> (B, C)."""
        x = self.encoding.values(x)
        activation = ACTIVATIONS[self.activation]
        *hidden, last = self.layers
        for layer in hidden:
            (x,) = activation(layer(x), 0)
        out: Tensor = last(x)
        return out

    def extra_repr(self) -> str:
        """Activation and encoding."""
        return f"activation={self.activation}, {self.encoding}"


def in_words(depth: int, width: int, activation: str) -> str:
    """Hidden layers in words.

    Examples
    --------
    >>> in_words(2, 16, "tanh")
    '2 layers of 16 units with tanh'
    """
    layers = "1 layer" if depth == 1 else f"{depth} layers"
    return f"{layers} of {width} units with {activation}"


def _widths(candidate: Candidate, inputs: int, outputs: int) -> list[int]:
    features = encodings.count_features(candidate.encoding, inputs)
    return [features, *[candidate.width] * candidate.depth, outputs]


def _waves(candidate: Candidate, inputs: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The first layer of a network of which the output layer alone is learnt."""
    slopes = encodings.frequencies(candidate.encoding, inputs)
    reach = max(SLOWEST, candidate.scale * highest_frequency(candidate.width, inputs))
    return waves(slopes, candidate.width, [reach] * len(slopes), generator)


def _layers(stack: Stack) -> Perceptrons:
    return Perceptrons(stack.shape.activations, stack.weights, stack.biases)


def _by_encoding(stacks: Sequence[Stack]) -> Iterator[tuple[Encoding, Iterator[Perceptrons]]]:
    for encoding, group in groupby(stacks, key=lambda stack: stack.shape.encoding):
        yield encoding, map(_layers, group)


PERCEPTRON = Perceptron()
