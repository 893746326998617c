"""DeepXDE with its PyTorch backend: one candidate after the other, each trained alone.

Axis legend: B points, D coordinates.

There is no mixture in DeepXDE, so this is what trying all candidates costs there, without any
gate. Its own training loop, which does more (callbacks, tests), is left out in its favour.
"""

import os
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from experiments.benchmarks import settings
from experiments.benchmarks.rivals.parameters import Layers, networks
from nas.mixture.mixture import Mixture

os.environ["DDE_BACKEND"] = "pytorch"  # DeepXDE reads it as it is imported
import deepxde

if torch.cuda.is_available():  # then DeepXDE's import has moved torch's default there
    torch.set_default_device("cpu")

ACTIVATIONS: dict[str, Any] = {
    "sine": "sin",
    "tanh": "tanh",
    "swish": "silu",
    "softplus": functional.softplus,
}


class InDeepxde:
    """Burgers' residual of each expert alone; a call is one step of each.

    The experts' scaling of coordinates is folded into the first layer: the same functions,
    nothing to compute. Points and parameters are float32, or what ``deepxde.config`` says.
    """

    def __init__(self, mixture: Mixture, points: Tensor) -> None:
        found = networks(mixture)
        self.models = [
            _model(
                _folded(layers, mixture.centre, mixture.half_extent),
                ACTIVATIONS[candidate.activation],
                points,
            )
            for layers, candidate in zip(found.experts, found.candidates, strict=True)
        ]

    def losses(self) -> list[float]:
        """The loss of each expert."""
        return [
            model.outputs_losses_train(*model.data.train_next_batch())[1].sum().item()
            for model in self.models
        ]

    def __call__(self) -> None:
        for model in self.models:
            model.train_step(*model.data.train_next_batch())


def _burgers(points: Tensor, u: Tensor) -> Any:
    """The residual of `settings.BURGERS`, (B, 1)."""
    u_x = deepxde.grad.jacobian(u, points, i=0, j=0)
    u_t = deepxde.grad.jacobian(u, points, i=0, j=1)
    u_xx = deepxde.grad.hessian(u, points, i=0, j=0)
    return u_t + u * u_x - settings.NU * u_xx


def _model(layers: Layers, activation: Any, points: Tensor) -> Any:
    """A compiled model of one network, whose training points are just ``points``."""
    (low_x, high_x), (low_t, high_t) = settings.BURGERS.domain.bounds
    geometry = deepxde.geometry.GeometryXTime(
        deepxde.geometry.Interval(low_x, high_x), deepxde.geometry.TimeDomain(low_t, high_t)
    )
    data = deepxde.data.TimePDE(geometry, _burgers, [], num_domain=0, anchors=points.numpy())
    sizes: Sequence[int] = [2, *(len(bias) for _, bias in layers)]
    network = deepxde.nn.FNN(list(sizes), activation, "Glorot uniform")
    with torch.no_grad():
        for linear, (weight, bias) in zip(network.linears, layers, strict=True):
            linear.weight.copy_(weight.T)
            linear.bias.copy_(bias)
    model = deepxde.Model(data, network)
    model.compile("adam", lr=settings.LEARNING_RATE, verbose=0)
    return model


def _folded(layers: Layers, centre: Tensor, scale: Tensor) -> Layers:
    """Networks of the plain coordinates from those of the scaled ones."""
    (weight, bias), *others = layers
    weight = weight / scale[:, None]
    return [(weight, bias - centre @ weight), *others]
