"""Truncated Taylor arithmetic: a value and its partial derivatives travel together.

Axis legend: S derivatives, B points, D coordinates, W width (or any last axis).

A *jet* is a tensor (…, S, B, W): at each of B points the value of a function and those of its
partial derivatives that a `DerivativeSet` lists, one a stream. Products follow the Leibniz rule,
compositions with a scalar function the formula of Faà di Bruno; both are sums over index
tables worked out once. A residual then needs one backward pass for its gradient, where nested
autograd needs one for each order (Griewank & Walther 2008, ch. 13; the collapsed Laplacian:
Dangel et al. 2025, arXiv 2505.13644).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product as cartesian
from math import comb, prod
from operator import add

import torch
from torch import Tensor

from nas.calculus.activations import MAX_ORDER, Activation

MultiIndex = tuple[int, ...]  # how often each coordinate is differentiated


@dataclass(frozen=True, order=True)
class Laplacian:
    """The sum of the second derivatives along ``axes``, carried as a single stream."""

    axes: tuple[int, ...]


Derivative = MultiIndex | Laplacian


def order_of(stream: Derivative) -> int:
    """The highest order of differentiation in ``stream``."""
    return 2 if isinstance(stream, Laplacian) else sum(stream)


def close(derivatives: Iterable[Derivative], dimension: int) -> tuple[Derivative, ...]:
    """All derivatives needed to propagate ``derivatives``, the value first, by rising order.

    A multi-index needs all that are componentwise smaller; a Laplacian needs the value and
    the first derivatives along its axes.
    """
    needed: set[MultiIndex] = {(0,) * dimension}
    laplacians = set()
    for derivative in derivatives:
        if isinstance(derivative, Laplacian):
            laplacians.add(derivative)
            needed |= {unit(axis, dimension) for axis in derivative.axes}
        else:
            needed |= set(cartesian(*(range(count + 1) for count in derivative)))
    by_order = sorted(needed, key=lambda index: (sum(index), [-count for count in index]))
    return (*by_order, *sorted(laplacians))


def unit(axis: int, dimension: int) -> MultiIndex:
    """The multi-index of the first derivative along ``axis``."""
    return tuple(int(axis == other) for other in range(dimension))


class DerivativeSet:
    """Which derivatives a jet carries, and how they combine.

    Parameters
    ----------
    derivatives
        What is asked for: multi-indices of length ``dimension`` and order at most 4, or
        Laplacians. The closure under the chain rule is added.
    dimension
        D, the number of coordinates.

    Raises
    ------
    ValueError
        If a multi-index has another length or an order above 4.
    """

    def __init__(self, derivatives: Iterable[Derivative], dimension: int) -> None:
        derivatives = tuple(derivatives)
        for derivative in derivatives:
            if not isinstance(derivative, Laplacian) and len(derivative) != dimension:
                raise ValueError(f"{derivative}: expected a multi-index of length {dimension}")
            if order_of(derivative) > MAX_ORDER:
                raise ValueError(f"{derivative}: expected an order of at most {MAX_ORDER}")
        self.dimension = dimension
        self.keys = close(derivatives, dimension)
        self.index = {key: index for index, key in enumerate(self.keys)}
        self.order = max(order_of(key) for key in self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DerivativeSet) and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.keys)

    @cached_property
    def leibniz(self) -> list[list[tuple[int, int, int]]]:
        """For each stream of f·g the terms (coefficient, stream of f, stream of g)."""
        return [list(self._leibniz(key)) for key in self.keys]

    def _leibniz(self, key: Derivative) -> Iterator[tuple[int, int, int]]:
        if isinstance(key, Laplacian):
            own = self.index[key]
            yield (1, 0, own)
            yield (1, own, 0)
            for axis in key.axes:
                first = self.index[unit(axis, self.dimension)]
                yield (2, first, first)
            return
        for left in cartesian(*(range(count + 1) for count in key)):
            right = tuple(a - b for a, b in zip(key, left, strict=True))
            yield prod(map(comb, key, left)), self.index[left], self.index[right]

    @cached_property
    def faa_di_bruno(self) -> list[list[tuple[int, tuple[int, ...]]]]:
        """For each stream of f∘g the terms (coefficient, derivatives of g); f's order is their number.

        The terms of a derivative are the partitions of its single differentiations into blocks.
        """
        return [list(self._faa_di_bruno(key)) for key in self.keys]

    def _faa_di_bruno(self, key: Derivative) -> Iterator[tuple[int, tuple[int, ...]]]:
        if isinstance(key, Laplacian):
            yield (1, (self.index[key],))
            for axis in key.axes:
                first = self.index[unit(axis, self.dimension)]
                yield (1, (first, first))
            return
        single = [axis for axis, count in enumerate(key) for _ in range(count)]
        terms = Counter(
            tuple(sorted(self.index[self._index(block)] for block in partition))
            for partition in _partitions(single)
        )
        for blocks, coefficient in terms.items():
            yield coefficient, blocks

    def _index(self, axes: Sequence[int]) -> MultiIndex:
        return tuple(axes.count(axis) for axis in range(self.dimension))


def _partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """All partitions of ``items``, by position, into non-empty blocks."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for partition in _partitions(rest):
        yield [[first], *partition]
        for index, block in enumerate(partition):
            yield [*partition[:index], [first, *block], *partition[index + 1 :]]


def coordinates(
    points: Tensor, derivatives: DerivativeSet, centre: Tensor, scale: Tensor
) -> Tensor:
    """The jet (S, B, D) of the scaled coordinates (x - centre) / scale.

    Parameters
    ----------
    points : Tensor (B, D)
    centre, scale : Tensor (D,), in the units of the coordinates

    The derivatives are those by the unscaled coordinates, so that all that is built on this
    jet differentiates in the user's own units.
    """
    jet = points.new_zeros(len(derivatives), *points.shape)
    jet[0] = (points - centre) / scale
    for axis in range(derivatives.dimension):
        index = derivatives.index.get(unit(axis, derivatives.dimension))
        if index is not None:
            jet[index, :, axis] = 1 / scale[axis]
    return jet


def linear(jet: Tensor, weight: Tensor) -> Tensor:
    """jet @ weight, for one network or a stack of N.

    Parameters
    ----------
    jet : Tensor (S, B, V), or (N, S, B, V)
    weight : Tensor (V, W), or (N, V, W)

    Returns
    -------
    Tensor (S, B, W), or (N, S, B, W). DerivativeSet and points are rows of one matrix product.
    """
    rows = jet.flatten(-3, -2) @ weight
    return rows.view(*rows.shape[:-2], *jet.shape[-3:-1], rows.shape[-1])


def layer(derivatives: DerivativeSet, activation: Activation, jet: Tensor, bias: Tensor) -> Tensor:
    """The jet of activation(g + bias) from the jet of g, (…, S, B, W), and bias (…, W).

    A constant meets the value alone, and a composition reads the value only through
    ``activation``: so the bias costs no pass over the derivatives.
    """
    return compose(
        derivatives, activation(jet.select(-3, 0) + bias[..., None, :], derivatives.order), jet
    )


def shift(jet: Tensor, bias: Tensor) -> Tensor:
    """The jet of g + bias from the jet of g, (…, S, B, W), and a constant bias (…, W)."""
    value = jet[..., :1, :, :] + bias[..., None, None, :]
    return torch.cat([value, jet[..., 1:, :, :]], dim=-3)


def compose(derivatives: DerivativeSet, outer: Sequence[Tensor], jet: Tensor) -> Tensor:
    """The jet of f∘g, from [f(g), f'(g), …] (each (…, B, W)) and the jet of g (…, S, B, W)."""
    inner = jet.unbind(-3)
    out = [outer[0]]
    for terms in derivatives.faa_di_bruno[1:]:
        # Terms with the same derivative of f are added up first: one product with it, not many.
        by_order: dict[int, Tensor] = {}
        for coefficient, blocks in terms:
            term = _product(inner, blocks)
            term = term if coefficient == 1 else coefficient * term
            order = len(blocks)
            by_order[order] = by_order[order] + term if order in by_order else term
        out.append(reduce(add, (outer[order] * factor for order, factor in by_order.items())))
    return torch.stack(out, dim=-3)


def multiply(derivatives: DerivativeSet, left: Tensor, right: Tensor) -> Tensor:
    """The jet of f·g from two jets (…, S, B, W), broadcast."""
    f, g = left.unbind(-3), right.unbind(-3)
    return torch.stack(
        [reduce(add, (c * (f[a] * g[b]) for c, a, b in terms)) for terms in derivatives.leibniz],
        dim=-3,
    )


def divide(derivatives: DerivativeSet, above: Tensor, below: Tensor) -> Tensor:
    """The jet of f/g from those of f and g (…, S, B, W), broadcast."""
    inverse = 1 / below.select(-3, 0)
    reciprocal = [inverse]
    for order in range(1, derivatives.order + 1):
        reciprocal.append(-order * inverse * reciprocal[-1])
    return multiply(derivatives, above, compose(derivatives, reciprocal, below))


def _product(inner: Sequence[Tensor], blocks: Sequence[int]) -> Tensor:
    result = inner[blocks[0]]
    for block in blocks[1:]:
        result = result * inner[block]
    return result
