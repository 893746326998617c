"""The one adapter to DeepXDE: our residuals and conditions on our points, by its gradients.

A network of DeepXDE gets the same fields, weights and scales as ours: coordinates in [-1, 1], u =
offset + scale · N, exact conditions built in, unknown coefficients from the same first guess.
Import this in a process of its own: DeepXDE keeps its settings in the process.

Axis legend: S derivatives, N points of all groups, B of one, D coordinates, C fields, U unknown
coefficients.
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, DerivativeSet, Laplacian, unit
from nas.problems import Problem
from nas.problems.domains import Array
from nas.search_spaces import Candidate
from nas.training.collocation import Points

os.environ["DDE_BACKEND"] = "pytorch"  # DeepXDE reads it as it is imported
import deepxde

if torch.cuda.is_available():  # then DeepXDE's import has moved torch's default there
    torch.set_default_device("cpu")


class Requirements:
    """What DeepXDE trains on: the terms of a problem at points that are drawn once.

    Follows ``deepxde.data.Data``.

    Parameters
    ----------
    raw
        The raw values of the unknown coefficients, a variable each.
    """

    def __init__(self, problem: Problem, points: Points, raw: Sequence[Tensor]) -> None:
        self._problem, self._points, self._raw = problem, points, raw
        self._flat = [sample.points.flatten(0, -2) for sample in points.samples]
        self.x: Array = torch.cat(self._flat).numpy().astype(np.float32)  # (N, D)

    def train_next_batch(self, batch_size: int | None = None) -> tuple[Array, None]:
        """Its points, and no values that are to be met there."""
        return self.x, None

    def test(self) -> tuple[Array, None]:
        """The same."""
        return self.x, None

    def losses_train(
        self, targets: None, outputs: Tensor, loss: Any, inputs: Tensor, model: Any, aux: Any = None
    ) -> list[Tensor]:
        """The weighted mean square of each residual: their sum is the physics loss."""
        gradients = Gradients(inputs, outputs)
        found: list[Tensor] = []
        start = 0
        samples = zip(self._problem.groups, self._points.samples, self._flat, strict=True)
        for group, sample, flat in samples:
            jet = gradients.jet(group.derivatives, slice(start, start + len(flat)))
            jet = torch.cat([jet, self._constants(jet)], dim=-1)
            jet = self._problem.physical(jet, group.derivatives, flat)
            for term in group.terms:
                seen = sample.seen_by(term)
                found += seen.mean_squares(seen.residuals(seen.part(jet), group.derivatives))
            start += len(flat)
        return found

    losses_test = losses_train

    def loss(self, network: Any) -> float:
        """The physics loss of a network here."""
        inputs = torch.as_tensor(self.x).requires_grad_()
        losses = self.losses_train(None, network(inputs), None, inputs, None)
        deepxde.gradients.clear()
        return float(sum(one.item() for one in losses))

    def _constants(self, jet: Tensor) -> Tensor:
        """The unknown coefficients (S, B, U): values, and derivatives that are zero."""
        value = jet.new_zeros(len(jet), 1, 1)
        value[0] = 1.0
        columns = [(value * one).expand(*jet.shape[:-1], 1) for one in self._raw]
        return torch.cat(columns, dim=-1) if columns else jet[..., :0]


class Gradients:
    """Derivatives of ``outputs`` (N, C) by ``inputs`` (N, D), as DeepXDE takes them."""

    def __init__(self, inputs: Tensor, outputs: Tensor) -> None:
        self._inputs, self._dimension = inputs, inputs.shape[-1]
        self._known: dict[Derivative, Tensor] = {(0,) * self._dimension: outputs}

    def jet(self, derivatives: DerivativeSet, rows: slice) -> Tensor:
        """The jet (S, B, C) at some of the points."""
        return torch.stack([self.derivative(key)[rows] for key in derivatives.keys])

    def derivative(self, key: Derivative) -> Tensor:
        """One derivative (N, C), from the one of an order less."""
        if isinstance(key, Laplacian):
            once = (unit(axis, self._dimension) for axis in key.axes)
            twice = (self.derivative(_plus(*one)) for one in zip(once, key.axes, strict=True))
            return torch.stack(list(twice)).sum(0)
        if key not in self._known:
            axis = max(axis for axis, order in enumerate(key) if order)
            less = self.derivative(_plus(key, axis, -1))
            columns = [
                deepxde.grad.jacobian(less, self._inputs, i=field, j=axis)
                for field in range(less.shape[-1])
            ]
            self._known[key] = torch.cat(columns, dim=-1)
        return self._known[key]


def network(problem: Problem, candidate: Candidate) -> Any:
    """DeepXDE's network, untrained, of coordinates scaled to [-1, 1]."""
    low, high = torch.tensor(problem.domain.bounds, dtype=torch.float32).T
    inputs, outputs = len(problem.coordinates), len(problem.fields)
    layers = [inputs, *[candidate.width] * candidate.depth, outputs]
    made = deepxde.nn.FNN(layers, candidate.activation, "Glorot normal")
    made.apply_feature_transform(lambda x: (2 * x - low - high) / (high - low))
    return made


@torch.no_grad()
def fields(problem: Problem, network: Any, points: Array) -> Array:
    """The fields (B, C) of a network at points (B, D)."""
    x = torch.as_tensor(points)
    values = network(x.float())[None]
    derivatives = DerivativeSet([], len(problem.coordinates))
    found = problem.physical(values, derivatives, x)[0].double().numpy()
    return np.asarray(found)


def _plus(key: tuple[int, ...], axis: int, orders: int = 1) -> tuple[int, ...]:
    """The multi-index with some orders more along an axis."""
    return tuple(order + orders * (one == axis) for one, order in enumerate(key))
