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


def possible(coordinates: Tensor, stacks: Sequence[Stack]) -> bool:
    """Whether the kernel can do it: a CPU, a compiler, float32 or float64, hidden layers.

    Derivatives by the coordinates, other than the jet's own, are left to torch.
    """
    return (
        coordinates.device.type == "cpu"
        and coordinates.dtype in _DTYPES
        and not coordinates.requires_grad
        and all(len(stack.weights) > 1 for stack in stacks)
        and compilation.library() is not None
    )


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
    kernel = _Kernel(streams, shapes, coordinates, learns)
    jets: Tensor = _Networks.apply(kernel, coordinates.contiguous(), *parameters)  # type: ignore[no-untyped-call]
    return jets


class _Networks(torch.autograd.Function):
    """Both passes of the kernel."""

    @staticmethod
    def forward(ctx: Any, kernel: "_Kernel", coordinates: Tensor, *parameters: Tensor) -> Tensor:
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


class _Kernel:
    """The compiled functions, on one set of streams, shapes and points.

    ``learns`` says whether the forward pass is to leave what the backward pass needs.
    """

    def __init__(
        self, streams: Streams, shapes: _Shapes, coordinates: Tensor, learns: bool
    ) -> None:
        library = compilation.library()
        assert library is not None
        self._library, self._dtype = library, _DTYPES[coordinates.dtype]
        terms, batch = _terms(streams), _batch(shapes)
        count, points, inputs = coordinates.shape
        self._spans = library.spans_of(points)
        self._parameters = batch.parameters
        self._shape = (batch.networks, count, points, batch.outputs)
        sizes = [len(terms) // (3 + _BLOCKS), count, streams.order, points, inputs]
        sizes += [batch.outputs, batch.networks, batch.parameters, torch.get_num_threads()]
        self._call = _Call(terms, _integers(sizes), batch.description)
        self._store = _Store(self._stored_bytes(coordinates.element_size())) if learns else None

    def forward(self, coordinates: Tensor, flat: Tensor) -> Tensor:
        """The jets (E, S, B, C)."""
        out = coordinates.new_empty(self._shape)
        stored = None if self._store is None else self._store.memory
        self._run("forward", coordinates, flat, stored, out)
        return out

    def backward(self, coordinates: Tensor, flat: Tensor, gradient: Tensor) -> Tensor:
        """The gradient by the flat parameters from that by the jets."""
        assert self._store is not None
        found = flat.new_empty(self._spans, self._parameters)
        self._run("backward", coordinates, flat, self._store.memory, gradient, found)
        return found.sum(0) if self._spans > 1 else found[0]

    def _stored_bytes(self, item: int) -> int:
        function = self._function("stored")
        function.restype = ctypes.c_int64
        numbers: int = function(ctypes.byref(self._call))
        return numbers * item

    def _run(self, name: str, *tensors: Tensor | None) -> None:
        places = [
            None if tensor is None else ctypes.c_void_p(tensor.data_ptr()) for tensor in tensors
        ]
        self._function(name)(ctypes.byref(self._call), *places)

    def _function(self, name: str) -> Any:
        return self._library[f"{name}_{self._dtype}"]


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

    def __init__(self, *arrays: _Integers) -> None:
        super().__init__(*(ctypes.addressof(array) for array in arrays))
        self.arrays = arrays  # kept alive


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


def _integers(values: Sequence[int]) -> _Integers:
    return (ctypes.c_int64 * len(values))(*values)
