"""What frozen experts say at points at which they have been asked before.

Axis legend: E experts, S derivatives, B points, D coordinates, C fields.

While the gate alone learns, on the same points again and again, evaluating the experts is nearly
all there is to do, and its result never changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet

Evaluate = Callable[[Tensor, DerivativeSet], Tensor]  # (S, B, D) -> jets (E, S, B, C)
MOST_BYTES = 2**30  # of all that is remembered


@dataclass
class _Entry:
    """Experts (E,) by their indices in the pool, the coordinates (S, B, D) and what they say."""

    experts: list[int]
    derivatives: DerivativeSet
    coordinates: Tensor
    jets: Tensor

    def rows(self, experts: Sequence[int]) -> list[int] | None:
        """Where ``experts`` stand among its own; None where one of them is missing."""
        if not set(experts) <= set(self.experts):
            return None
        return [self.experts.index(index) for index in experts]


@dataclass
class Memory:
    """Jets of experts that do not change any more.

    Examples
    --------
    >>> memory, asked = Memory(), []
    >>> def evaluate(coordinates, derivatives):
    ...     asked.append(1)
    ...     return coordinates[None] * torch.tensor([1.0, 2.0]).view(2, 1, 1, 1)
    >>> x, values = torch.ones(1, 3, 1), DerivativeSet([], 1)
    >>> _ = memory.recall([4, 7], x, values, evaluate)
    >>> memory.recall([7], x, values, evaluate)[:, 0, 0, 0], len(asked)  # 4 has been dropped
    (tensor([2.]), 1)
    """

    entries: list[_Entry] = field(default_factory=list)

    def recall(
        self,
        experts: Sequence[int],
        coordinates: Tensor,
        derivatives: DerivativeSet,
        evaluate: Evaluate,
    ) -> Tensor:
        """The jets (E, S, B, C) of ``experts``, evaluated only where they are not known."""
        for entry in self.entries:
            rows = entry.rows(experts)
            if rows is not None and _same(entry, coordinates, derivatives):
                return entry.jets if rows == list(range(len(entry.experts))) else entry.jets[rows]
        with torch.no_grad():
            jets = evaluate(coordinates, derivatives)
        size = jets.numel() * jets.element_size()
        if self._bytes + size <= MOST_BYTES:
            self.entries.append(_Entry(list(experts), derivatives, coordinates, jets))
        return jets

    @property
    def _bytes(self) -> int:
        return sum(one.jets.numel() * one.jets.element_size() for one in self.entries)


def _same(entry: _Entry, coordinates: Tensor, derivatives: DerivativeSet) -> bool:
    return (
        entry.derivatives.keys == derivatives.keys
        and entry.coordinates.shape == coordinates.shape
        and torch.equal(entry.coordinates, coordinates)
    )
