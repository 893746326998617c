"""The jets of many networks, and their gated mean, by the compiled kernel.

Axis legend: N networks of a stack, E networks of all stacks, S derivatives, B points, D inputs,
C outputs.

First derivatives by the parameters are the kernel's; where a derivative of these is
asked for, the plain path is differentiated instead.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from nas.calculus import compilation, plain
from nas.calculus.jets import DerivativeSet
from nas.calculus.kernel import DTYPES, MixingKernel, NetworksKernel, Shapes, describe
from nas.calculus.kernel import outer as outer
from nas.calculus.plain import Perceptrons, Rows

Plainly = Callable[..., Tensor | tuple[Tensor, ...]]  # the same in torch's own functions


def prepare() -> None:
    """Compile the kernel, or say why it cannot be."""
    compilation.library()


def can_evaluate(
    derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Perceptrons]
) -> bool:
    """Whether `evaluate` can do it: a CPU, a compiler, 32 or 64 bits, hidden layers of one width.

    What does not fit together is refused too: the plain path reports what is wrong with it.
    Derivatives by the coordinates, other than the jet's own, are left to torch.
    """
    batch = describe(_shapes(stacks))
    return (
        batch is not None
        and len(coordinates) == len(derivatives)
        and coordinates.shape[-1] == stacks[0].weights[0].shape[1]
        and not coordinates.requires_grad
        and _available(coordinates, *_parameters(stacks))
    )


def can_mix(derivatives: DerivativeSet, logits: Tensor, terms: Tensor) -> bool:
    """Whether `mix` can do it; see `can_evaluate`."""
    return (
        terms.shape[:3] == (logits.shape[-1], *logits.shape[:2])
        and len(logits) == len(derivatives)
        and _available(logits, terms)
    )


def can_outer(inputs: Tensor, slopes: Tensor, entries: Tensor) -> bool:
    """Whether `outer` can do it; see `can_evaluate`."""
    return entries.stride(-1) == 1 and _available(entries, inputs, slopes)


def evaluate(
    derivatives: DerivativeSet, coordinates: Tensor, stacks: Sequence[Perceptrons]
) -> Tensor:
    """As `plain.evaluate`, where `can_evaluate`."""
    parameters = _parameters(stacks)
    learns = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in parameters)
    kernel = NetworksKernel(derivatives, _shapes(stacks), coordinates, learns)

    def plainly(*parameters: Tensor) -> Tensor:
        return plain.evaluate(derivatives, coordinates, _stacks(stacks, parameters))

    jets: Tensor = _Networks.apply(kernel, plainly, coordinates.contiguous(), *parameters)  # type: ignore[no-untyped-call]
    return jets


def mix(derivatives: DerivativeSet, logits: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
    """As `plain.mix`, where `can_mix`."""
    kernel = MixingKernel(derivatives, terms)
    return _Mixing.apply(kernel, derivatives, logits.contiguous(), terms.contiguous())  # type: ignore[no-untyped-call, no-any-return]


class Trace:
    """As `plain.Trace`, where `can_evaluate`."""

    def __init__(self, derivatives: DerivativeSet, coordinates: Tensor, stack: Perceptrons) -> None:
        self._stack, self._coordinates = stack, coordinates.contiguous()
        self._kernel = NetworksKernel(derivatives, _shapes([stack]), coordinates, learns=True)
        parameters = _parameters([stack])
        self._flat = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        self.jet = self._kernel.forward(self._coordinates, self._flat).requires_grad_()

    def rows(self, gradient: Tensor) -> Rows:
        """See `plain.Trace`."""
        gradient = gradient.contiguous()
        hidden, width = len(self._stack.weights) - 1, self._stack.weights[0].shape[-1]
        outputs, slopes = self._kernel.factors(
            self._coordinates, self._flat, gradient, hidden, width
        )
        first = self._coordinates.expand(len(gradient), *self._coordinates.shape)
        return Rows([first, *outputs], [*slopes, gradient])


class _Networks(torch.autograd.Function):
    """Both passes of the kernel."""

    @staticmethod
    def forward(
        ctx: Any, kernel: NetworksKernel, plainly: Plainly, coordinates: Tensor, *parameters: Tensor
    ) -> Tensor:
        flat = torch.cat([parameter.reshape(-1) for parameter in parameters])
        ctx.kernel, ctx.plainly = kernel, plainly
        ctx.save_for_backward(coordinates, flat, *parameters)
        return kernel.forward(coordinates, flat)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        coordinates, flat, *parameters = ctx.saved_tensors
        if torch.is_grad_enabled():
            return None, None, None, *_differentiable(ctx.plainly, parameters, [gradient])
        found = ctx.kernel.backward(coordinates, flat, gradient.contiguous())
        pieces = found.split([parameter.numel() for parameter in parameters])
        shaped = (
            piece.view(parameter.shape) for piece, parameter in zip(pieces, parameters, strict=True)
        )
        return None, None, None, *shaped


class _Mixing(torch.autograd.Function):
    """Both passes of the kernel."""

    @staticmethod
    def forward(
        ctx: Any, kernel: MixingKernel, derivatives: DerivativeSet, logits: Tensor, terms: Tensor
    ) -> tuple[Tensor, Tensor]:
        ctx.kernel, ctx.derivatives = kernel, derivatives
        ctx.save_for_backward(logits, terms)
        return kernel.forward(logits, terms)

    @staticmethod
    def backward(ctx: Any, above: Tensor, below: Tensor) -> tuple[Tensor | None, ...]:
        logits, terms = ctx.saved_tensors
        if torch.is_grad_enabled():
            plainly = partial(plain.mix, ctx.derivatives)
            return None, None, *_differentiable(plainly, [logits, terms], [above, below])
        return (
            None,
            None,
            *ctx.kernel.backward(logits, terms, above.contiguous(), below.contiguous()),
        )


def _differentiable(
    function: Plainly, inputs: Sequence[Tensor], gradients: Sequence[Tensor]
) -> list[Tensor | None]:
    """The gradient by the inputs as torch finds it, so that it can be differentiated again."""
    outputs = function(*inputs)
    wanted = [one for one in inputs if one.requires_grad]
    found = iter(torch.autograd.grad(outputs, wanted, gradients, create_graph=True))
    return [next(found) if one.requires_grad else None for one in inputs]


def _available(like: Tensor, *others: Tensor) -> bool:
    """Whether there is a kernel for tensors of this kind, and all are of one kind."""
    return (
        like.device.type == "cpu"
        and like.dtype in DTYPES
        and all(one.dtype == like.dtype and one.device == like.device for one in others)
        and compilation.library() is not None
    )


def _parameters(stacks: Sequence[Perceptrons]) -> list[Tensor]:
    return [
        tensor
        for stack in stacks
        for layer in zip(stack.weights, stack.biases, strict=True)
        for tensor in layer
    ]


def _stacks(like: Sequence[Perceptrons], parameters: Sequence[Tensor]) -> list[Perceptrons]:
    """Stacks as these, of other parameters, which stand as `_parameters` gives them."""
    rest, stacks = iter(parameters), []
    for stack in like:
        layers = [(next(rest), next(rest)) for _ in stack.weights]
        stacks.append(Perceptrons(stack.activations, *zip(*layers, strict=True)))
    return stacks


def _shapes(stacks: Sequence[Perceptrons]) -> Shapes:
    return tuple(
        (
            stack.activations,
            tuple(tuple(weight.shape) for weight in stack.weights),
            tuple(tuple(bias.shape) for bias in stack.biases),
        )
        for stack in stacks
    )
