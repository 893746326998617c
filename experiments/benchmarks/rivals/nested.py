"""Nested autograd through a list of modules: what one writes with plain PyTorch.

Axis legend: B points, D coordinates, E experts.
"""

from collections.abc import Callable
from math import pi

import torch
from torch import Tensor, nn

from experiments.benchmarks import settings
from experiments.benchmarks.rivals.parameters import Layers, networks
from nas.mixture.mixture import Mixture
from nas.training.optimisers import adam

Residual = Callable[[Tensor, Tensor], Tensor]  # u (B,), points (B, D) -> (B,)


class Sine(nn.Module):
    """sin x, which PyTorch has as a function alone."""

    def forward(self, x: Tensor) -> Tensor:
        """The sine of ``x``, of its shape."""
        return torch.sin(x)


ACTIVATIONS: dict[str, type[nn.Module]] = {
    "sine": Sine,
    "tanh": nn.Tanh,
    "swish": nn.SiLU,
    "softplus": nn.Softplus,
}


class NestedMixture(nn.Module):
    """u(x) = Σᵢ λᵢ(x) uᵢ(x), expert by expert, with the parameters of ``mixture``."""

    def __init__(self, mixture: Mixture) -> None:
        super().__init__()
        found = networks(mixture)
        self.experts = nn.ModuleList(
            network(layers, candidate.activation)
            for layers, candidate in zip(found.experts, found.candidates, strict=True)
        )
        self.gate = network(found.gate, found.gate_activation)
        self.centre, self.scale = mixture.centre.clone(), mixture.half_extent.clone()

    def forward(self, points: Tensor) -> Tensor:
        """u (B,) at points (B, D)."""
        scaled = (points - self.centre) / self.scale
        outputs = torch.cat([expert(scaled) for expert in self.experts], dim=-1)  # (B, E)
        weights = self.gate(scaled).softmax(-1)
        u: Tensor = (weights * outputs).sum(-1)
        return u


def network(layers: Layers, activation: str) -> nn.Sequential:
    """A plain multilayer perceptron with these weights and biases."""
    modules: list[nn.Module] = []
    for weight, bias in layers:
        inputs, outputs = weight.shape
        linear = nn.Linear(inputs, outputs, dtype=weight.dtype, device=weight.device)
        with torch.no_grad():
            linear.weight.copy_(weight.T)
            linear.bias.copy_(bias)
        modules += [linear, ACTIVATIONS[activation]()]
    return nn.Sequential(*modules[:-1])


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


class Nested:
    """The mixture and its optimiser; a call is one step."""

    def __init__(self, mixture: Mixture, residual: Residual, points: Tensor) -> None:
        self.mixture = NestedMixture(mixture)
        self.residual = residual
        self.points = points.clone().requires_grad_()
        self.optimiser = adam(settings.LEARNING_RATE, self.mixture.parameters())  # as ours has it

    def gradient(self) -> Tensor:
        """Fill the parameters' ``grad``; return the loss () without its graph."""
        self.optimiser.zero_grad()
        loss = self.residual(self.mixture(self.points), self.points).square().mean()
        # By name, since backward() would fill the points' grad as well.
        loss.backward(inputs=list(self.mixture.parameters()))  # type: ignore[no-untyped-call]
        return loss.detach()

    def __call__(self) -> Tensor:
        loss = self.gradient()
        self.optimiser.step()
        return loss


def _wave(points: Tensor) -> Tensor:
    return torch.sin(pi * points[:, 0]) * torch.sin(pi * points[:, 1])
