"""The jets of many networks by one compiled kernel, and their gradient (see fused.cpp).

Axis legend: N networks of a stack, E networks of all stacks, S streams, B points, D inputs,
C outputs, V and W widths.
"""

import ctypes
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nas.calculus import compilation
from nas.calculus.activations import ACTIVATIONS
from nas.calculus.jets import Streams

_DTYPES = {torch.float32: "float32", torch.float64: "float64"}
_NUMBER = {name: number for number, name in enumerate(ACTIVATIONS)}
_SPARE = 4  # blocks of memory that are kept
_BLOCKS = 4  # factors that a term of Faà di Bruno's formula may have

_Shapes = tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]  # activations and widths of stacks


class Stack(Protocol):
    """See `networks.Stack`."""

    @property
    def activations(self) -> tuple[str, ...]: ...
    @property
    def weights(self) -> Sequence[Tensor]: ...
    @property
    def biases(self) -> Sequence[Tensor]: ...


def available(like: Tensor) -> bool:
    """Whether there is a kernel for this device and dtype: a CPU, a compiler, 32 or 64 bits."""
    return like.device.type == "cpu" and like.dtype in _DTYPES and compilation.library() is not None


def possible(coordinates: Tensor, stacks: Sequence[Stack]) -> bool:
    """Whether `evaluate` can do it: it is `available`, and all networks have hidden layers.

    Derivatives by the coordinates, other than the jet's own, are left to torch.
    """
    deep = all(len(stack.weights) > 1 for stack in stacks)
    return deep and not coordinates.requires_grad and available(coordinates)


def evaluate(streams: Streams, coordinates: Tensor, stacks: Sequence[Stack]) -> Tensor:
    """Each network's jet (E, S, B, C) from that of the coordinates (S, B, D); if `possible`."""
    shapes = tuple(
        (stack.activations, (coordinates.shape[-1], *(len(b[0]) for b in stack.biases)))
        for stack in stacks
    )
    parameters = [
        tensor
        for stack in stacks
        for layer in zip(stack.weights, stack.biases, strict=True)
        for tensor in layer
    ]
    learns = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in parameters)
    kernel = _NetworksKernel(streams, shapes, coordinates, learns)
    jets: Tensor = _Networks.apply(kernel, coordinates.contiguous(), *parameters)  # type: ignore[no-untyped-call]
    return jets


def mix(streams: Streams, logits: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
    """See `mixing.plain`; where it is `available`."""
    kernel = _MixingKernel(streams, logits, terms)
    return _Mixing.apply(kernel, logits.contiguous(), terms.contiguous())  # type: ignore[no-untyped-call, no-any-return]


class _Networks(torch.autograd.Function):
    """Both passes of the kernel."""

    @staticmethod
    def forward(
        ctx: Any, kernel: "_NetworksKernel", coordinates: Tensor, *parameters: Tensor
    ) -> Tensor:
        flat = torch.cat([parameter.reshape(-1) for parameter in parameters])
        ctx.kernel = kernel
        ctx.save_for_backward(coordinates, flat, *parameters)
        return kernel.forward(coordinates, flat)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        coordinates, flat, *parameters = ctx.saved_tensors
        found = ctx.kernel.backward(coordinates, flat, gradient.contiguous())
        pieces = found.split([parameter.numel() for parameter in parameters])
        shaped = (
            piece.view(parameter.shape) for piece, parameter in zip(pieces, parameters, strict=True)
        )
        return None, None, *shaped


class _Mixing(torch.autograd.Function):
    """Both passes of the kernel."""

    @staticmethod
    def forward(
        ctx: Any, kernel: "_MixingKernel", logits: Tensor, terms: Tensor
    ) -> tuple[Tensor, Tensor]:
        ctx.kernel = kernel
        ctx.save_for_backward(logits, terms)
        return kernel.forward(logits, terms)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, above: Tensor, below: Tensor) -> tuple[Tensor | None, ...]:
        logits, terms = ctx.saved_tensors
        return None, *ctx.kernel.backward(logits, terms, above.contiguous(), below.contiguous())


class _Kernel:
    """The compiled functions of one dtype, on one set of streams.

    Parameters
    ----------
    streams
        Of the jets.
    like
        A tensor of the dtype.
    sizes, description
        What `Call` of fused.cpp says of them.
    """

    def __init__(
        self, streams: Streams, like: Tensor, sizes: Sequence[int], description: "_Integers"
    ) -> None:
        self._suffix = _DTYPES[like.dtype]
        terms = _terms(streams)
        common = [len(terms) // (3 + _BLOCKS), len(streams), streams.order]
        numbers = _integers([*common, torch.get_num_threads(), *sizes])
        self._arrays = terms, numbers, description  # kept alive
        self._call = _Call(*(ctypes.addressof(array) for array in self._arrays))

    def run(self, name: str, *tensors: Tensor | None) -> None:
        """Call a function that reads and writes these tensors."""
        places = (None if one is None else ctypes.c_void_p(one.data_ptr()) for one in tensors)
        self.function(name)(ctypes.byref(self._call), *places)

    def count(self, name: str) -> int:
        """Call a function that returns a number."""
        function = self.function(name)
        function.restype = ctypes.c_int64
        number: int = function(ctypes.byref(self._call))
        return number

    def function(self, name: str) -> Any:
        library = compilation.library()
        assert library is not None
        return library[f"{name}_{self._suffix}"]


class _NetworksKernel(_Kernel):
    """``learns`` says whether the forward pass is to leave what the backward pass needs."""

    def __init__(
        self, streams: Streams, shapes: _Shapes, coordinates: Tensor, learns: bool
    ) -> None:
        batch = _batch(shapes)
        count, points, inputs = coordinates.shape
        sizes = [points, batch.outputs, inputs, batch.networks, batch.parameters]
        super().__init__(streams, coordinates, sizes, batch.description)
        self._shape = (batch.networks, count, points, batch.outputs)
        self._gradients = (self.count("spans"), batch.parameters)
        stored = self.count("stored") * coordinates.element_size()
        self._store = _Store(stored) if learns else None

    def forward(self, coordinates: Tensor, flat: Tensor) -> Tensor:
        """The jets (E, S, B, C)."""
        out = coordinates.new_empty(self._shape)
        stored = None if self._store is None else self._store.memory
        self.run("forward", coordinates, flat, stored, out)
        return out

    def backward(self, coordinates: Tensor, flat: Tensor, gradient: Tensor) -> Tensor:
        """The gradient by the flat parameters from that by the jets."""
        assert self._store is not None
        found = flat.new_empty(self._gradients)
        self.run("backward", coordinates, flat, self._store.memory, gradient, found)
        return found.sum(0)


class _MixingKernel(_Kernel):
    def __init__(self, streams: Streams, logits: Tensor, terms: Tensor) -> None:
        experts, _, points, outputs = terms.shape
        products = _products(streams)
        sizes = [points, outputs, experts, len(products) // 4]
        super().__init__(streams, logits, sizes, products)

    def forward(self, logits: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
        above, below = torch.empty_like(terms[0]), torch.empty_like(logits[..., 0])
        self.run("mix", logits, terms, above, below)
        return above, below

    def backward(
        self, logits: Tensor, terms: Tensor, above: Tensor, below: Tensor
    ) -> tuple[Tensor, Tensor]:
        by_logits, by_terms = torch.empty_like(logits), torch.empty_like(terms)
        self.run("mix_gradient", logits, terms, above, below, by_logits, by_terms)
        return by_logits, by_terms


class _Store:
    """Memory for what a forward pass leaves to its backward pass.

    A few are kept for the next comers: to get as much anew from the system, page by page, would
    take longer than the arithmetic.
    """

    _spare: ClassVar[list[Tensor]] = []  # by rising size

    def __init__(self, size: int) -> None:
        place = bisect_left(self._spare, size, key=len)
        fits = place < len(self._spare)
        self.memory = self._spare.pop(place) if fits else torch.empty(size, dtype=torch.uint8)

    def __del__(self) -> None:
        insort(self._spare, self.memory, key=len)
        del self._spare[:-_SPARE]


_Integers = ctypes.Array[ctypes.c_int64]


class _Call(ctypes.Structure):
    """`Call` of fused.cpp."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("terms", "sizes", "description")]


@dataclass(frozen=True)
class _Batch:
    """Where the numbers of each network stand among all parameters."""

    description: _Integers
    networks: int
    outputs: int
    parameters: int


@lru_cache(maxsize=256)
def _batch(shapes: _Shapes) -> _Batch:
    networks: list[list[int]] = []
    offset = 0
    for activations, widths in shapes:
        weights, biases = [], []
        for v, w in pairwise(widths):
            weights.append((offset, v * w))
            offset += len(activations) * v * w
            biases.append((offset, w))
            offset += len(activations) * w
        for row, activation in enumerate(activations):
            places = [start + row * size for start, size in (*weights, *biases)]
            shape = [_NUMBER[activation], len(widths) - 2, widths[1]]
            networks.append([len(networks), *shape, *places])
    # The dearest first, so that the threads end together.
    networks.sort(key=lambda network: -network[2] * network[3] ** 2)
    description = _integers([number for network in networks for number in network])
    return _Batch(description, len(networks), shapes[0][1][-1], offset)


@lru_cache(maxsize=256)
def _terms(streams: Streams) -> _Integers:
    rows = [
        [place, coefficient, len(blocks), *blocks, *[0] * (_BLOCKS - len(blocks))]
        for place, terms in enumerate(streams.faa_di_bruno)
        for coefficient, blocks in terms
        if len(blocks) > 1
    ]
    return _integers([number for row in rows for number in row])


@lru_cache(maxsize=256)
def _products(streams: Streams) -> _Integers:
    rows = [
        (place, coefficient, left, right)
        for place, terms in enumerate(streams.leibniz)
        for coefficient, left, right in terms
    ]
    return _integers([number for row in rows for number in row])


def _integers(values: Sequence[int]) -> _Integers:
    return (ctypes.c_int64 * len(values))(*values)
