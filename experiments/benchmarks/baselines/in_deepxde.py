"""DeepXDE with its PyTorch backend: one candidate after the other, each trained alone.

There is no mixture in DeepXDE, so this is what trying all candidates costs there, without any
gate. Its own training loop, which does more (callbacks, tests), is left out in its favour.
"""

import os
from typing import Any

import torch
from torch import Tensor

from experiments.benchmarks import settings
from experiments.benchmarks.baselines.nested import FUNCTIONS
from experiments.benchmarks.baselines.parameters import Layers, fill, networks
from nas.mixture.mixture import Mixture

os.environ["DDE_BACKEND"] = "pytorch"  # DeepXDE reads it as it is imported
import deepxde

if torch.cuda.is_available():  # then DeepXDE's import has moved torch's default there
    torch.set_default_device("cpu")


class InDeepxde:
    """Burgers' residual of each expert alone; a call is one step of each.

    The experts' scaling of coordinates is folded into the first layer: the same functions,
    nothing to compute. Points and parameters are float32, or what ``deepxde.config`` says.
    """

    def __init__(self, mixture: Mixture, points: Tensor) -> None:
        found = networks(mixture)
        self.models = []
        for ((weight, bias), *others), candidate in zip(
            found.experts, found.candidates, strict=True
        ):
            weight = weight / mixture.half_extent[:, None]
            layers = [(weight, bias - mixture.centre @ weight), *others]
            self.models.append(_model(layers, FUNCTIONS[candidate.activation], points))

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
    """The residual of `settings.BURGERS`, (B, 1) at points (B, D)."""
    u_x = deepxde.grad.jacobian(u, points, i=0, j=0)
    u_t = deepxde.grad.jacobian(u, points, i=0, j=1)
    u_xx = deepxde.grad.hessian(u, points, i=0, j=0)
    return u_t + u * u_x - settings.NU * u_xx


def _model(layers: Layers, activation: Any, points: Tensor) -> Any:
    """A compiled model of one network, whose training points are just ``points``."""
    geometry = deepxde.geometry.Rectangle(*zip(*settings.BURGERS.domain.bounds, strict=True))
    data = deepxde.data.PDE(geometry, _burgers, [], num_domain=0, anchors=points.numpy())
    sizes = [2, *(len(bias) for _, bias in layers)]
    network = deepxde.nn.FNN(sizes, activation, "Glorot uniform")
    fill(network.linears, layers)
    model = deepxde.Model(data, network)
    model.compile("adam", lr=settings.LEARNING_RATE, verbose=0)
    return model
