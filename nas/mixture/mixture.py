"""Experts, gate, corrections: u(x) = Σᵢ λᵢ(x) uᵢ(x) + c(x), with its derivatives.

Axis legend: E experts alive, S derivatives, B points, D coordinates, C fields, U unknown
coefficients.

Unknown coefficients travel behind the fields of a jet, as raw values whose derivatives are 0. Each
expert has values of its own, with which it learns by itself; the mixture has one set, which no gate
weights: it is a number of the equations, not a function of the point.
"""

import copy
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from nas import networks
from nas.calculus import jets
from nas.calculus.jets import DerivativeSet
from nas.mixture import placement
from nas.mixture.corrections import Corrections
from nas.mixture.experts import Changes, ExpertStack, as_seen, stacks
from nas.mixture.gate import GateSettings, build
from nas.mixture.memory import Memory
from nas.search_spaces.candidates import Candidate


class Mixture(nn.Module):
    """A gated mixture of a pool of experts (Bischof & Kraus 2022).

    Parameters
    ----------
    pool
        The candidates; an expert is known by its index in the pool all its life.
    gate
        The settings of a gate of any kind. It sees what repeats itself wherever all candidates
        of the pool do, so that their mixture does.
    bounds
        The domain's bounding box, one (low, high) a coordinate: the networks see coordinates
        scaled to [-1, 1].
    outputs
        C, the number of fields.
    seed
        Of the initial weights.
    alive
        The indices in the pool of the experts still there; all by default.
    names
        Of the coordinates; by default ``x0``, ``x1``, …
    unknown
        The first raw values (U,) of the unknown coefficients.
    periodic
        Coordinates that all networks see by waves alone, so that they repeat themselves along them.
    corrections
        Added to the gated sum (see `nas.mixture.corrections`); their numbers are loaded later.

    Raises
    ------
    UserError
        If a candidate names a coordinate that is not one of ``names``.

    Examples
    --------
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> pool = [Candidate("tanh", 2, 8), Candidate("sine", 2, 8), Candidate("sine", 1, 8)]
    >>> mixture = Mixture(pool, GateSettings(), [(0, 1), (-1, 1)], outputs=1, seed=0)
    >>> mixture.alive
    [2, 1, 0]
    >>> points = torch.rand(5, 2, dtype=torch.float64)
    >>> mixture(points, DerivativeSet([(1, 0)], 2)).shape  # the value and one derivative
    torch.Size([2, 5, 1])
    """

    def __init__(
        self,
        pool: Sequence[Candidate],
        gate: GateSettings,
        bounds: Sequence[tuple[float, float]],
        outputs: int,
        seed: int,
        alive: Sequence[int] | None = None,
        names: Sequence[str] = (),
        unknown: Sequence[float] = (),
        periodic: Sequence[str] = (),
        corrections: Sequence[Candidate] = (),
    ) -> None:
        super().__init__()
        self.pool = tuple(pool)
        self.bounds, self.outputs = tuple(bounds), outputs
        self.names = tuple(names) or tuple(f"x{axis}" for axis in range(len(bounds)))
        self.periodic = tuple(periodic)
        self.seen = tuple(as_seen(one, self.names, periodic) for one in pool)
        networks.check(self.seen, self.names)
        indices = range(len(self.pool)) if alive is None else alive
        members = [(index, self.seen[index]) for index in indices]
        self.stacks = nn.ModuleList(stacks(members, self.names, outputs, seed, unknown))
        first = torch.tensor(unknown, dtype=torch.float64)
        self.unknown: nn.Parameter | None  # (U,)
        self.register_parameter("unknown", nn.Parameter(first) if unknown else None)
        self.corrections = Corrections(corrections, self.names, outputs, periodic)
        self.gate = build(gate, networks.shared_encoding(self.seen), self.names, len(members), seed)
        low, high = torch.tensor(bounds, dtype=torch.float64).unbind(-1)
        self.centre: Tensor
        self.half_extent: Tensor
        self.register_buffer("centre", (low + high) / 2)
        self.register_buffer("half_extent", (high - low) / 2)
        self.memory: Memory | None = None  # of what the experts say, while they do not learn
        self.devices: tuple[torch.device, ...] = ()  # see `place`

    @property
    def inputs(self) -> int:
        """D, the number of coordinates."""
        return len(self.bounds)

    @property
    def alive(self) -> list[int]:
        """Indices in the pool of the experts still there, in the order of the E axes below."""
        return [index for stack in self.expert_stacks for index, _ in stack.members]

    @property
    def parameters_alive(self) -> int:
        """Numbers of the networks, the gate's and the corrections' included.

        Unknown coefficients are not among them: they belong to the equations, not to the size of
        a solution.
        """
        others = _count(self.gate.parameters()) + _count(self.corrections.parameters())
        return self._experts_parameters + others

    @property
    def parameters_learning(self) -> int:
        """Those that training moves: one expert needs no gate, and corrections do not learn."""
        gate = _count(self.gate.parameters()) if len(self.alive) > 1 else 0
        return self._experts_parameters + gate

    @property
    def units(self) -> int:
        """Numbers that a derivative leaves at a point for the way back.

        Hidden units of all experts alive, gate and corrections, what their first layers see beside
        the coordinates, and a weight for each expert.
        """
        stacks = [*self.networks, self.gate.networks, *self.corrections.networks]
        features = sum(max(0, stack.weights[0].shape[-2] - self.inputs) for stack in stacks)
        return sum(stack.units for stack in stacks) + features + len(self.alive)

    @property
    def raw(self) -> Tensor:
        """The raw values (U,) of the mixture's unknown coefficients."""
        return self.centre[:0] if self.unknown is None else self.unknown.detach()

    def raw_of(self, index: int) -> Tensor:
        """Those (U,) of the expert at ``index`` in the pool, with which it learnt by itself.

        Raises
        ------
        ValueError
            If no such expert is alive.
        """
        row = self.alive.index(index)
        found = [one.unknown.detach() for one in self.expert_stacks if one.unknown is not None]
        return torch.cat([one.to(self.centre.device) for one in found])[row] if found else self.raw

    @torch.no_grad()
    def start_unknown(self, index: int) -> None:
        """Let the mixture's coefficients begin with what the expert at ``index`` has found."""
        if self.unknown is not None:
            self.unknown.copy_(self.raw_of(index))

    @property
    def _experts_parameters(self) -> int:
        return sum(_count((*stack.weights, *stack.biases)) for stack in self.expert_stacks)

    def expert_parameters(self, index: int) -> int:
        """Trainable numbers of one expert."""
        return networks.count_parameters(self.seen[index], self.inputs, self.outputs)

    @property
    def expert_stacks(self) -> list[ExpertStack]:
        """The experts, one stack for each shape."""
        return [stack for stack in self.stacks if isinstance(stack, ExpertStack)]

    @property
    def networks(self) -> list[networks.Stack]:
        """The experts as they are evaluated, in the order of the E axes."""
        return [stack.networks for stack in self.expert_stacks]

    def coordinates(self, points: Tensor, derivatives: DerivativeSet) -> Tensor:
        """The jet (S, B, D) of the scaled coordinates at points (B, D), in the networks' dtype."""
        # Scaled in float64: in float32 the points of a narrow domain far from 0 would be one.
        low, high = torch.tensor(self.bounds, dtype=torch.float64, device=points.device).unbind(-1)
        jet = jets.coordinates(points.double(), derivatives, (low + high) / 2, (high - low) / 2)
        return jet.to(self.centre.dtype)

    def experts(self, coordinates: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Each expert's own jet (E, S, B, C + U), as if it were the solution by itself."""
        stacks = [stack.alone for stack in self.expert_stacks]
        return networks.evaluate(derivatives, coordinates, stacks)

    def fields(self, coordinates: Tensor, derivatives: DerivativeSet) -> Tensor:
        """Each expert's jet of the fields (E, S, B, C): its part in the mixture."""
        if self.memory is None:
            return self._fields(coordinates, derivatives)
        return self.memory.recall(self.alive, coordinates, derivatives, self._fields)

    def _fields(self, coordinates: Tensor, derivatives: DerivativeSet) -> Tensor:
        return networks.evaluate(derivatives, coordinates, self.networks)

    def logits(self, coordinates: Tensor, derivatives: DerivativeSet) -> Tensor:
        """The jet (S, B, E) of the gate's logits."""
        return networks.evaluate(derivatives, coordinates, [self.gate.networks]).squeeze(0)

    @staticmethod
    def weights(logits: Tensor) -> Tensor:
        """How much each expert counts, (B, E), from the logits' jet (S, B, E)."""
        return torch.softmax(logits[0], dim=-1)

    def mix(
        self,
        derivatives: DerivativeSet,
        logits: Tensor,
        experts: Tensor,
        without: int | None = None,
        correction: Tensor | None = None,
    ) -> Tensor:
        """The mixture's jet (S, B, C + U) from logits (S, B, E) and experts (E, S, B, C).

        A corrected one needs its ``correction`` (S, B, C) as well, which `Corrections.jet` makes.
        ``without`` names an expert, by its index in the pool, that is to count nothing: the
        jet is then what it will be once it is dropped. The experts' jets may carry unknown
        coefficients of their own behind the fields; the mixture's take their place. These learn
        with the experts: where the experts' jets carry no gradient, neither do they.
        """
        if without is not None:
            kept = [row for row, index in enumerate(self.alive) if index != without]
            logits, experts = logits[..., kept], experts[kept]
        fields = experts if self.unknown is None else experts[..., : self.outputs]
        mixed = self.corrections.added(networks.mix(derivatives, logits, fields), correction)
        if self.unknown is None:
            return mixed
        unknown = self.unknown if experts.requires_grad else self.unknown.detach()
        (constants,) = networks.constant_jet(derivatives, unknown[None], mixed.shape[-2])
        return torch.cat([mixed, constants], dim=-1)

    def forward(
        self, points: Tensor, derivatives: DerivativeSet, without: int | None = None
    ) -> Tensor:
        """The mixture's jet (S, B, C + U) at points (B, D); ``without`` as in `mix`."""
        coordinates = self.coordinates(points, derivatives)
        experts, logits = (of(coordinates, derivatives) for of in (self.fields, self.logits))
        correction = self.corrections.jet(coordinates, derivatives)
        return self.mix(derivatives, logits, experts, without, correction)

    def corrected(
        self,
        candidate: Candidate,
        weights: Sequence[Tensor],
        biases: Sequence[Tensor],
        unknown: Tensor | None = None,
    ) -> "Mixture":
        """A copy with one correction more (see `Corrections.add`), in the mixture's own dtype.

        ``unknown`` are new raw values (U,) of the mixture's unknown coefficients. Raises
        `ValueError` if a shape does not fit.
        """
        made = copy.deepcopy(self)
        made.corrections.add(candidate, weights, biases)
        new = made.raw if unknown is None else unknown
        if new.shape != made.raw.shape:
            raise ValueError(f"unknown: expected {len(made.raw)} raw values, got {new.shape}")
        made.raw.copy_(new)
        return made.to(self.centre).place(self.devices)

    def with_alive(self, alive: Sequence[int]) -> "Mixture":
        """A new mixture of the same pool and kind, with untrained experts and all corrections."""
        first = [0.0] * len(self.raw)
        made = Mixture(
            self.pool,
            self.gate.settings,
            self.bounds,
            self.outputs,
            seed=0,
            alive=alive,
            names=self.names,
            unknown=first,
            periodic=self.periodic,
            corrections=self.corrections.candidates,
        )
        made.memory = self.memory
        made.corrections.load_state_dict(self.corrections.state_dict())
        return made.to(self.centre).place(self.devices)

    def drop(self, index: int) -> Changes:
        """Remove an expert: its parameters leave, and the gate's column with them.

        Returns what stands in place of each changed parameter, for the optimiser to follow.

        Raises
        ------
        ValueError
            If no such expert is alive.
        """
        changes = self.gate.drop(self.alive.index(index))
        (stack,) = (s for s in self.expert_stacks if index in [other for other, _ in s.members])
        changes |= stack.drop(index)
        self.stacks = nn.ModuleList(s for s in self.expert_stacks if s.members)
        return placement.followed(changes, placement.balance(self.expert_stacks, self.devices))

    def place(self, devices: Sequence[torch.device]) -> "Mixture":
        """Itself, with its experts spread over ``devices``, and all else on the first.

        A drop balances them anew. Without any device all stay where they are. Optimisers are to be
        made afterwards.
        """
        # As tensors name them: cuda is cuda:0 to these.
        self.devices = tuple(torch.empty(0, device=one).device for one in devices)
        if devices:
            self.to(devices[0])
            placement.balance(self.expert_stacks, self.devices)
        return self


def _count(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.numel() for tensor in tensors)
