"""What a network family is: all that is particular to how a candidate computes.

Axis legend: N networks of a stack, S derivatives, B points, D coordinates, C outputs, V and W
widths.

The numbers of a network are those of its linear layers, whatever connects these: a Jacobian's
factors are the inputs of each layer and the slopes of the rows by its pre-activations, and need
nothing else of a family. So mixture, training and export see stacks, and no activations, depths
or widths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from nas.calculus.jets import DerivativeSet
from nas.calculus.networks import Trace
from nas.search_spaces.candidates import Candidate

Layers = tuple[list[Tensor], list[Tensor]]  # weights (V, W) and biases (W,) of one network


class Computation(Protocol):
    """How the networks of stacks compute from their layers."""

    def evaluate(
        self, derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence["Stack"]
    ) -> Tensor:
        """Each network's jet (E, S, B, C), stack by stack, from the coordinates' (S, B, D)."""
        ...

    def trace(self, derivatives: DerivativeSet, coordinates: Tensor, stack: "Stack") -> Trace:
        """An evaluation that knows the way back to each layer."""
        ...

    def features(self, derivatives: DerivativeSet, coordinates: Tensor, stack: "Stack") -> Tensor:
        """The jets (N, S, B, W) of what the output layer combines: the last hidden layer."""
        ...

    def select(self, shape: Any, networks: Sequence[int]) -> Any:
        """The shape of a stack of some ``networks`` of a stack of ``shape``."""
        ...

    def module(self, stack: "Stack") -> nn.Module:
        """The only network of ``stack`` as a plain module, which maps (B, D) to (B, C).

        With copies of the weights. All its derivatives come from autograd.
        """
        ...


class Family(Computation, Protocol):
    """A computation that candidates describe."""

    def stack_key(self, candidate: Candidate) -> Any:
        """Candidates of equal keys share a stack; stacks stand by rising key."""
        ...

    def row_key(self, candidate: Candidate) -> Any:
        """The networks of a stack stand by rising key."""
        ...

    def shape(self, candidates: Sequence[Candidate], names: Sequence[str]) -> Any:
        """What a stack of ``candidates`` is beside its numbers; ``names`` are the coordinates'.

        Raises
        ------
        UserError
            If a candidate speaks of what the problem does not have.
        """
        ...

    def count_parameters(self, candidate: Candidate, inputs: int, outputs: int) -> int:
        """Weights and biases of one network with D inputs and C outputs."""
        ...

    def initialise(
        self, candidate: Candidate, inputs: int, outputs: int, generator: torch.Generator
    ) -> Layers:
        """The layers of an untrained network, in float64."""
        ...

    def describe(self, candidate: Candidate) -> str:
        """The network in words: ``2 layers of 32 units with tanh``."""
        ...


@dataclass(frozen=True)
class Stack:
    """N networks of one shape, whose layers are batches of matrices.

    Parameters
    ----------
    family
        How they compute.
    shape
        What the family knows of them beside the numbers.
    weights, biases
        Of each layer: (N, V, W) and (N, W).
    slot
        The place among several devices: stacks of one slot are evaluated together.

    Examples
    --------
    >>> from nas.networks import Candidate, untrained
    >>> one = untrained(Candidate("tanh", 2, 16), ["x"], outputs=1)
    >>> len(one), [tuple(weight.shape) for weight in one.weights], one.units
    (1, [(1, 1, 16), (1, 16, 16), (1, 16, 1)], 32)
    """

    family: Computation
    shape: Any
    weights: Sequence[Tensor]
    biases: Sequence[Tensor]
    slot: int = 0

    def __len__(self) -> int:
        return len(self.weights[0])

    @property
    def units(self) -> int:
        """Hidden units of all networks: how many numbers a derivative leaves at a point."""
        return sum(bias.numel() for bias in self.biases[:-1])

    @property
    def device(self) -> torch.device:
        """Where its numbers are, and where it is evaluated."""
        return self.weights[0].device

    def of(self, networks: Tensor) -> "Stack":
        """Those at ``networks`` (n,)."""
        return Stack(
            self.family,
            self.family.select(self.shape, networks.tolist()),
            [weight[networks] for weight in self.weights],
            [bias[networks] for bias in self.biases],
            self.slot,
        )

    @torch.no_grad()
    def modules(self) -> list[nn.Module]:
        """Each network as a plain module, with copies of the weights."""
        rows = (torch.tensor([row], device=self.device) for row in range(len(self)))
        return [self.family.module(self.of(row)) for row in rows]
