"""Candidates become experts: networks of one shape share one batch of matrices.

Axis legend: N experts of a stack, D coordinates, C fields, V and W widths.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from nas.calculus import networks
from nas.search_spaces.candidates import Candidate

# How a drop changed a parameter: what stands in its place (None: nothing), and which rows of
# the old one it holds.
Changes = dict[nn.Parameter, tuple[nn.Parameter | None, Tensor]]


class Stack(nn.Module):
    """Experts of equal depth and width: their parameters, one batch of matrices a layer.

    Parameters
    ----------
    members
        (index in the pool, candidate), all of one depth and width.
    inputs, outputs
        D and C.
    seed
        Of the initial weights; each expert's depend on the seed and its index in the pool
        alone, not on its neighbours.
    """

    def __init__(
        self, members: Sequence[tuple[int, Candidate]], inputs: int, outputs: int, seed: int
    ) -> None:
        super().__init__()
        # Experts of one activation stand together: each activation is one slice.
        self.members = sorted(members, key=lambda member: (member[1].activation, member[0]))
        shape = self.members[0][1]
        self.widths = [inputs, *[shape.width] * shape.depth, outputs]
        drawn = [initial_weights(self.widths, seed, index) for index, _ in self.members]
        self.weights = nn.ParameterList(
            nn.Parameter(torch.stack(layer)) for layer in zip(*drawn, strict=True)
        )
        self.biases = nn.ParameterList(
            nn.Parameter(torch.zeros(len(self.members), width, dtype=torch.float64))
            for width in self.widths[1:]
        )

    @property
    def networks(self) -> networks.Stack:
        """What the calculus evaluates."""
        activations = tuple(candidate.activation for _, candidate in self.members)
        return networks.Stack(activations, tuple(self.weights), tuple(self.biases))

    def drop(self, index: int) -> Changes:
        """Remove the expert at ``index`` in the pool, with its parameters."""
        kept = [row for row, (other, _) in enumerate(self.members) if other != index]
        self.members = [self.members[row] for row in kept]
        rows = torch.tensor(kept, dtype=torch.long, device=self.weights[0].device)
        changes: Changes = {}
        for group in (self.weights, self.biases):
            for layer, old in enumerate(group):
                group[layer] = keep_rows(old, rows)
                changes[old] = (group[layer] if kept else None, rows)
        return changes


def stacks(
    members: Sequence[tuple[int, Candidate]], inputs: int, outputs: int, seed: int
) -> list[Stack]:
    """One `Stack` for each depth and width among ``members``."""
    by_shape = defaultdict(list)
    for index, candidate in members:
        by_shape[candidate.depth, candidate.width].append((index, candidate))
    return [Stack(by_shape[shape], inputs, outputs, seed) for shape in sorted(by_shape)]


def initial_weights(widths: Sequence[int], seed: int, index: int) -> list[Tensor]:
    """Glorot-uniform float64 matrices (V, W) for consecutive ``widths`` (Glorot & Bengio 2010)."""
    generator = torch.Generator().manual_seed(
        int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)[0] >> 1)
    )
    return [
        (2 * torch.rand(v, w, generator=generator, dtype=torch.float64) - 1) * (6 / (v + w)) ** 0.5
        for v, w in pairwise(widths)
    ]


def keep_rows(parameter: nn.Parameter, rows: Tensor) -> nn.Parameter:
    """A new parameter that holds ``rows`` of the old one."""
    return nn.Parameter(parameter.detach()[rows].clone())


def count_parameters(candidate: Candidate, inputs: int, outputs: int) -> int:
    """Weights and biases of one expert with D inputs and C outputs."""
    widths = [inputs, *[candidate.width] * candidate.depth, outputs]
    return sum((v + 1) * w for v, w in pairwise(widths))
