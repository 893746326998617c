"""The last hidden layer of a network as features, which its output layer combines.

Axis legend: S derivatives, B points, D coordinates, F what the first layer sees, W width, C fields,
K = W + 1 features.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.derivatives import DerivativeSet
from nas.networks import Stack, evaluate
from nas.training.least_squares.features import Answer


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
    >>> def zero(points, derivatives):
    ...     return torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    >>> ones = torch.ones(9, dtype=torch.float64)
    >>> jet_of_sum = layer.added_to(zero, ones, fields=1)(torch.zeros(5, 2), DerivativeSet([], 2))
    >>> torch.allclose(jet_of_sum[0, :, 0], jet[0].sum(-1))
    True
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
        seen = self._seen(points, derivatives)
        (found,) = self._stack.family.features(derivatives, seen, self._stack)
        constant = found.new_zeros(*found.shape[:-1], 1)
        constant[0] = 1.0
        return torch.cat([found, constant], dim=-1)

    def added_to(self, base: Answer, coefficients: Tensor, fields: int) -> Answer:
        """The ``base`` with the network added whose output layer has these coefficients.

        Parameters
        ----------
        coefficients : Tensor (C·K + U)
            Field by field, and what is added to the raw unknown coefficients.
        fields
            C.
        """
        unknown = coefficients[fields * len(self) :]
        weights, biases = output_layer(coefficients[: fields * len(self)], fields)
        stack = Stack(
            self._stack.family,
            self._stack.shape,
            [*self._stack.weights[:-1], weights[None]],
            [*self._stack.biases[:-1], biases[None]],
        )

        @torch.no_grad()
        def changed(points: Tensor, derivatives: DerivativeSet) -> Tensor:
            jet = base(points, derivatives).double().clone()
            (added,) = evaluate(derivatives, self._seen(points, derivatives), [stack])
            jet[..., :fields] += added
            jet[0, :, fields:] += unknown
            return jet

        return changed

    def _seen(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        return jets.coordinates(points.double(), derivatives, self._centre, self._half)


def output_layer(coefficients: Tensor, fields: int) -> tuple[Tensor, Tensor]:
    """Weights (W, C) and biases (C,) of the output layer, from coefficients (C·K), field by field.

    Examples
    --------
    >>> weights, biases = output_layer(torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), fields=2)
    >>> weights.tolist(), biases.tolist()
    ([[1.0, 4.0], [2.0, 5.0]], [3.0, 6.0])
    """
    by_field = coefficients.view(fields, -1)
    return by_field[:, :-1].T.contiguous(), by_field[:, -1].clone()
