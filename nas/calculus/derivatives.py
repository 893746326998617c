"""Which derivatives travel together, and by which rules: the tables that `jets` works with.

A multi-index says how often each coordinate is differentiated; a `DerivativeSet` lists those that
a jet carries, and what its product and chain rule are. There are no values here, only indices.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product as cartesian
from math import comb, prod

from nas.calculus.activations import MAX_ORDER

MultiIndex = tuple[int, ...]  # how often each coordinate is differentiated


@dataclass(frozen=True, order=True)
class Laplacian:
    """The sum of the second derivatives along ``axes``, carried as one derivative.

    Δ has a product rule and a chain rule of its own, which need the value, the gradient and Δ:
    in the plane four numbers a point, where u_xx and u_yy apart need five.

    Examples
    --------
    >>> DerivativeSet([Laplacian(axes=(0, 1))], dimension=2).keys
    ((0, 0), (1, 0), (0, 1), Laplacian(axes=(0, 1)))
    """

    axes: tuple[int, ...]


Derivative = MultiIndex | Laplacian


def order_of(derivative: Derivative) -> int:
    """How often ``derivative`` differentiates.

    Examples
    --------
    >>> order_of((2, 1)), order_of(Laplacian((0, 1)))
    (3, 2)
    """
    return 2 if isinstance(derivative, Laplacian) else sum(derivative)


def written(derivative: Derivative, field: str, coordinates: Sequence[str]) -> str:
    """The derivative of a field as it is written in a problem.

    Examples
    --------
    >>> written((2, 1), "u", ("x", "t")), written((1, 0), "u", ("x1", "x2"))
    ('u.xxt', "u.d('x1')")
    >>> written((0, 0), "u", ("x", "y")), written(Laplacian((0, 1)), "u", ("x", "y"))
    ('u', 'Δu')
    """
    if isinstance(derivative, Laplacian):
        return f"Δ{field}"
    by = [n for n, count in zip(coordinates, derivative, strict=True) for _ in range(count)]
    if not by:
        return field
    if all(len(name) == 1 for name in by):
        return f"{field}.{''.join(by)}"
    return f"{field}.d({str(by)[1:-1]})"


def close(derivatives: Iterable[Derivative], dimension: int) -> tuple[Derivative, ...]:
    """All derivatives needed to propagate ``derivatives``, the value first, by rising order.

    A multi-index needs all that are componentwise smaller; a Laplacian needs the value and
    the first derivatives along its axes.

    Examples
    --------
    >>> close([(2, 0), (0, 1)], dimension=2)
    ((0, 0), (1, 0), (0, 1), (2, 0))
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
    """The multi-index of the first derivative along ``axis``.

    Examples
    --------
    >>> unit(1, dimension=3)
    (0, 1, 0)
    """
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

    Attributes
    ----------
    keys
        The S derivatives of the closure, the value first: multi-indices and Laplacians.
    index
        Where each of them stands in ``keys``, and so along the axis S of a jet.
    order
        The highest order among them.

    Raises
    ------
    ValueError
        If a multi-index has another length or an order above 4.

    Examples
    --------
    >>> heat = DerivativeSet([(0, 1), (2, 0)], dimension=2)  # u_t and u_xx
    >>> heat.keys, heat.order
    (((0, 0), (1, 0), (0, 1), (2, 0)), 2)
    >>> heat.index[2, 0]
    3
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
        """For each derivative of f·g its terms (coefficient, index in f, index in g)."""
        return [list(self._leibniz(key)) for key in self.keys]

    def _leibniz(self, key: Derivative) -> Iterator[tuple[int, int, int]]:
        if isinstance(key, Laplacian):
            # Δ(f g) = f Δg + Δf g + 2 ∇f·∇g, the last one axis by axis.
            own = self.index[key]
            yield (1, 0, own)
            yield (1, own, 0)
            for axis in key.axes:
                first = self.index[unit(axis, self.dimension)]
                yield (2, first, first)
            return
        # ∂^α (f g) = Σ_{β ≤ α} C(α, β) ∂^β f ∂^(α-β) g, with C(α, β) = Π_d C(α_d, β_d): the choice
        # of those of the α_d differentiations along each axis d that meet f.
        for left in cartesian(*(range(count + 1) for count in key)):
            right = tuple(a - b for a, b in zip(key, left, strict=True))
            yield prod(map(comb, key, left)), self.index[left], self.index[right]

    @cached_property
    def faa_di_bruno(self) -> list[list[tuple[int, tuple[int, ...]]]]:
        """For each derivative of f∘g its terms (coefficient, indices of the factors in g).

        A term with n factors is multiplied by the n-th derivative of f.
        """
        return [list(self._faa_di_bruno(key)) for key in self.keys]

    def _faa_di_bruno(self, key: Derivative) -> Iterator[tuple[int, tuple[int, ...]]]:
        if isinstance(key, Laplacian):
            # Δ f(g) = f'(g) Δg + f''(g) |∇g|².
            yield (1, (self.index[key],))
            for axis in key.axes:
                first = self.index[unit(axis, self.dimension)]
                yield (1, (first, first))
            return
        # One differentiation at a time, each by ∂_i: it meets either f, which brings a new factor
        # ∂_i g, or one of the factors there are. So the terms are the partitions of the single
        # differentiations into blocks, a factor for each block:
        #     ∂^α f(g) = Σ_π f⁽ⁿ⁾(g) Π_{B ∈ π} ∂^B g,  n the number of blocks of π.
        # Partitions that differ only in which of equal differentiations stands where are one
        # term, and their number its coefficient.
        single = [axis for axis, count in enumerate(key) for _ in range(count)]
        terms = Counter(
            tuple(sorted(self.index[self._multi_index(block)] for block in partition))
            for partition in _partitions(single)
        )
        for blocks, coefficient in terms.items():
            yield coefficient, blocks

    def _multi_index(self, axes: Sequence[int]) -> MultiIndex:
        return tuple(axes.count(axis) for axis in range(self.dimension))


def _partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """All partitions of ``items``, by position, into non-empty blocks."""
    if not items:
        yield []
        return
    # The first item is a block by itself, or joins a block of a partition of the others.
    first, rest = items[0], items[1:]
    for partition in _partitions(rest):
        yield [[first], *partition]
        for index, block in enumerate(partition):
            yield [*partition[:index], [first, *block], *partition[index + 1 :]]
