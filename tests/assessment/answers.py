"""Answers given by formulas, to be assessed as if networks had given them.

Axis legend: S derivatives, B points, C fields.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet, Laplacian, unit
from nas.training.least_squares.features import Answer

Function = Callable[[Tensor], Tensor]  # points (B, D) -> fields (B, C)


def of(function: Function) -> Answer:
    """The jets of a function of points, by autograd."""

    def answer(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        x = points.detach().double().requires_grad_()
        with torch.enable_grad():
            fields = function(x) + 0 * x.sum(-1, keepdim=True)  # constants have slopes too
            columns = [
                torch.stack([_derived(field, x, key) for key in derivatives.keys])
                for field in fields.unbind(-1)
            ]
        return torch.stack(columns, dim=-1).detach()

    return answer


def _derived(field: Tensor, x: Tensor, key: tuple[int, ...] | Laplacian) -> Tensor:
    if isinstance(key, Laplacian):
        dimension = x.shape[-1]
        second = [tuple(2 * n for n in unit(axis, dimension)) for axis in key.axes]
        return torch.stack([_derived(field, x, one) for one in second]).sum(0)
    for axis, count in enumerate(key):
        for _ in range(count):
            (slope,) = torch.autograd.grad(
                field.sum(), x, create_graph=True, allow_unused=True, materialize_grads=True
            )
            field = slope[:, axis] + 0 * x.sum(-1)
    return field
