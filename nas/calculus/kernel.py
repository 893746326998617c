"""Calls of the compiled kernel, and how derivatives and networks are described to it (see cpp/).

Axis legend: N networks of a stack, E networks of all stacks, S derivatives, B points, D inputs,
C outputs, V and W widths.
"""

import ctypes
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor

from nas.calculus import compilation
from nas.calculus.activations import ACTIVATIONS, MAX_ORDER
from nas.calculus.jets import DerivativeSet

DTYPES = {torch.float32: "float32", torch.float64: "float64"}

_SPARE = 4  # blocks of memory that are kept
# Rows of integers that C++ reads as its `Term` and its `Factors`; derivatives go by their index.
_TERM = 3 + MAX_ORDER  # derivative of f∘g, coefficient, number of factors, the factors
_FACTORS = 4  # derivative of f·g, coefficient, the factors from f and from g
_NUMBER = {name: number for number, name in enumerate(ACTIVATIONS)}

Shape = tuple[int, ...]
# Activations of each stack, and the shapes of its weights and of its biases.
Shapes = tuple[tuple[tuple[str, ...], tuple[Shape, ...], tuple[Shape, ...]], ...]
Integers = ctypes.Array[ctypes.c_int64]


class Kernel:
    """The compiled functions of one dtype, on one set of derivatives.

    What does not change from call to call is handed over as arrays of integers: the terms of the
    chain rule, sizes, and a description of the networks or of the product rule. Tensors go over as
    bare addresses, so they have to be contiguous, and of this dtype.

    Parameters
    ----------
    derivatives
        Of the jets.
    dtype
        Of all numbers.
    sizes, description
        What `Call` of fused.cpp says of them.
    """

    def __init__(
        self,
        derivatives: DerivativeSet,
        dtype: torch.dtype,
        sizes: Sequence[int],
        description: Integers,
    ) -> None:
        self._suffix = DTYPES[dtype]
        terms = _terms(derivatives)
        common = [len(terms) // _TERM, len(derivatives), derivatives.order, torch.get_num_threads()]
        self._arrays = terms, _integers([*common, *sizes]), description  # kept alive
        self._call = _Call(*(ctypes.addressof(array) for array in self._arrays))

    def run(self, name: str, *tensors: Tensor | None) -> None:
        """Call a function that reads and writes these tensors."""
        addresses = (None if one is None else ctypes.c_void_p(one.data_ptr()) for one in tensors)
        self._function(name)(ctypes.byref(self._call), *addresses)

    def count(self, name: str) -> int:
        """Call a function that returns a number."""
        function = self._function(name)
        function.restype = ctypes.c_int64
        number: int = function(ctypes.byref(self._call))
        return number

    def _function(self, name: str) -> Any:
        library = compilation.library()
        assert library is not None
        return library[f"{name}_{self._suffix}"]


class NetworksKernel(Kernel):
    """Jets of all networks of some stacks, and their gradients.

    Parameters
    ----------
    shapes
        Of the stacks; see `describe`.
    coordinates : Tensor (S, B, D)
    learns
        Whether the forward pass is to leave what the backward pass needs.
    """

    def __init__(
        self, derivatives: DerivativeSet, shapes: Shapes, coordinates: Tensor, learns: bool
    ) -> None:
        batch = describe(shapes)
        assert batch is not None
        count, points, inputs = coordinates.shape
        sizes = [points, batch.outputs, inputs, batch.networks, batch.parameters]
        super().__init__(derivatives, coordinates.dtype, sizes, batch.description)
        self._shape = (batch.networks, count, points, batch.outputs)
        self._parameters = batch.parameters
        item = coordinates.element_size()
        self._store = Store(self.count("stored") * item) if learns else None

    def forward(self, coordinates: Tensor, flat: Tensor) -> Tensor:
        """The jets (E, S, B, C)."""
        out = coordinates.new_empty(self._shape)
        stored = None if self._store is None else self._store.memory
        self.run("forward", coordinates, flat, stored, out)
        return out

    def backward(self, coordinates: Tensor, flat: Tensor, gradient: Tensor) -> Tensor:
        """The gradient by the flat parameters from that by the jets."""
        assert self._store is not None
        # A row for each span of points: the order of the sum does not depend on the threads.
        found = flat.new_empty(self.count("spans"), self._parameters)
        self.run("backward", coordinates, flat, self._store.memory, gradient, found)
        return found.sum(0)

    def factors(
        self, coordinates: Tensor, flat: Tensor, gradient: Tensor, hidden: int, width: int
    ) -> tuple[Tensor, Tensor]:
        """The outputs of hidden layers, and the gradients by their pre-activations.

        Of networks of one shape: each (H, N, S, B, W), from the gradient by the jets.
        """
        assert self._store is not None
        outputs = coordinates.new_empty(hidden, *self._shape[:3], width)
        slopes = torch.empty_like(outputs)
        self.run("factors", coordinates, flat, self._store.memory, gradient, outputs, slopes)
        return outputs, slopes


class MixingKernel(Kernel):
    """The sums of `plain.mix`."""

    def __init__(self, derivatives: DerivativeSet, terms: Tensor) -> None:
        experts, _, points, outputs = terms.shape
        products = _products(derivatives)
        sizes = [points, outputs, experts, len(products) // _FACTORS]
        super().__init__(derivatives, terms.dtype, sizes, products)

    def forward(self, logits: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
        """Numerator (S, B, C) and denominator (S, B)."""
        above, below = torch.empty_like(terms[0]), torch.empty_like(logits[..., 0])
        self.run("mix", logits, terms, above, below)
        return above, below

    def backward(
        self, logits: Tensor, terms: Tensor, above: Tensor, below: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The gradients by logits and terms from those by numerator and denominator."""
        by_logits, by_terms = torch.empty_like(logits), torch.empty_like(terms)
        self.run("mix_gradient", logits, terms, above, below, by_logits, by_terms)
        return by_logits, by_terms


def outer(inputs: Tensor, slopes: Tensor, entries: Tensor) -> None:
    """Write the outer products Σₛ inputs[s] slopes[s]ᵀ of each point into ``entries``.

    Parameters
    ----------
    inputs, slopes : Tensor (N, S, B, V), (N, S, B, W)
    entries : Tensor (N, B, V·W), dense along its last axis
    """
    networks, derivatives, points, width = inputs.shape
    strides = entries.stride(0), entries.stride(1)
    threads = torch.get_num_threads()
    sizes = _integers([threads, networks, derivatives, points, width, slopes.shape[-1], *strides])
    library = compilation.library()
    assert library is not None
    tensors = inputs.contiguous(), slopes.contiguous(), entries
    addresses = (ctypes.c_void_p(one.data_ptr()) for one in tensors)
    library[f"outer_{DTYPES[entries.dtype]}"](sizes, *addresses)


class Store:
    """Memory for what a forward pass leaves to its backward pass.

    A few blocks are kept and used again: to get as much anew from the system, page by page, would
    take longer than the arithmetic.

    Examples
    --------
    >>> store = Store(1000)
    >>> len(store.memory) >= 1000
    True
    """

    _spare: ClassVar[list[Tensor]] = []  # by rising size

    def __init__(self, size: int) -> None:
        self.memory = torch.empty(0, dtype=torch.uint8)  # kept by __del__ if what follows raises
        try:
            spare = self._spare.pop(bisect_left(self._spare, size, key=len))
        except IndexError:
            spare = self.memory
        # Another thread may have changed the list since it was searched.
        fits = len(spare) >= size
        self.memory = spare if fits else torch.empty(size, dtype=torch.uint8)

    def __del__(self) -> None:
        insort(self._spare, self.memory, key=len)
        del self._spare[:-_SPARE]


@dataclass(frozen=True)
class Batch:
    """Where the numbers of each network stand among all parameters; made by `describe`."""

    description: Integers
    networks: int
    outputs: int
    parameters: int


@lru_cache(maxsize=256)
def describe(shapes: Shapes) -> Batch | None:
    """These stacks as fused.cpp reads them; None if they are not of its kind.

    Its kind: at least one hidden layer, all hidden layers of one width.

    Examples
    --------
    Two networks 1 → 3 → 1, of 10 parameters each:

    >>> weights, biases = ((2, 1, 3), (2, 3, 1)), ((2, 3), (2, 1))
    >>> batch = describe(((("tanh", "sine"), weights, biases),))
    >>> batch.networks, batch.parameters
    (2, 20)
    >>> batch.description[:8]  # index, activation, hidden layers, width; offsets of its numbers
    [0, 1, 1, 3, 0, 12, 6, 18]
    """
    networks: list[list[int]] = []
    offset, ends = 0, set()
    for activations, weights, biases in shapes:
        count = len(activations)
        widths = [weights[0][1], *(shape[-1] for shape in biases)]
        expected_weights = tuple((count, v, w) for v, w in pairwise(widths))
        expected_biases = tuple((count, w) for w in widths[1:])
        if (weights, biases) != (expected_weights, expected_biases):
            return None
        if len(set(widths[1:-1])) != 1 or not set(activations) <= set(_NUMBER):
            return None
        ends.add((widths[0], widths[-1]))
        # The flat parameters hold each layer of a stack as one block, its networks one by one.
        weights_at, biases_at = [], []
        for v, w in pairwise(widths):
            weights_at.append((offset, v * w))
            offset += count * v * w
            biases_at.append((offset, w))
            offset += count * w
        for row, activation in enumerate(activations):
            offsets = [start + row * size for start, size in (*weights_at, *biases_at)]
            shape = [_NUMBER[activation], len(widths) - 2, widths[1]]
            networks.append([len(networks), *shape, *offsets])
    if len(ends) != 1 or not networks:
        return None
    # The most expensive first, so that the threads end together.
    networks.sort(key=lambda network: -network[2] * network[3] ** 2)
    description = _integers([number for network in networks for number in network])
    ((_, outputs),) = ends
    return Batch(description, len(networks), outputs, offset)


class _Call(ctypes.Structure):
    """`Call` of fused.cpp."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("terms", "sizes", "description")]


@lru_cache(maxsize=256)
def _terms(derivatives: DerivativeSet) -> Integers:
    rows = [
        [index, coefficient, len(blocks), *blocks, *[0] * (MAX_ORDER - len(blocks))]
        for index, terms in enumerate(derivatives.faa_di_bruno)
        for coefficient, blocks in terms
        if len(blocks) > 1
    ]
    return _integers([number for row in rows for number in row])


@lru_cache(maxsize=256)
def _products(derivatives: DerivativeSet) -> Integers:
    rows = [
        (index, coefficient, left, right)
        for index, terms in enumerate(derivatives.leibniz)
        for coefficient, left, right in terms
    ]
    return _integers([number for row in rows for number in row])


def _integers(values: Sequence[int]) -> Integers:
    return (ctypes.c_int64 * len(values))(*values)
