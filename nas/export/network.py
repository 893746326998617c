"""The pruned mixture as a plain network, for those who want to use it and not to search.

Axis legend: B points, D coordinates, C fields, E experts, V and W widths.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from nas.calculus.activations import ACTIVATIONS
from nas.export.architecture import Architecture


class Perceptron(nn.Module):
    """Linear layers with an activation between them.

    Parameters
    ----------
    widths
        Of input, hidden layers and output.
    activation
        Its name in `nas.calculus.activations`.
    """

    def __init__(self, widths: Sequence[int], activation: str) -> None:
        super().__init__()
        self.activation = activation
        self.layers = nn.ModuleList(
            nn.Linear(v, w, dtype=torch.float64) for v, w in pairwise(widths)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, V) -> (B, W)."""
        activation = ACTIVATIONS[self.activation]
        *hidden, last = self.layers
        for layer in hidden:
            (x,) = activation(layer(x), 0)
        out: Tensor = last(x)
        return out

    def extra_repr(self) -> str:
        """The activation's name."""
        return f"activation={self.activation}"


class ExportedMixture(nn.Module):
    """u(x) = Σᵢ λᵢ(x) uᵢ(x) with nothing but linear layers, activations and a softmax.

    All derivatives come from autograd. It is float64, as it was trained; ``.to`` changes that.

    Parameters
    ----------
    architecture
        The content of ``architecture.json``; the weights are random until a state is loaded.

    Raises
    ------
    ValueError
        When called with points that are not (B, D).
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        inputs, outputs = len(architecture.problem.coordinates), len(architecture.problem.fields)
        shapes = architecture.experts
        self.experts = nn.ModuleList(
            Perceptron([inputs, *[shape.width] * shape.depth, outputs], shape.activation)
            for shape in shapes
        )
        gate = architecture.gate
        self.gate = (
            None
            if gate is None
            else Perceptron([inputs, *[gate.width] * gate.depth, len(shapes)], gate.activation)
        )
        self.centre: Tensor
        self.scale: Tensor
        for name, numbers in architecture.scaling:
            # Not persistent: they stand in the description, and once is enough.
            self.register_buffer(name, torch.tensor(numbers, dtype=torch.float64), persistent=False)

    def forward(self, points: Tensor) -> Tensor:
        """The fields (B, C) at points (B, D), in the units of the coordinates."""
        scaled = self._scaled(points)
        experts = torch.stack([expert(scaled) for expert in self.experts], dim=1)
        return (self._weights(scaled).unsqueeze(-1) * experts).sum(1)

    def weights(self, points: Tensor) -> Tensor:
        """How much each expert counts, (B, E), at points (B, D); each row sums to 1."""
        return self._weights(self._scaled(points))

    def _weights(self, scaled: Tensor) -> Tensor:
        if self.gate is None:
            return torch.ones_like(scaled[:, :1])
        return torch.softmax(self.gate(scaled), dim=-1)

    def _scaled(self, points: Tensor) -> Tensor:
        # Without this check (B, 1) would be broadcast to D coordinates in silence.
        if points.ndim != 2 or points.shape[1] != len(self.centre):
            names = ", ".join(self.architecture.problem.coordinates)
            raise ValueError(
                f"expected points of shape (B, {len(self.centre)}) with the columns {names}, "
                f"got {tuple(points.shape)}"
            )
        return (points - self.centre) / self.scale
