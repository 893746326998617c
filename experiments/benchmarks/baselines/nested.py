"""Nested autograd through a list of modules: what one writes with plain PyTorch.

Axis legend: B points, D coordinates, E experts.
"""

from collections.abc import Callable
from math import pi

import torch
from torch import Tensor, nn

from experiments.benchmarks import settings
from experiments.benchmarks.baselines.parameters import Layers, fill, networks
from nas.mixture.mixture import Mixture
from nas.training.adam import adam

Residual = Callable[[Tensor, Tensor], Tensor]  # u (B,), points (B, D) -> (B,)

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sine": torch.sin,
    "tanh": torch.tanh,
    "swish": nn.functional.silu,
    "softplus": nn.functional.softplus,
}


class Network(nn.Module):
    """A plain multilayer perceptron with these weights and biases."""

    def __init__(self, layers: Layers, activation: str) -> None:
        super().__init__()
        self.activation = FUNCTIONS[activation]
        self.linears = nn.ModuleList(
            nn.Linear(len(weight), len(bias), dtype=weight.dtype, device=weight.device)
            for weight, bias in layers
        )
        fill(self.linears, layers)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """The outputs at ``x``, one row a point."""
        *hidden, last = self.linears
        for linear in hidden:
            x = self.activation(linear(x))
        found: Tensor = last(x)
        return found


class Nested(nn.Module):
    """u(x) = Σᵢ λᵢ(x) uᵢ(x), expert by expert, and an optimiser; a call is one step.

    The parameters are those of ``mixture``.
    """

    def __init__(self, mixture: Mixture, residual: Residual, points: Tensor) -> None:
        super().__init__()
        found = networks(mixture)
        self.experts = nn.ModuleList(
            Network(layers, candidate.activation)
            for layers, candidate in zip(found.experts, found.candidates, strict=True)
        )
        self.gate = Network(found.gate, found.gate_activation)
        self.centre, self.scale = mixture.centre.clone(), mixture.half_extent.clone()
        self.residual = residual
        self.points = points.to(self.centre, copy=True).requires_grad_()
        self.optimiser = adam(settings.LEARNING_RATE, self.parameters())  # as ours has it

    def gradient(self) -> Tensor:
        """Fill the parameters' ``grad``; return the loss () without its graph."""
        self.optimiser.zero_grad()
        scaled = (self.points - self.centre) / self.scale
        outputs = torch.cat([expert(scaled) for expert in self.experts], dim=-1)  # (B, E)
        u = (self.gate(scaled).softmax(-1) * outputs).sum(-1)
        loss = self.residual(u, self.points).square().mean()
        # By name, since backward() would fill the points' grad as well.
        loss.backward(inputs=list(self.parameters()))  # type: ignore[no-untyped-call]
        return loss.detach()

    def forward(self) -> Tensor:
        """Do a step; return the loss () before it."""
        loss = self.gradient()
        self.optimiser.step()
        return loss


def derivatives(u: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """The first derivatives (B,) of u (B,) by both coordinates; they can be differentiated."""
    (first,) = torch.autograd.grad(u.sum(), points, create_graph=True)
    return first[:, 0], first[:, 1]


def laplace(u: Tensor, points: Tensor) -> Tensor:
    """u_xx + u_yy, (B,)."""
    u_x, u_y = derivatives(u, points)
    return derivatives(u_x, points)[0] + derivatives(u_y, points)[1]


def burgers(u: Tensor, points: Tensor) -> Tensor:
    """The residual of `settings.BURGERS`, (B,)."""
    u_x, u_t = derivatives(u, points)
    return u_t + u * u_x - settings.NU * derivatives(u_x, points)[0]


def poisson(u: Tensor, points: Tensor) -> Tensor:
    """The residual of `settings.POISSON`, (B,)."""
    return laplace(u, points) + _wave(points)


def plate(u: Tensor, points: Tensor) -> Tensor:
    """The residual of `settings.PLATE`, (B,): ΔΔu, which takes fewer passes than its terms."""
    return laplace(laplace(u, points), points) - _wave(points)


def _wave(points: Tensor) -> Tensor:
    return torch.sin(pi * points[:, 0]) * torch.sin(pi * points[:, 1])
