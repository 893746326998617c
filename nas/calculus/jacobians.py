"""The derivative of every residual by every parameter of many networks, from their jets.

Axis legend: N networks of a stack, S derivatives, B points, R rows (residuals at points), V and W
widths, P parameters of a network; systems K: N, or 1 where networks act together.

A residual at a point sees the parameters of a layer only through the layer's pre-activation at
this point: its derivative by the layer's weights is the sum over the derivatives of outer products
of the layer's inputs with the derivative by the pre-activation. So one backward pass for each
equation finds the factors of all rows of the Jacobian, for all layers of all networks, and most
products with it need no more than the factors (Dangel et al. 2024, arXiv 2405.15603).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import accumulate, chain, pairwise
from operator import add
from typing import Any, ClassVar, Protocol, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import pad

from nas.calculus import jets, networks
from nas.calculus.networks import Trace
from nas.calculus.plain import Rows

_FACTORED = 96  # what an elementwise product costs a pair of derivatives, in widths; measured
GRAM_BLOCKS = 4  # of a symmetric product: the blocks above the diagonal are not computed


def rows(residual: Tensor, traces: Sequence[Trace], again: bool) -> list[Rows]:
    """The Jacobian's factors of one residual (…, B), for each of the traces that it came from.

    Parameters
    ----------
    again
        Whether another residual of the same traces is to follow.
    """
    wanted = [one.jet for one in traces]
    found: Sequence[Tensor | None] = [None] * len(wanted)
    if residual.requires_grad:  # an equation may be a function of the point alone
        found = torch.autograd.grad(residual.sum(), wanted, retain_graph=again, allow_unused=True)
    return [
        one.rows(torch.zeros_like(one.jet) if gradient is None else gradient)
        for one, gradient in zip(traces, found, strict=True)
    ]


class StackJacobian:
    """The derivative of rows by the parameters of one stack, (N, R, P), as factors.

    The parameters of a network stand layer by layer, a weight (V, W) row by row before its bias.

    Parameters
    ----------
    blocks
        The rows, in their order.
    """

    def __init__(self, blocks: Sequence[Rows]) -> None:
        self._blocks = blocks
        self._sizes = [block.slopes[0].shape[-2] for block in blocks]
        first = blocks[0]
        self._shapes = [
            (a.shape[-1], d.shape[-1]) for a, d in zip(first.inputs, first.slopes, strict=True)
        ]
        self.systems = len(first.slopes[0])
        self.rows = sum(self._sizes)
        self.parameters = sum((v + 1) * w for v, w in self._shapes)
        self.like = first.slopes[0]

    def dense(self) -> Tensor:
        """All entries (N, R, P)."""
        out = self.like.new_empty(self.systems, self.rows, self.parameters)
        top = 0
        for block, size in zip(self._blocks, self._sizes, strict=True):
            left = 0
            for layer in range(len(self._shapes)):
                left = _fill(out[:, top : top + size], left, *_layer(block, layer))
            top += size
        return out

    def gram(self) -> Tensor:
        """J Jᵀ (N, R, R), its lower triangle; layer by layer, and J is stored for none but one.

        A layer's entries are made and multiplied, or, where that is less work, its factors are:
        (a bᵀ)(c dᵀ) needs but the products of a with c and of b with d.
        """
        total = self.like.new_zeros(self.systems, self.rows, self.rows)
        self.add_gram_to(total)
        return total

    def add_gram_to(self, total: Tensor) -> None:
        """Add `gram` to ``total`` (N, R, R)."""
        for layer, (v, w) in enumerate(self._shapes):
            derivatives = [len(_layer(block, layer)[0][0]) for block in self._blocks]
            pairs = sum(s * n for s, n in zip(derivatives, self._sizes, strict=True)) / self.rows
            if pairs**2 * (v + w + _FACTORED) < v * w:
                self._add_factored(total, layer)
            else:
                entries = self.like.new_empty(self.systems, self.rows, (v + 1) * w)
                top = 0
                for block, size in zip(self._blocks, self._sizes, strict=True):
                    _fill(entries[:, top : top + size], 0, *_layer(block, layer))
                    top += size
                add_gram(total, entries)

    def of(self, systems: Tensor) -> "StackJacobian":
        """That of the networks at ``systems`` (k,) in the stack, (k, R, P)."""
        if len(systems) == self.systems:
            return self
        return StackJacobian(
            [
                Rows([a[systems] for a in block.inputs], [d[systems] for d in block.slopes])
                for block in self._blocks
            ]
        )

    def times(self, steps: Tensor) -> Tensor:
        """J x (N, R) for steps x (N, P)."""
        return torch.cat([self._times(block, steps) for block in self._blocks], dim=1)

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (N, P) for y (N, R)."""
        parts = torch.split(rows, self._sizes, dim=1)
        return reduce(
            add,
            (self._rmatvec_block(block, y) for block, y in zip(self._blocks, parts, strict=True)),
        )

    def _times(self, block: Rows, steps: Tensor) -> Tensor:
        total, left = torch.zeros_like(block.slopes[0][:, 0, :, 0]), 0
        for layer, (v, w) in enumerate(self._shapes):
            inputs, slopes = _layer(block, layer)
            weight = steps[:, left : left + v * w].reshape(-1, v, w)
            bias = steps[:, left + v * w : left + (v + 1) * w]
            total = total + (jets.linear(inputs, weight) * slopes).sum((1, 3))
            total = total + (slopes[:, 0] @ bias[..., None]).squeeze(-1)
            left += (v + 1) * w
        return total

    def _rmatvec_block(self, block: Rows, y: Tensor) -> Tensor:
        parts = []
        for layer in range(len(self._shapes)):
            inputs, slopes = _layer(block, layer)
            weighted = slopes * y[:, None, :, None]
            weight = inputs.flatten(1, 2).mT @ weighted.flatten(1, 2)
            parts += [weight.flatten(1), weighted[:, 0].sum(1)]
        return torch.cat(parts, dim=1)

    def _add_factored(self, total: Tensor, layer: int) -> None:
        """Add the Gram matrix of a layer from those of its factors."""
        ends = [0, *torch.tensor(self._sizes).cumsum(0).tolist()]
        for i, upper in enumerate(self._blocks):
            for j, lower in enumerate(self._blocks[: i + 1]):
                (a, c), (b, d) = _layer(upper, layer), _layer(lower, layer)
                into = total[:, ends[i] : ends[i + 1], ends[j] : ends[j + 1]]
                into += c[:, 0] @ d[:, 0].mT  # the bias
                for s in range(a.shape[1]):
                    for t in range(b.shape[1]):
                        into.addcmul_(a[:, s] @ b[:, t].mT, c[:, s] @ d[:, t].mT)


def add_gram(total: Tensor, entries: Tensor) -> None:
    """Add the lower triangle of A Aᵀ for entries A (N, R, P) to ``total`` (N, R, R), by blocks."""
    count = entries.shape[1]
    ends = [count * block // GRAM_BLOCKS for block in range(GRAM_BLOCKS + 1)]
    for begin, end in pairwise(ends):
        total[:, begin:end, :end].baddbmm_(entries[:, begin:end], entries[:, :end].mT)


class BlockDiagonalJacobian:
    """The derivatives of several stacks' rows, of each network by its own parameters (K, R, P).

    The systems stand stack by stack; those with fewer than P parameters have zeros at the end.

    Parameters
    ----------
    parts
        Of each stack.
    parameters
        P; by default as many as the largest has.
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
        """That of some systems (k,), which stand in their order."""
        chosen = zip(self.parts, indices(systems, self._counts), strict=True)
        parts = [part.of(of_part) for part, of_part in chosen if len(of_part)]
        return BlockDiagonalJacobian(parts, self.parameters)

    def times(self, steps: Tensor) -> Tensor:
        """J x (K, R) for steps x (K, P)."""
        pieces = zip(self.parts, torch.split(steps, self._counts), strict=True)
        return torch.cat([part.times(x[:, : part.parameters]) for part, x in pieces])

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (K, P) for y (K, R)."""
        pieces = zip(self.parts, torch.split(rows, self._counts), strict=True)
        return self._filled(part.rmatvec(y) for part, y in pieces)

    def _filled(self, parts: Iterable[Tensor]) -> Tensor:
        return torch.cat([pad(part, (0, self.parameters - part.shape[-1])) for part in parts])


def indices(systems: Tensor, counts: Sequence[int]) -> list[Tensor]:
    """Where ``systems`` (k,), in their order, stand in each of stacks of ``counts`` networks."""
    ends = list(accumulate(counts))
    return [
        systems[(systems >= end - count) & (systems < end)] - (end - count)
        for end, count in zip(ends, counts, strict=True)
    ]


class JointJacobian:
    """The derivative of rows by the parameters of several stacks that act together, (1, R, P).

    The parameters stand stack by stack, network by network, each as in `Jacobian`.
    """

    def __init__(self, parts: Sequence[StackJacobian]) -> None:
        self._parts = parts
        self._sizes = [part.systems * part.parameters for part in parts]
        self.systems, self.rows, self.parameters = 1, parts[0].rows, sum(self._sizes)
        self.dtype = parts[0].like.dtype

    def dense(self) -> Tensor:
        """All entries (1, R, P)."""
        flat = [part.dense().transpose(0, 1).flatten(1) for part in self._parts]
        return torch.cat(flat, dim=1)[None]

    def gram(self) -> Tensor:
        """J Jᵀ (1, R, R), its lower triangle; network by network, so that it stands there once."""
        like = self._parts[0].like
        total = like.new_zeros(1, self.rows, self.rows)
        for part in self._parts:
            for network in torch.split(torch.arange(part.systems, device=like.device), 1):
                part.of(network).add_gram_to(total)
        return total

    def of(self, systems: Tensor) -> "JointJacobian":
        """Itself: it is one system."""
        return self

    def times(self, steps: Tensor) -> Tensor:
        """J x (1, R) for a step x (1, P)."""
        pieces = zip(self._parts, torch.split(steps, self._sizes, dim=1), strict=True)
        return reduce(
            add, (part.times(x.view(part.systems, -1)).sum(0, keepdim=True) for part, x in pieces)
        )

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (1, P) for y (1, R)."""
        pieces = [
            part.rmatvec(rows.expand(part.systems, -1)).reshape(1, -1) for part in self._parts
        ]
        return torch.cat(pieces, dim=1)


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
        weights.append(weight.detach() + next(pieces).view_as(weight).to(weight.dtype))
        biases.append(bias.detach() + next(pieces).view_as(bias).to(bias.dtype))
    return replace(stack, weights=weights, biases=biases)


def _layer(block: Rows, layer: int) -> tuple[Tensor, Tensor]:
    return block.inputs[layer], block.slopes[layer]


def _fill(out: Tensor, left: int, inputs: Tensor, slopes: Tensor) -> int:
    """Write a layer's entries, those of its bias last, into out (N, B, ≥ left); where it ends."""
    v, w = inputs.shape[-1], slopes.shape[-1]
    middle = left + v * w
    networks.outer(inputs, slopes, out[:, :, left:middle])
    out[:, :, middle : middle + w] = slopes[:, 0]
    return middle + w
