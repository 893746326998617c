"""The derivative of every residual by every parameter of many networks, from those of stacks.

Axis legend: N networks of a stack, R rows (residuals at points), P parameters of a system; systems
K: N networks side by side, or 1 where networks act together.

All kinds answer the same questions: all entries, J Jᵀ, J x and Jᵀ y.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import accumulate, chain
from operator import add
from typing import Any, ClassVar, Protocol, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import pad

from nas.calculus.stack_jacobian import StackJacobian as StackJacobian
from nas.calculus.stack_jacobian import add_gram as add_gram
from nas.calculus.stack_jacobian import rows as rows


class BlockDiagonalJacobian:
    """The derivatives of several stacks' rows, of each network by its own parameters (K, R, P).

    Networks that act each by itself: of the whole Jacobian, rows of all networks by parameters of
    all networks, only the blocks on the diagonal are not zero, and these stand here side by side.
    They stand stack by stack; those with fewer than P parameters have zeros at the end.

    Parameters
    ----------
    parts
        Of each stack.
    parameters
        P; by default as many as the largest has.

    Examples
    --------
    Networks u = w x + c with one residual, u at the point 3; the second is asked for by itself:

    >>> from nas.calculus.plain import Rows
    >>> x, one = torch.full((2, 1, 1, 1), 3.0), torch.ones(2, 1, 1, 1)  # (N, S, B, V), (N, S, B, W)
    >>> both = BlockDiagonalJacobian([StackJacobian([Rows([x], [one])])])
    >>> both.systems, both.rows, both.parameters
    (2, 1, 2)
    >>> both.of(torch.tensor([1])).dense().tolist()
    [[[3.0, 1.0]]]
    """

    def __init__(self, parts: Sequence[StackJacobian], parameters: int = 0) -> None:
        self.parts = parts
        self._counts = [part.systems for part in parts]
        self.systems, self.rows = sum(self._counts), parts[0].rows
        self.parameters = max(parameters, *(part.parameters for part in parts))
        self.dtype = parts[0].like.dtype

    def dense(self) -> Tensor:
        """All entries (K, R, P)."""
        return self._filled(part.dense() for part in self.parts)

    def gram(self) -> Tensor:
        """J Jᵀ (K, R, R), its lower triangle."""
        total = self.parts[0].like.new_zeros(self.systems, self.rows, self.rows)
        for part, of_stack in zip(self.parts, torch.split(total, self._counts), strict=True):
            part.add_gram_to(of_stack)
        return total

    def of(self, systems: Tensor) -> "BlockDiagonalJacobian":
        """That of some systems (k,), in rising order."""
        chosen = zip(self.parts, indices(systems, self._counts), strict=True)
        parts = [part.of(of_part) for part, of_part in chosen if len(of_part)]
        return BlockDiagonalJacobian(parts, self.parameters)

    def matvec(self, steps: Tensor) -> Tensor:
        """J x (K, R) for steps x (K, P)."""
        pieces = zip(self.parts, torch.split(steps, self._counts), strict=True)
        return torch.cat([part.matvec(x[:, : part.parameters]) for part, x in pieces])

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (K, P) for y (K, R)."""
        pieces = zip(self.parts, torch.split(rows, self._counts), strict=True)
        return self._filled(part.rmatvec(y) for part, y in pieces)

    def _filled(self, parts: Iterable[Tensor]) -> Tensor:
        return torch.cat([pad(part, (0, self.parameters - part.shape[-1])) for part in parts])


def indices(systems: Tensor, counts: Sequence[int]) -> list[Tensor]:
    """Where ``systems`` (k,), in rising order, stand in each of stacks of ``counts`` networks.

    Examples
    --------
    >>> [one.tolist() for one in indices(torch.tensor([1, 2, 4]), counts=[2, 3])]
    [[1], [0, 2]]
    """
    ends = list(accumulate(counts))
    return [
        systems[(systems >= end - count) & (systems < end)] - (end - count)
        for end, count in zip(ends, counts, strict=True)
    ]


class JointJacobian:
    """The derivative of rows by the parameters of several stacks that act together, (1, R, P).

    All networks share the rows, as those of a mixture do: J = [J_1, J_2, …], network by network.
    So J Jᵀ = Σ J_i J_iᵀ, J x = Σ J_i x_i, and Jᵀ y is made of the J_iᵀ y. The parameters stand
    stack by stack, network by network, each as in `StackJacobian`.

    Parts may be on several devices: each product is made where its part is, and results are where
    the last part is, as rows, steps and the matrix that is solved are.

    Examples
    --------
    Two networks whose sum is the residual, at the point 3:

    >>> from nas.calculus.plain import Rows
    >>> x, one = torch.full((2, 1, 1, 1), 3.0), torch.ones(2, 1, 1, 1)  # (N, S, B, V), (N, S, B, W)
    >>> joint = JointJacobian([StackJacobian([Rows([x], [one])])])
    >>> joint.dense().tolist(), joint.gram().tolist()
    ([[[3.0, 1.0, 3.0, 1.0]]], [[[20.0]]])
    """

    def __init__(self, parts: Sequence[StackJacobian]) -> None:
        self._parts = parts
        self._sizes = [part.systems * part.parameters for part in parts]
        self.systems, self.rows, self.parameters = 1, parts[0].rows, sum(self._sizes)
        self.dtype, self._home = parts[0].like.dtype, parts[-1].like.device

    def dense(self) -> Tensor:
        """All entries (1, R, P)."""
        flat = [part.dense().transpose(0, 1).flatten(1) for part in self._parts]
        return torch.cat([one.to(self._home) for one in flat], dim=1)[None]

    def gram(self) -> Tensor:
        """J Jᵀ (1, R, R), its lower triangle; network by network, all added to one matrix.

        To one of each device, and then these to another.
        """
        totals: dict[torch.device, Tensor] = {}
        for part in self._parts:
            device = part.like.device
            if device not in totals:
                totals[device] = part.like.new_zeros(1, self.rows, self.rows)
            for network in torch.split(torch.arange(part.systems, device=device), 1):
                part.of(network).add_gram_to(totals[device])
        return reduce(add, (total.to(self._home) for total in totals.values()))

    def of(self, systems: Tensor) -> "JointJacobian":
        """Itself: it is one system."""
        return self

    def matvec(self, steps: Tensor) -> Tensor:
        """J x (1, R) for a step x (1, P)."""
        pieces = zip(self._parts, torch.split(steps, self._sizes, dim=1), strict=True)
        images = [
            part.matvec(x.view(part.systems, -1).to(part.like)).sum(0, keepdim=True)
            for part, x in pieces
        ]
        return reduce(add, (image.to(self._home) for image in images))

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (1, P) for y (1, R)."""
        pieces = [
            part.rmatvec(rows.expand(part.systems, -1).to(part.like)).reshape(1, -1)
            for part in self._parts
        ]
        return torch.cat([piece.to(self._home) for piece in pieces], dim=1)


class DenseJacobian:
    """A derivative of which all entries (K, R, P) are there.

    Examples
    --------
    >>> jacobian = DenseJacobian(torch.tensor([[[3.0, 1.0]]]))
    >>> jacobian.gram().tolist(), jacobian.rmatvec(torch.tensor([[2.0]])).tolist()
    ([[[10.0]]], [[6.0, 2.0]])
    """

    def __init__(self, entries: Tensor) -> None:
        self._entries = entries
        self.systems, self.rows, self.parameters = entries.shape
        self.dtype = entries.dtype

    def dense(self) -> Tensor:
        """All entries (K, R, P)."""
        return self._entries

    def gram(self) -> Tensor:
        """J Jᵀ (K, R, R)."""
        return self._entries @ self._entries.mT

    def of(self, systems: Tensor) -> "DenseJacobian":
        """That of some systems (k,), in rising order."""
        return DenseJacobian(self._entries[systems])

    def matvec(self, steps: Tensor) -> Tensor:
        """J x (K, R) for steps x (K, P)."""
        return (self._entries @ steps[..., None]).squeeze(-1)

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (K, P) for y (K, R)."""
        return (self._entries.mT @ rows[..., None]).squeeze(-1)


class Layered(Protocol):
    """A dataclass of networks with linear layers: weights (N, V, W) and biases (N, W)."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def weights(self) -> Sequence[Tensor]: ...

    @property
    def biases(self) -> Sequence[Tensor]: ...


L = TypeVar("L", bound=Layered)


def moved(stacks: Sequence[L], steps: Sequence[Tensor]) -> list[L]:
    """The stacks after ``steps``, one (N, ≥ P) a stack, in the order of a Jacobian's parameters.

    Examples
    --------
    >>> from nas.calculus.plain import Perceptrons
    >>> one = Perceptrons(("tanh",), [torch.ones(1, 2, 1)], [torch.zeros(1, 1)])
    >>> (after,) = moved([one], [torch.tensor([[1.0, 2.0, 3.0]])])
    >>> after.weights[0].flatten().tolist(), after.biases[0].item()
    ([2.0, 3.0], 3.0)
    """
    return [_moved(stack, step) for stack, step in zip(stacks, steps, strict=True)]


def _moved(stack: L, step: Tensor) -> L:
    # A step is a network's parameters in a row, layer by layer, a weight before its bias.
    shapes = [
        parameter.shape[1:] for parameter in chain(*zip(stack.weights, stack.biases, strict=True))
    ]
    sizes = [shape.numel() for shape in shapes]
    pieces = iter(torch.split(step[:, : sum(sizes)], sizes, dim=1))
    weights, biases = [], []
    for weight, bias in zip(stack.weights, stack.biases, strict=True):
        weights.append(weight.detach() + next(pieces).view_as(weight).to(weight))
        biases.append(bias.detach() + next(pieces).view_as(bias).to(bias))
    return replace(stack, weights=weights, biases=biases)
