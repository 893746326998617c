"""The derivative of every residual by every parameter of a stack of networks, as factors.

Axis legend: N networks of a stack, S derivatives, B points, R rows (residuals at points), V and W
widths, P parameters of a network.

A layer maps the jet a of its inputs to the jet z of its pre-activations, z[s] = a[s] W, and adds
the bias to the value z[0] alone. The residual r at point b sees W only through z at this point, so

    ∂r_b/∂W[v, w] = Σ_s a[s, b, v] d[s, b, w]   and   ∂r_b/∂bias[w] = d[0, b, w]

with the slopes d = ∂r_b/∂z: a sum of S outer products. One backward pass for each equation finds
the slopes of all rows, for all layers of all networks, and most products with the Jacobian need no
more than these factors (Dangel et al. 2024, arXiv 2405.15603).
"""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from operator import add

import torch
from torch import Tensor

from nas.calculus import jets, networks
from nas.calculus.networks import Trace
from nas.calculus.plain import Rows

_FACTORED = 96  # what an elementwise product costs a pair of rows, in widths; measured
GRAM_BLOCKS = 4  # of a symmetric product: the blocks above the diagonal are not computed


def rows(residual: Tensor, traces: Sequence[Trace], retain: bool) -> list[Rows]:
    """The Jacobian's factors of one residual (…, B), for each of the traces that it came from.

    A residual may see several points of the traces: L·B of them, location by location.

    Parameters
    ----------
    retain
        Whether another residual of the same traces is to follow.

    Examples
    --------
    >>> from nas.calculus.derivatives import DerivativeSet
    >>> line = networks.Perceptrons(("tanh",), [torch.tensor([[[2.0]]])], [torch.tensor([[1.0]])])
    >>> trace = networks.trace(DerivativeSet([], dimension=1), torch.tensor([[[3.0]]]), line)
    >>> (factors,) = rows(5 * trace.jet[:, 0, :, 0], [trace], retain=False)
    >>> factors.inputs[0].item(), factors.slopes[0].item()
    (3.0, 5.0)
    """
    wanted = [one.jet for one in traces]
    # A row depends on its own point alone: the gradient of the sum has that of each row.
    found: Sequence[Tensor | None] = [None] * len(wanted)
    if residual.requires_grad:  # an equation may be a function of the point alone
        found = torch.autograd.grad(residual.sum(), wanted, retain_graph=retain, allow_unused=True)
    return [
        one.rows(torch.zeros_like(one.jet) if gradient is None else gradient).seen_together(
            one.jet.shape[-2] // residual.shape[-1]
        )
        for one, gradient in zip(traces, found, strict=True)
    ]


class StackJacobian:
    """The derivative of rows by the parameters of one stack, (N, R, P), as factors.

    The parameters of a network stand layer by layer, a weight (V, W) row by row before its bias.

    Parameters
    ----------
    blocks
        The rows, in their order.

    Examples
    --------
    One network without hidden layers, u = 2 x + 1, and as its residual u² at the points 0 and 3:

    >>> from nas.calculus.derivatives import DerivativeSet
    >>> value = DerivativeSet([], dimension=1)
    >>> line = networks.Perceptrons(("tanh",), [torch.tensor([[[2.0]]])], [torch.tensor([[1.0]])])
    >>> points = torch.tensor([[[0.0], [3.0]]])  # their jet (S, B, D)
    >>> trace = networks.trace(value, points, line)
    >>> jacobian = StackJacobian(rows(trace.jet[:, 0, :, 0] ** 2, [trace], retain=False))
    >>> jacobian.dense().tolist()  # at each point the derivatives 2 u x and 2 u
    [[[0.0, 2.0], [42.0, 14.0]]]
    >>> jacobian.matvec(torch.tensor([[1.0, 10.0]])).tolist()
    [[20.0, 182.0]]
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
                left = _fill(out[:, top : top + size], left, block, layer)
            top += size
        return out

    def gram(self) -> Tensor:
        """J Jᵀ (N, R, R), its lower triangle; layer by layer, and J is stored for none but one.

        A layer's entries are made and multiplied, or its factors are, where that is less work.
        """
        total = self.like.new_zeros(self.systems, self.rows, self.rows)
        self.add_gram_to(total)
        return total

    def add_gram_to(self, total: Tensor) -> None:
        """Add `gram` to ``total`` (N, R, R)."""
        for layer, (v, w) in enumerate(self._shapes):
            # A pair of rows costs V·W products by the entries; by the factors V + W, and what the
            # elementwise product takes, for each of S·S pairs of derivatives (see _add_factored).
            derivatives = [len(_layer(block, layer)[0][0]) for block in self._blocks]
            mean = sum(s * n for s, n in zip(derivatives, self._sizes, strict=True)) / self.rows
            if mean**2 * (v + w + _FACTORED) < v * w:
                self._add_factored(total, layer)
            else:
                entries = self.like.new_empty(self.systems, self.rows, (v + 1) * w)
                top = 0
                for block, size in zip(self._blocks, self._sizes, strict=True):
                    _fill(entries[:, top : top + size], 0, block, layer)
                    top += size
                add_gram(total, entries)

    def of(self, systems: Tensor) -> "StackJacobian":
        """That of the networks at ``systems`` (k,) in the stack, (k, R, P)."""
        if len(systems) == self.systems:
            return self
        return StackJacobian([block.of(systems) for block in self._blocks])

    def matvec(self, steps: Tensor) -> Tensor:
        """J x (N, R) for steps x (N, P)."""
        return torch.cat([self._matvec_block(block, steps) for block in self._blocks], dim=1)

    def rmatvec(self, rows: Tensor) -> Tensor:
        """Jᵀ y (N, P) for y (N, R)."""
        parts = torch.split(rows, self._sizes, dim=1)
        return reduce(
            add,
            (self._rmatvec_block(block, y) for block, y in zip(self._blocks, parts, strict=True)),
        )

    def _matvec_block(self, block: Rows, steps: Tensor) -> Tensor:
        # With X and c, what the step x has for weight and bias, (J x)[b] is
        # Σ_s Σ_w (a X)[s, b, w] d[s, b, w] + Σ_w c[w] d[0, b, w]: no entry of J is needed.
        total, left = torch.zeros_like(block.slopes[0][:, 0, :, 0]), 0
        for layer, (v, w) in enumerate(self._shapes):
            inputs, slopes = _layer(block, layer)
            weight = steps[:, left : left + v * w].reshape(len(steps), v, w)
            bias = steps[:, left + v * w : left + (v + 1) * w]
            total = total + (jets.linear(inputs, weight) * slopes).sum((1, 3))
            total = total + (block.by_bias(layer) @ bias[..., None]).squeeze(-1)
            left += (v + 1) * w
        return total

    def _rmatvec_block(self, block: Rows, y: Tensor) -> Tensor:
        # Jᵀ y is Σ_s Σ_b a[s, b, v] y[b] d[s, b, w] for the weight: one matrix product over all
        # pairs (s, b); and Σ_b y[b] d[0, b, w] for the bias.
        parts = []
        for layer in range(len(self._shapes)):
            inputs, slopes = _layer(block, layer)
            weighted = slopes * y[:, None, :, None]
            weight = inputs.flatten(1, 2).mT @ weighted.flatten(1, 2)
            parts += [weight.flatten(1), (block.by_bias(layer) * y[..., None]).sum(1)]
        return torch.cat(parts, dim=1)

    def _add_factored(self, total: Tensor, layer: int) -> None:
        """Add the Gram matrix of a layer from those of its factors."""
        # Rows are sums of outer products, and ⟨a ⊗ d, a' ⊗ d'⟩ = ⟨a, a'⟩ ⟨d, d'⟩. So the matrix is
        # Σ_{s, t} (A_s A'_tᵀ) ∘ (D_s D'_tᵀ), ∘ elementwise, of matrices A_s (B, V) and D_s (B, W);
        # only the value (s = 0) sees the bias, whose input is 1.
        ends = [0, *torch.tensor(self._sizes).cumsum(0).tolist()]
        for i, upper in enumerate(self._blocks):
            for j, lower in enumerate(self._blocks[: i + 1]):
                (a, d), (a2, d2) = _layer(upper, layer), _layer(lower, layer)
                into = total[:, ends[i] : ends[i + 1], ends[j] : ends[j + 1]]
                into += upper.by_bias(layer) @ lower.by_bias(layer).mT
                for s in range(a.shape[1]):
                    for t in range(a2.shape[1]):
                        into.addcmul_(a[:, s] @ a2[:, t].mT, d[:, s] @ d2[:, t].mT)


def add_gram(total: Tensor, entries: Tensor) -> None:
    """Add the lower triangle of A Aᵀ for entries A (N, R, P) to ``total`` (N, R, R), by blocks.

    What stands above the diagonal is void: some of it is added, some not.

    Examples
    --------
    >>> total = torch.zeros(1, 2, 2)
    >>> add_gram(total, torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    >>> total.tril().tolist()
    [[[5.0, 0.0], [11.0, 25.0]]]
    """
    # Rows begin to end of the matrix, up to its diagonal: of n² blocks only n (n + 1) / 2.
    count = entries.shape[1]
    ends = [count * block // GRAM_BLOCKS for block in range(GRAM_BLOCKS + 1)]
    for begin, end in pairwise(ends):
        total[:, begin:end, :end].baddbmm_(entries[:, begin:end], entries[:, :end].mT)


def _layer(block: Rows, layer: int) -> tuple[Tensor, Tensor]:
    return block.inputs[layer], block.slopes[layer]


def _fill(out: Tensor, left: int, block: Rows, layer: int) -> int:
    """Write a layer's entries, the bias last, into out (N, B, P) from ``left``; return the end."""
    inputs, slopes = _layer(block, layer)
    v, w = inputs.shape[-1], slopes.shape[-1]
    middle = left + v * w
    if v:  # a layer of constants has no inputs
        networks.outer(inputs, slopes, out[:, :, left:middle])
    out[:, :, middle : middle + w] = block.by_bias(layer)
    return middle + w
