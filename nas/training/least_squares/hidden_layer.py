"""The last hidden layer of a network as features, which its output layer combines.

Axis legend: S derivatives, B points, D coordinates, F what the first layer sees, W width, C fields,
K = W + 1 features.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.derivatives import DerivativeSet
from nas.networks import Stack


class HiddenLayer:
    """What a network's output layer sees, and the constant that is its bias; in float64.

    Parameters
    ----------
    stack
        Of one network.
    bounds
        The domain's bounding box, one (low, high) a coordinate.

    Examples
    --------
    >>> from nas.networks import Candidate, untrained
    >>> candidate = Candidate("sine", 1, 8, learns="output")
    >>> layer = HiddenLayer(untrained(candidate, ["x", "t"], outputs=1), [(0, 1), (0, 4)])
    >>> jet = layer.jet(torch.zeros(5, 2), DerivativeSet([(1, 0)], 2))
    >>> jet.shape, jet[:, 0, -1].tolist()  # the last is the constant, with its derivative
    (torch.Size([2, 5, 9]), [1.0, 0.0])
    """

    def __init__(self, stack: Stack, bounds: Sequence[tuple[float, float]]) -> None:
        self._stack = Stack(
            stack.family,
            stack.shape,
            [weight.detach().cpu().double() for weight in stack.weights],
            [bias.detach().cpu().double() for bias in stack.biases],
        )
        low, high = torch.tensor(bounds, dtype=torch.float64).unbind(-1)
        self._centre, self._half = (low + high) / 2, (high - low) / 2

    def __len__(self) -> int:
        return self._stack.weights[-1].shape[-2] + 1

    def jet(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Their jets (S, B, K) at points (B, D), the constant last."""
        seen = jets.coordinates(points.double(), derivatives, self._centre, self._half)
        (found,) = self._stack.family.features(derivatives, seen, self._stack)
        constant = found.new_zeros(*found.shape[:-1], 1)
        constant[0] = 1.0
        return torch.cat([found, constant], dim=-1)


def output_layer(coefficients: Tensor, fields: int) -> tuple[Tensor, Tensor]:
    """Weights (W, C) and biases (C,) of the output layer, from coefficients (C·K + U).

    Examples
    --------
    >>> weights, biases = output_layer(torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), fields=2)
    >>> weights.tolist(), biases.tolist()
    ([[1.0, 4.0], [2.0, 5.0]], [3.0, 6.0])
    """
    features = len(coefficients) // fields
    by_field = coefficients[: fields * features].view(fields, features)
    return by_field[:, :-1].T.contiguous(), by_field[:, -1].clone()
