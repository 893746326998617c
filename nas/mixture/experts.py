"""Candidates become experts: networks of one shape share one batch of matrices.

Axis legend: N experts of a stack, D coordinates, C fields, U unknown coefficients, V and W widths.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import torch
from torch import Tensor, nn

from nas import networks
from nas.networks import Stack, with_constants
from nas.networks.encoding import repeating
from nas.networks.initial import stream
from nas.search_spaces.candidates import Candidate

# How a drop changed a parameter: what stands in its place (None: nothing), and which rows of
# the old one it holds.
Changes = dict[nn.Parameter, tuple[nn.Parameter | None, Tensor]]

Member = tuple[int, Candidate]  # an expert's index in the pool, and what it is


class ExpertStack(nn.Module):
    """Experts that share a stack: their parameters, one batch of matrices a layer.

    Parameters
    ----------
    members
        (index in the pool, candidate), all of one `stack_key` of one family.
    names
        Of the D coordinates.
    outputs
        C.
    seed
        Of the initial weights; each expert's depend on the seed and its index in the pool
        alone, not on its neighbours.
    unknown
        The first raw values (U,) of each expert's own unknown coefficients.

    Examples
    --------
    >>> members = [(0, Candidate("tanh", 1, 8)), (1, Candidate("sine", 1, 8))]
    >>> stack = ExpertStack(members, ["x"], outputs=1, seed=0)
    >>> [index for index, _ in stack.members]
    [1, 0]
    >>> [tuple(weight.shape) for weight in stack.weights]
    [(2, 1, 8), (2, 8, 1)]
    """

    def __init__(
        self,
        members: Sequence[Member],
        names: Sequence[str],
        outputs: int,
        seed: int,
        unknown: Sequence[float] = (),
    ) -> None:
        super().__init__()
        self.family = networks.family_of(members[0][1])
        self.members = sorted(members, key=lambda one: (self.family.row_key(one[1]), one[0]))
        self.shape = self.family.shape([candidate for _, candidate in self.members], names)
        drawn = [
            self.family.initialise(candidate, len(names), outputs, stream(seed, index))
            for index, candidate in self.members
        ]
        weights, biases = ([one[part] for one in drawn] for part in (0, 1))
        self.weights = nn.ParameterList(map(_batch, zip(*weights, strict=True)))
        self.biases = nn.ParameterList(map(_batch, zip(*biases, strict=True)))
        first = torch.tensor([unknown] * len(drawn), dtype=torch.float64)
        self.unknown: nn.Parameter | None  # (N, U)
        self.register_parameter("unknown", nn.Parameter(first) if unknown else None)
        self.slot = 0  # see `nas.mixture.placement`

    @property
    def learns(self) -> str:
        """What of these experts is learnt (see `Candidate`)."""
        return self.members[0][1].learns

    @property
    def networks(self) -> Stack:
        """What is evaluated, of experts that act together."""
        return Stack(self.family, self.shape, tuple(self.weights), tuple(self.biases), self.slot)

    @property
    def alone(self) -> Stack:
        """What is evaluated, of experts each by itself: with its own unknown coefficients."""
        return with_constants(self.networks, self.unknown)

    def drop(self, index: int) -> Changes:
        """Remove the expert at ``index`` in the pool, with its parameters."""
        kept = [row for row, (other, _) in enumerate(self.members) if other != index]
        self.members = [self.members[row] for row in kept]
        self.shape = self.family.select(self.shape, kept)
        return self._replace(kept, self.device)

    def move(self, slot: int, device: torch.device) -> Changes:
        """Be on ``device``, which has the number ``slot`` among those of a mixture."""
        self.slot = slot
        return {} if device == self.device else self._replace(range(len(self.members)), device)

    @property
    def device(self) -> torch.device:
        """Where its parameters are."""
        return self.networks.device

    def _replace(self, kept: Sequence[int], device: torch.device) -> Changes:
        """Let new parameters on ``device`` hold the rows ``kept`` of each."""
        rows = torch.tensor(kept, dtype=torch.long, device=self.device)
        changes: Changes = {}
        for group in (self.weights, self.biases):
            for layer, old in enumerate(group):
                group[layer] = keep_rows(old, rows, device)
                changes[old] = (group[layer] if kept else None, rows)
        if (old := self.unknown) is not None:
            self.unknown = keep_rows(old, rows, device)
            changes[old] = (self.unknown if kept else None, rows)
        return changes


def stacks(
    members: Sequence[Member],
    names: Sequence[str],
    outputs: int,
    seed: int,
    unknown: Sequence[float] = (),
) -> list[ExpertStack]:
    """One `ExpertStack` for each family and `stack_key` among ``members``, by rising key.

    Examples
    --------
    >>> pool = [Candidate("tanh", 2, 8), Candidate("tanh", 1, 8), Candidate("sine", 2, 8)]
    >>> made = stacks(list(enumerate(pool)), ["x"], outputs=1, seed=0)
    >>> [[index for index, _ in stack.members] for stack in made]
    [[1], [2, 0]]
    """
    groups = groupby(sorted(members, key=_stack_key), key=_stack_key)
    return [ExpertStack(list(group), names, outputs, seed, unknown) for _, group in groups]


def as_seen(candidate: Candidate, names: Sequence[str], periodic: Sequence[str]) -> Candidate:
    """The candidate as a network that sees ``periodic`` coordinates by waves alone.

    Examples
    --------
    >>> print(as_seen(Candidate("tanh", 2, 8), ["x", "t"], ["x"]))
    tanh 2×8 periodic x
    """
    return replace(candidate, encoding=repeating(candidate.encoding, names, periodic))


def keep_rows(
    parameter: nn.Parameter, rows: Tensor, device: torch.device | None = None
) -> nn.Parameter:
    """A new parameter that holds ``rows`` of the old one, on its device or another.

    Examples
    --------
    >>> keep_rows(nn.Parameter(torch.tensor([1.0, 2.0, 3.0])), torch.tensor([0, 2])).tolist()
    [1.0, 3.0]
    """
    return nn.Parameter(parameter.detach()[rows].to(device or parameter.device, copy=True))


def _stack_key(member: Member) -> tuple[object, ...]:
    family = networks.family_of(member[1])
    return type(family).__name__, family.stack_key(member[1])


def _batch(layer: tuple[Tensor, ...]) -> nn.Parameter:
    return nn.Parameter(torch.stack(layer))
