"""The pruned mixture as a plain network, for those who want to use it and not to search.

Axis legend: B points, D coordinates, C fields, E experts.
"""

import torch
from torch import Tensor, nn

from nas import networks
from nas.calculus.program import Program
from nas.export.architecture import Architecture
from nas.mixture import gate


class ExportedMixture(nn.Module):
    """u(x) = A + B · (offset + scale · (Σᵢ λᵢ(x) uᵢ(x) + c(x))) of plain modules and a softmax.

    c is the sum of the corrections, if there are any. Offset and scale bring the fields' own units;
    A and B meet conditions that hold exactly, and are 0 and 1 where there are none.

    All derivatives come from autograd. It is float64, as it was trained; ``.to`` changes that.

    Parameters
    ----------
    architecture
        The content of ``architecture.json``; the weights are random until a state is loaded.

    Attributes
    ----------
    architecture
        As given.
    coordinates, fields
        The names of the columns of points (B, D), and of what the network gives for them (B, C).
    unknown
        The coefficients found together with the solution, by name; empty where there are none.

    Raises
    ------
    ValueError
        When called with points that are not (B, D).

    Examples
    --------
    >>> from nas.export import example
    >>> network, points = example.network(), torch.rand(5, 1, dtype=torch.float64)  # (B, D)
    >>> network(points).shape, network.weights(points).shape
    (torch.Size([5, 1]), torch.Size([5, 3]))
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        problem, experts = architecture.problem, architecture.experts
        names, outputs = problem.coordinates, len(problem.fields)
        self.coordinates, self.fields = problem.coordinates, problem.fields
        self.unknown = {one.name: one.value for one in architecture.unknowns}
        self.experts = nn.ModuleList(
            networks.untrained(expert.candidate, names, outputs).modules()[0] for expert in experts
        )
        # None rather than empty: so a program without them is byte for byte as it was before them.
        self.corrections: nn.ModuleList | None = None
        if architecture.corrections:
            self.corrections = nn.ModuleList(
                networks.untrained(one.candidate, names, outputs).modules()[0]
                for one in architecture.corrections
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
        self._prepare_fields(architecture)

    def forward(self, points: Tensor) -> Tensor:
        """The fields (B, C) at points (B, D), in the units of the coordinates.

        Raises
        ------
        TypeError
            If they are no tensor.
        """
        if not isinstance(points, Tensor):
            raise TypeError(
                f"expected a tensor of points (B, {len(self.coordinates)}), got "
                f"{type(points).__name__}; torch.as_tensor(points, dtype=torch.float64) makes one"
            )
        scaled = self._scaled(points)
        experts = torch.stack([expert(scaled) for expert in self.experts], dim=1)
        mixed = (self._weights(scaled).unsqueeze(-1) * experts).sum(1)
        for correction in self.corrections or ():
            mixed = mixed + correction(scaled)
        fields = self.offsets + self.scales * mixed
        if self.program is None:
            return fields
        a, b = self.program(points).chunk(2, dim=-1)
        physical: Tensor = a + b * fields
        return physical

    def _prepare_fields(self, architecture: Architecture) -> None:
        ansatz, count = architecture.problem.ansatz, len(architecture.problem.fields)
        offsets = ansatz.offsets if ansatz else (0.0,) * count
        scales = ansatz.scales if ansatz else (1.0,) * count
        self.offsets: Tensor
        self.scales: Tensor
        for name, numbers in (("offsets", offsets), ("scales", scales)):
            self.register_buffer(name, torch.tensor(numbers, dtype=torch.float64), persistent=False)
        program = ansatz.program if ansatz else None
        self.program = None if program is None else Program(program)

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
            names = ", ".join(self.coordinates)
            raise ValueError(
                f"expected points of shape (B, {len(self.centre)}) with the columns {names}, "
                f"got {tuple(points.shape)}"
            )
        return (points - self.centre) / self.half_extent
