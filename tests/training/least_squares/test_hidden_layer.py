"""Features of a network, against the network itself."""

import torch

from nas.calculus.derivatives import DerivativeSet
from nas.networks import Stack, evaluate, untrained
from nas.search_spaces import Candidate
from nas.training.least_squares.hidden_layer import HiddenLayer, output_layer
from tests.assessment import answers

DERIVATIVES = DerivativeSet([(2, 0), (0, 1)], 2)
BOUNDS = [(0.0, 2.0), (-1.0, 1.0)]


def test_features_times_coefficients_are_the_network() -> None:
    generator = torch.Generator().manual_seed(0)
    for text in ("raw", "periodic x"):
        candidate = Candidate("tanh", 2, 7, encoding=text, learns="output")
        bare = untrained(candidate, ["x", "t"], outputs=2)
        layer = HiddenLayer(bare, BOUNDS)
        coefficients = torch.randn(2 * 8 + 1, generator=generator, dtype=torch.float64)
        weights, biases = output_layer(coefficients[:16], fields=2)
        stack = Stack(
            bare.family,
            bare.shape,
            [*bare.weights[:-1], weights[None]],
            [*bare.biases[:-1], biases[None]],
        )
        points = torch.rand(5, 2, generator=generator, dtype=torch.float64)
        scaled = torch.zeros(len(DERIVATIVES), 5, 2, dtype=torch.float64)
        scaled[0] = points - torch.tensor([1.0, 0.0])
        scaled[DERIVATIVES.index[1, 0], :, 0] = scaled[DERIVATIVES.index[0, 1], :, 1] = 1.0
        expected = evaluate(DERIVATIVES, scaled, [stack])[0]
        by_field = coefficients[:16].view(2, 8)
        torch.testing.assert_close(layer.jet(points, DERIVATIVES) @ by_field.T, expected)

        base = answers.of(lambda x: torch.cat([x, 0 * x[:, :1]], dim=-1))  # two fields, a constant
        more = layer.added_to(base, coefficients, fields=2)(points, DERIVATIVES)
        more -= base(points, DERIVATIVES)
        torch.testing.assert_close(more[..., :2], expected)
        assert torch.allclose(more[0, :, 2], coefficients[-1])
        assert not more[1:, :, 2].any()
