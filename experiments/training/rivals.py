"""DeepXDE with its PyTorch backend, as its users would write these problems.

float32 and its default settings, as in its demos: Adam for half of the time, then L-BFGS until
the time is up, begun anew where it gives up, or until it no longer moves. The equations stand as
in a textbook, unscaled and without weights; but for Helmholtz' equation its demo gives the
boundary a weight of 100, and so it has here. Import this in a process of its own: DeepXDE keeps
its settings in the process.

Axis legend: N points, D coordinates.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import pi
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.training import settings
from experiments.training.recorder import Recorder
from experiments.training.runs import TIME_IS_UP, Point, Run, Task
from experiments.training.truth import Truth
from nas import problems
from nas.problems import burgers, helmholtz
from nas.search_spaces import Candidate

os.environ["DDE_BACKEND"] = "pytorch"  # DeepXDE reads it as it is imported
import deepxde

LEARNING_RATE = 1e-3
CHUNK = 50  # iterations of L-BFGS between two looks at the clock; by default 1,000
EVALUATIONS = 62  # at most in a chunk; the ratio is DeepXDE's
FOR_EVER = 10**9
PLAIN = Candidate("tanh", 4, 50)  # where no demo names a network
ACTIVATIONS = {"sine": "sin", "softplus": torch.nn.functional.softplus}  # what it calls otherwise


@dataclass(frozen=True)
class Setting:
    """A problem in DeepXDE's terms: what it trains on, the network of a demo, loss weights."""

    data: Any
    candidate: Candidate = PLAIN
    weights: list[float] | None = None


def in_burgers() -> Setting:
    """Its own demo of Burgers' equation."""
    interval = deepxde.geometry.Interval(-1, 1)
    geometry = deepxde.geometry.GeometryXTime(interval, deepxde.geometry.TimeDomain(0, 1))

    def equation(x: Tensor, u: Tensor) -> Any:
        u_x = deepxde.grad.jacobian(u, x, i=0, j=0)
        u_t = deepxde.grad.jacobian(u, x, i=0, j=1)
        u_xx = deepxde.grad.hessian(u, x, i=0, j=0)
        return u_t + u * u_x - burgers.nu * u_xx

    conditions = [
        deepxde.icbc.DirichletBC(geometry, lambda x: 0, lambda _, on_boundary: on_boundary),
        deepxde.icbc.IC(
            geometry, lambda x: -np.sin(pi * x[:, 0:1]), lambda _, on_initial: on_initial
        ),
    ]
    data = deepxde.data.TimePDE(
        geometry, equation, conditions, num_domain=2540, num_boundary=80, num_initial=160
    )
    return Setting(data, Candidate("tanh", 3, 20))


def in_poisson_l_shape() -> Setting:
    """-Δu = 1 on the L-shape of its demo of Poisson's equation."""
    corners = [[0, 0], [1, 0], [1, -1], [-1, -1], [-1, 1], [0, 1]]

    def equation(x: Tensor, u: Tensor) -> Any:
        return -_laplacian(x, u) - 1

    return _with_zero_boundary(deepxde.geometry.Polygon(corners), equation)


def in_helmholtz() -> Setting:
    """Δu + u = q on the square."""

    def equation(x: Tensor, u: Tensor) -> Any:
        return _laplacian(x, u) + u - helmholtz.q(x[:, 0:1], x[:, 1:2])

    square = deepxde.geometry.Rectangle([-1, -1], [1, 1])
    return _with_zero_boundary(square, equation, weights=[1, 100])


SETTINGS: dict[str, Callable[[], Setting]] = {
    "burgers": in_burgers,
    "poisson_l_shape": in_poisson_l_shape,
    "helmholtz": in_helmholtz,
}


def run(task: Task, budget: float) -> Run:
    """Train until the budget is used up or nothing moves."""
    deepxde.config.set_random_seed(task.seed)
    truth = Truth(problems.load(task.problem))
    recorder = Recorder(budget)
    setting = SETTINGS[task.problem]()
    if task.method == settings.DEEPXDE_PLAIN:
        setting = replace(setting, candidate=PLAIN)
    training = Training(setting, truth, recorder)
    reason = training.run()
    recorder.record(training.measured)
    return Run(task, budget, tuple(recorder.curve), (), reason)


def seconds(problem: str, candidate: Candidate, steps: int) -> float:
    """Wall time of so many steps of Adam on the network of a candidate, after ten that warm up."""
    setting = SETTINGS[problem]()
    model = deepxde.Model(setting.data, network(candidate))
    model.compile("adam", lr=LEARNING_RATE, loss_weights=setting.weights, verbose=0)
    model.train(iterations=10, display_every=FOR_EVER, verbose=0)
    begun = time.perf_counter()
    model.train(iterations=steps, display_every=FOR_EVER, verbose=0)
    return time.perf_counter() - begun


def network(candidate: Candidate) -> Any:
    """DeepXDE's network of this architecture, from two coordinates to one field."""
    layers = [2, *[candidate.width] * candidate.depth, 1]
    activation = ACTIVATIONS.get(candidate.activation, candidate.activation)
    return deepxde.nn.FNN(layers, activation, "Glorot normal")


class Training:
    """A model on its way, watched by a callback."""

    def __init__(self, setting: Setting, truth: Truth, recorder: Recorder) -> None:
        self.setting, self.truth, self.recorder = setting, truth, recorder
        self.network = network(setting.candidate)
        self.model = deepxde.Model(setting.data, self.network)
        self._points = torch.as_tensor(truth.points, dtype=torch.float32)

    def run(self) -> str:
        """Both phases; return why it ended."""
        half = self.recorder.budget / 2
        self._train(half, "adam", lr=LEARNING_RATE)
        deepxde.optimizers.config.set_LBFGS_options(maxiter=FOR_EVER)
        # They set its size for good as DeepXDE is imported.
        deepxde.optimizers.config.LBFGS_options.update(
            iter_per_step=CHUNK, fun_per_step=EVALUATIONS
        )
        while not self.recorder.over:
            before = self._weights()
            self._train(self.recorder.budget, "L-BFGS")
            after = self._weights()
            if not after.isfinite().all():
                return "diverged"
            if torch.equal(before, after):
                return "it no longer moves"
        return TIME_IS_UP

    def measured(self, seconds: float) -> Point:
        """The point of the curve."""
        with torch.no_grad():  # its own predict would take the callbacks of the training away
            predicted = self.network(self._points).double().numpy()
        return Point(seconds, self.truth.error(predicted), len(self._weights()), 1)

    def _train(self, until: float, optimiser: str, **options: Any) -> None:
        """Train with one optimiser until ``until`` seconds of the whole run, or its own end."""

        def look() -> None:
            self.recorder.look(self.measured)
            if self.recorder.seconds >= until:
                self.model.stop_training = True

        callback = deepxde.callbacks.Callback()
        callback.on_batch_end = look
        weights = self.setting.weights
        self.model.compile(optimiser, loss_weights=weights, verbose=0, **options)
        self.model.train(
            iterations=FOR_EVER, display_every=FOR_EVER, callbacks=[callback], verbose=0
        )

    def _weights(self) -> Tensor:
        """All trainable numbers, in a row."""
        parameters = self.network.parameters()
        return torch.cat([parameter.detach().flatten() for parameter in parameters])


def _with_zero_boundary(
    geometry: Any, equation: Callable[[Tensor, Tensor], Any], weights: list[float] | None = None
) -> Setting:
    """A stationary problem in the plane that is zero on the boundary."""
    condition = deepxde.icbc.DirichletBC(geometry, lambda x: 0, lambda _, on_boundary: on_boundary)
    data = deepxde.data.PDE(geometry, equation, condition, num_domain=1500, num_boundary=400)
    for name in ("train_x_all", "train_x_bc", "train_x", "test_x"):
        # Its polygons draw points in float64, which its networks in float32 refuse.
        setattr(data, name, getattr(data, name).astype(np.float32))
    return Setting(data, weights=weights)


def _laplacian(x: Tensor, u: Tensor) -> Any:
    u_xx = deepxde.grad.hessian(u, x, i=0, j=0)
    u_yy = deepxde.grad.hessian(u, x, i=1, j=1)
    return u_xx + u_yy
