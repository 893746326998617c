"""The pruned mixture as a plain network, for those who want to use it and not to search.

Axis legend: B points, D coordinates, C fields, E experts.
"""

from typing import Any

import torch
from torch import Tensor, nn

from nas import networks
from nas.calculus.program import Program
from nas.export import field_derivative
from nas.export import points as asked
from nas.export.architecture import Architecture
from nas.export.field_derivative import FieldDerivative
from nas.mixture import gate
from nas.one_line import one_line


class ExportedMixture(nn.Module):
    """u(x) = A + B · (offset + scale · (Σᵢ λᵢ(x) uᵢ(x) + c(x))) of plain modules and a softmax.

    c is the sum of the corrections, if there are any. Offset and scale bring the fields' own units;
    A and B meet conditions that hold exactly, or A jumps where two disagree; else they are 0 and 1.

    It is called with points (B, D), or with coordinates by name, which broadcast. Tensors are
    answered with tensors, arrays (and lists, and numbers) with arrays. All derivatives come from
    autograd. It is float64, as it was trained; ``.to`` changes that.

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
    domain
        From where to where it was trained, by coordinate: the box around the problem's domain.
    unknown, unknown_errors
        The coefficients found together with the solution, by name; empty where there are none. And
        their standard errors by the noise of the observations, of those where they are known.

    Raises
    ------
    UserError
        When called with points that are not (B, D), or coordinates that are not all of them.

    Examples
    --------
    >>> from nas.export import example
    >>> network, points = example.network(), torch.rand(5, 1, dtype=torch.float64)  # (B, D)
    >>> network(points).shape, network.weights(points).shape
    (torch.Size([5, 1]), torch.Size([5, 3]))
    >>> network(t=[[0.0, 0.5, 1.0]]).shape, network.d("tt")(t=[[0.0, 0.5, 1.0]]).shape
    ((1, 3), (1, 3))
    >>> network
    u(t) of decay: t from 0 to 1
    3 experts: tanh 1×2, sine 1×4, tanh 1×4; 56 parameters, float64
    held-out loss 5.00e-01
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        problem, experts = architecture.problem, architecture.experts
        names, outputs = problem.coordinates, len(problem.fields)
        self.coordinates, self.fields = problem.coordinates, problem.fields
        self.domain = dict(zip(problem.coordinates, problem.bounds, strict=True))
        self.unknown = {one.name: one.value for one in architecture.unknowns}
        self.unknown_errors = {
            one.name: one.standard_error
            for one in architecture.unknowns
            if one.standard_error is not None
        }
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

    def __call__(self, points: Any = None, /, **coordinates: Any) -> Any:
        """The fields: (B, C) at points (B, D), in the units of the coordinates.

        Where coordinates are named, the answer has their shape after broadcasting; of several
        fields one axis more, the last, (…, C).

        Raises
        ------
        UserError
            If coordinates are unknown or missing, or shapes do not fit.
        """
        evaluate = super().__call__
        if isinstance(points, Tensor) and not coordinates:
            return evaluate(points)
        alone = bool(coordinates) and len(self.fields) == 1
        return self._asked(points, coordinates).ask(
            lambda x: evaluate(x)[:, 0] if alone else evaluate(x)
        )

    def _asked(self, points: Any, coordinates: dict[str, Any]) -> asked.Points:
        return asked.read(points, coordinates, self.coordinates, self.centre)

    def d(self, *names: str) -> FieldDerivative:
        """A derivative of order four at most, to be called as the network is.

        ``d("xt")``, or of one field of several ``d("u", "xt")``; names of more than one letter
        are given one by one, ``d("u", "x1", "x1")``. ``d("u")`` is the field itself.

        Raises
        ------
        UserError
            If there is no such derivative.
        """
        return FieldDerivative(self, *field_derivative.find(names, self.fields, self.coordinates))

    def forward(self, points: Tensor) -> Tensor:
        """The fields (B, C) at points (B, D)."""
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

    def weights(self, points: Any = None, /, **coordinates: Any) -> Any:
        """How much each expert counts, (B, E) at points (B, D), or (…, E); they sum to 1."""
        return self._asked(points, coordinates).ask(lambda x: self._weights(self._scaled(x)))

    def _weights(self, scaled: Tensor) -> Tensor:
        if self.gate is None:
            return torch.ones_like(scaled[:, :1])
        return torch.softmax(self.gate(scaled), dim=-1)

    def _scaled(self, points: Tensor) -> Tensor:
        asked.check(points, self.coordinates)
        return (points - self.centre) / self.half_extent

    def __repr__(self) -> str:
        """What it gives, where, what it is made of, and how far to trust it; not its layers."""
        told, problem = self.architecture, self.architecture.problem
        where = ", ".join(f"{name} from {a:g} to {b:g}" for name, (a, b) in self.domain.items())
        names = [str(one.candidate) for one in told.experts]
        several = f"{len(names)} experts: " if len(names) > 1 else ""
        added = "".join(f" + corrected by {one.candidate}" for one in told.corrections)
        count = sum(parameter.numel() for parameter in self.parameters())
        dtype = str(self.centre.dtype).removeprefix("torch.")
        known = {"held-out loss": told.measured.held_out_loss}
        known |= {"relative L2 error": told.measured.relative_l2}
        known |= {"estimated error": told.measured.error_estimate}
        figures = [f"{name} {value:.2e}" for name, value in known.items() if value is not None]
        figures += [f"{one.name} = {one.known}" for one in told.unknowns]
        lines = [
            f"{', '.join(self.fields)}({', '.join(self.coordinates)}) of {problem.name}: {where}",
            f"{several}{', '.join(names)}{added}; {count:,} parameters, {dtype}",
            ", ".join(figures),
            *told.measured.told(),
        ]
        return "\n".join(map(one_line, filter(None, lines)))
