"""Slow and certain: nested autograd, the oracle for every derivative in this project."""

from collections.abc import Callable

import torch
from torch import Tensor

from nas.calculus.jets import Derivative, Laplacian, MultiIndex


def nested(function: Callable[[Tensor], Tensor], points: Tensor, derivative: Derivative) -> Tensor:
    """A derivative of ``function``, (B, D) -> (B,), at ``points`` by repeated autograd."""
    if isinstance(derivative, Laplacian):
        dimension = points.shape[-1]
        return sum(
            (nested(function, points, second(axis, dimension)) for axis in derivative.axes),
            torch.zeros(len(points), dtype=points.dtype),
        )
    points = points.detach().requires_grad_()
    value = function(points)
    for axis, count in enumerate(derivative):
        for _ in range(count):
            (gradient,) = torch.autograd.grad(
                value.sum(), points, create_graph=True, allow_unused=True
            )
            if gradient is None or not gradient.requires_grad:
                gradient = points * 0 + (0 if gradient is None else gradient)
            value = gradient[:, axis]
    return value.detach()


def second(axis: int, dimension: int) -> MultiIndex:
    """The multi-index of the second derivative along ``axis``."""
    return tuple(2 * int(axis == other) for other in range(dimension))


def relative(got: Tensor, expected: Tensor) -> float:
    """Largest difference, over the largest expected magnitude."""
    return float(((got - expected).abs().max() / expected.abs().max().clamp_min(1e-300)).detach())
