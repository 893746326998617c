"""The pruned mixture as a plain network, for those who want to use it and not to search.

Axis legend: B points, D coordinates, C fields, E experts.
"""

import torch
from torch import Tensor, nn

from nas import networks
from nas.export.architecture import Architecture
from nas.mixture import gate


class ExportedMixture(nn.Module):
    """u(x) = Σᵢ λᵢ(x) uᵢ(x) of plain modules and a softmax.

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
        problem, experts = architecture.problem, architecture.experts
        names, outputs = problem.coordinates, len(problem.fields)
        self.experts = nn.ModuleList(
            networks.untrained(expert.candidate, names, outputs).modules()[0] for expert in experts
        )
        described = architecture.gate
        self.gate: nn.Module | None = None
        if described is not None:
            gating = gate.build(described.made, described.encoding, names, len(experts), seed=0)
            (self.gate,) = gating.networks.modules()
        self.centre: Tensor
        self.half_extent: Tensor
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
        return (points - self.centre) / self.half_extent
